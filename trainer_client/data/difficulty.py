"""How hard a city's map is, from what can be counted in it.

The cut-offs are measured: by them each of ReasonMap's 30 cities gets the ``difficulty_city`` that
most of its items in ``released_scores.jsonl.gz`` have. There easy cities have 1 to 4 lines, middle
ones 5 to 7 and hard ones 11 to 22; the count of transfer stations separates them less well.
"""

from __future__ import annotations

from reward_server.core.model import DifficultyName
from reward_server.core.network import Network

#: Lines from which on a city is ``middle``, and from which on it is ``hard``: half way between.
MIDDLE_LINES, HARD_LINES = 5, 9


def difficulty_of(network: Network) -> DifficultyName:
    """The difficulty of a city's map."""
    lines = len(network.lines)
    if lines < MIDDLE_LINES:
        return "easy"
    return "middle" if lines < HARD_LINES else "hard"


def transfer_station_count(network: Network) -> int:
    """How many stations have two lines or more: the column ``city_transfer_count``."""
    return sum(len(lines) > 1 for lines in network.lines_at)
