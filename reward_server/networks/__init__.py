"""Reading and validating cities: folders in ReasonMap's form, inline networks, the bundled set."""
