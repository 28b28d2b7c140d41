"""The stages of RewardMap's curriculum (arXiv 2510.02240): which tasks are trained on when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Variant = Literal["stages", "coarse", "fine", "none"]
Stage = tuple[str, ...]

#: The paper's four stages, and the two other orders of its code; "none" knows no stages: all rows
#: are one, whatever their tasks.
VARIANTS: Mapping[Variant, tuple[Stage, ...]] = {
    "stages": (("TorF1", "TorF2"), ("Counting2", "Counting3"), ("Counting1",), ("planning",)),
    "coarse": (("TorF1", "TorF2", "Counting1", "Counting2", "Counting3"), ("planning",)),
    "fine": (
        ("TorF1",),
        ("TorF2",),
        ("Counting3",),
        ("Counting2",),
        ("Counting1",),
        ("planning",),
    ),
    "none": (),
}
