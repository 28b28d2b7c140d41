"""The public path of ``trainer_client.training.curriculum`` and ``trainer_client.data.stages``."""

from .data.stages import VARIANTS, Stage, Variant
from .training.curriculum import Curriculum, arrange, keeps_order

__all__ = ["VARIANTS", "Curriculum", "Stage", "Variant", "arrange", "keeps_order"]
