"""Data for a trainer: ReasonMap's, and as much more as wanted, with exact gold."""
