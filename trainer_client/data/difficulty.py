"""How hard a city's map is, from what can be counted in it.

ReasonMap set it by hand, by the number of lines and of transfer stations, ten of its 30 maps to
each level. The cut-offs are those that part its cities likewise, in the order of these two numbers:
up to 3 lines are easy, and from 6 lines with 18 transfer stations on a map is hard.
"""

from __future__ import annotations

from reward_server.core.model import DifficultyName
from reward_server.core.transit.network import Network

#: Lines and transfer stations from which on a map is middle, and hard.
MIDDLE, HARD = (4, 0), (6, 18)


def difficulty_of(network: Network) -> DifficultyName:
    """The difficulty of a city's map."""
    size = len(network.lines), transfer_station_count(network)
    if size >= HARD:
        return "hard"
    return "middle" if size >= MIDDLE else "easy"


def transfer_station_count(network: Network) -> int:
    """How many stations have two lines or more: the column ``city_transfer_count``."""
    return sum(len(lines) > 1 for lines in network.lines_at)
