"""A GRPO run on TRL: reward functions, curriculum, guards, the run itself, sampling to evaluate."""
