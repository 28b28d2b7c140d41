"""The reward as other frameworks take it: one file for each, thin over the same client."""
