"""Random questions on a network, each with its gold: the fields of the page's form that differ.

All are text, as a form has it.
"""

from __future__ import annotations

import random

from reward_server.core.transit.network import Network

from .journeys import shortest, true_route

LETTERS = "ABCD"
#: Pairs of stations that are looked at for a question.
_TRIES = 24


def journey(network: Network, chance: random.Random) -> dict[str, str]:
    """Two stations: a transfer or two apart, and not too far, where there are such."""
    names = network.station_names
    best: tuple[int, int, int] | None = None
    for _ in range(_TRIES):
        one, other = chance.sample(range(len(names)), 2)
        rides = network.rides(one, other)
        if not rides:
            continue
        route = true_route(network, one, other) if rides <= 3 else []
        stops = sum(len(leg.via) + 1 for leg in route)
        rank = abs(rides - 2) + (0 if 3 <= stops <= 14 else 2)
        if best is None or rank < best[0]:
            best = (rank, one, other)
        if rank == 0:
            break
    if best is None:  # no two stations are joined: none of our networks
        return {}
    return {"station_1": names[best[1]], "station_2": names[best[2]]}


def same_line(network: Network, chance: random.Random) -> dict[str, str]:
    """Two stations and whether a line holds both, as good as in every second question."""
    one, other = chance.sample(range(len(network.station_names)), 2)
    if chance.random() < 0.5:
        one, other = chance.sample(sorted(chance.choice(network.lines).stations), 2)
    together = not set(network.lines_at[one]).isdisjoint(network.lines_at[other])
    names = network.station_names
    return {"station_1": names[one], "station_2": names[other], "answer": str(int(together))}


def on_line(network: Network, chance: random.Random) -> dict[str, str]:
    """A station and a line, and whether the line holds it."""
    line = chance.choice(network.lines)
    station = chance.randrange(len(network.station_names))
    if chance.random() < 0.5:
        station = chance.choice(sorted(line.stations))
    return {
        "station_1": network.station_names[station],
        "station_2": line.name,
        "answer": str(int(station in line.stations)),
    }


def stops_between(network: Network, chance: random.Random) -> dict[str, str]:
    """Two stations of a line, four numbers of stops between them, and the place of the true one."""
    line = chance.randrange(len(network.lines))
    one, other = chance.sample(sorted(network.lines[line].stations), 2)
    true = len(shortest(network, line, one, other))
    wrong = chance.sample([count for count in range(true + 9) if count != true], 3)
    options = [str(count) for count in wrong]
    place = chance.randrange(4)
    options.insert(place, str(true))
    names = network.station_names
    return {
        "station_1": names[one],
        "station_2": names[other],
        "answer": str(place),
        "options": "\n".join(options),
    }


def lines_at(network: Network, chance: random.Random) -> dict[str, str]:
    """A station and how many lines it has."""
    station = chance.randrange(len(network.station_names))
    return {
        "station_1": network.station_names[station],
        "answer": str(len(network.lines_at[station])),
    }


def all_lines(network: Network, _: random.Random) -> dict[str, str]:
    """How many lines there are."""
    return {"answer": str(len(network.lines))}
