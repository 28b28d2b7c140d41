"""The trainer's side of the reward: a client, adapters for RL frameworks, data and a GRPO run."""
