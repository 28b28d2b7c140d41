"""The public path of ``trainer_client.training.curriculum``."""

from .training.curriculum import VARIANTS, Curriculum, Stage, Variant, arrange, keeps_order

__all__ = ["VARIANTS", "Curriculum", "Stage", "Variant", "arrange", "keeps_order"]
