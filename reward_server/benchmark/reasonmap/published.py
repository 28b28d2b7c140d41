"""The published results, to stand beside one's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Published:
    """One row of a paper's table; ``None`` is what the paper does not give.

    Accuracies are in per cent, map scores in points.
    """

    model: str
    training: str
    source: str
    main: bool = False
    """Not an ablation: the row is shown on a terminal too."""
    reasonmap_short: float | None = None
    reasonmap_long: float | None = None
    map_score_short: float | None = None
    map_score_long: float | None = None
    plus: float | None = None
    plus_counting: float | None = None
    plus_torf: float | None = None


def published() -> list[Published]:
    """The rows of ``published.toml``, in its order, with their sources in words."""
    text = (files(__package__) / "published.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    sources = content["sources"]
    return [Published(**row | {"source": sources[row["source"]]}) for row in content["result"]]
