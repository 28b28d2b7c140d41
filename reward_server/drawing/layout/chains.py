"""A network as the tracks its trains run on, before anything has a place on paper.

A line that passes stations by where another one stops runs on that one's track: an express is
drawn along the local line. What is left is cut into chains, from one junction to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from reward_server.core.transit.network import Network

Link = tuple[int, int]
"""Two stations that follow each other, the smaller index first."""
Chain = tuple[int, ...]
"""Stations that follow each other on the tracks, from one junction or terminus to another."""


#: Stops that an express passes by at once, mostly.
_FEW = 4


class Tracks(NamedTuple):
    """``links``: what lies between two neighbours on the tracks -> the lines that run there.

    ``passing``: two stations that follow each other on a line which passes others by -> all
    the stations of its way, both ends included.
    """

    links: Mapping[Link, frozenset[int]]
    passing: Mapping[Link, Chain]


def link_of(one: int, other: int) -> Link:
    """The link between two stations."""
    return (one, other) if one < other else (other, one)


def links_of(network: Network, line: int) -> list[Link]:
    """What the trains of a line ride, from each stop to the next; each once."""
    found: dict[Link, None] = {}
    for run in network.lines[line].runs:
        found.update(dict.fromkeys(link_of(*pair) for pair in pairwise(run)))
    if network.lines[line].ring:
        around = network.lines[line].runs[0]
        found[link_of(around[-1], around[0])] = None
    return list(found)


def find_tracks(network: Network) -> Tracks:
    """The tracks of a network."""
    ridden = [links_of(network, line) for line in range(len(network.lines))]
    serving: defaultdict[Link, set[int]] = defaultdict(set)
    for line, its_links in enumerate(ridden):
        for link in its_links:
            serving[link].add(line)
    ways: dict[Link, Chain] = {}
    for link, expresses in serving.items():
        if way := _local_way(network, link, expresses, ridden):
            ways[link] = way
    passing = {link: _in_full(link, ways, ()) for link in ways}
    while astray := [link for link, way in passing.items() if len(set(way)) < len(way)]:
        # lines that pass each other's stations in turn: no track is all of theirs
        for link in astray:
            del ways[link]
        passing = {link: _in_full(link, ways, ()) for link in ways}
    links: defaultdict[Link, set[int]] = defaultdict(set)
    for link, lines in serving.items():
        for pair in pairwise(passing.get(link, link)):
            links[link_of(*pair)] |= lines
    return Tracks({link: frozenset(lines) for link, lines in links.items()}, passing)


def _local_way(
    network: Network, link: Link, expresses: AbstractSet[int], ridden: Sequence[Sequence[Link]]
) -> Chain:
    """The way of the line that stops least often between two stops of an express.

    The line must share the express's track beyond both stops too, or beyond one where it has
    few stops between them: others only meet twice. Empty where there is no such line.
    """
    one, other = link
    beyond = [
        {
            end
            for express in expresses
            for ends in ridden[express]
            if stop in ends
            for end in ends
            if end not in link
        }
        for stop in link
    ]
    ways: list[Chain] = []
    for index in set(network.lines_at[one]).intersection(network.lines_at[other]) - expresses:
        local = network.lines[index]
        between = min(local.between(one, other), key=lambda way: (len(way), way))
        together = [bool(stops & local.stations) for stops in beyond if stops]
        if any(together) and (all(together) or len(between) <= _FEW):
            ways.append((one, *between, other))
    return min(ways, key=lambda way: (len(way), way), default=())


def _in_full(link: Link, ways: Mapping[Link, Chain], above: tuple[Link, ...]) -> Chain:
    """The way of a link in which every step that is itself an express's is taken in full."""
    if link not in ways or link in above:
        return link
    full = [link[0]]
    for one, other in pairwise(ways[link]):
        step = _in_full(link_of(one, other), ways, (*above, link))
        full += step[1:] if step[0] == one else step[-2::-1]
    return tuple(full)


def cut(links: Iterable[Link], longest: int) -> list[Chain]:
    """The chains that the links make up; none goes in a circle, no two have the same ends.

    Chains between junctions that have more than ``longest`` links are cut in two, so that they
    may bow.
    """
    near: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    keys = {station for station, others in near.items() if len(others) != 2}
    chains = _walk(near, keys)
    seen: set[Link] = set()
    whole: list[Chain] = []
    for chain in sorted(chains, key=len):
        ends = link_of(chain[0], chain[-1])
        last = len(chain) - 1
        if chain[0] == chain[-1]:
            third = last // 3
            whole += [chain[: third + 1], chain[third : last - third + 1], chain[last - third :]]
        elif ends in seen or (last > longest and all(len(near[end]) > 1 for end in ends)):
            whole += [chain[: last // 2 + 1], chain[last // 2 :]]
        else:
            whole.append(chain)
        seen.add(ends)
    return sorted(whole)


def _walk(near: Mapping[int, Sequence[int]], keys: set[int]) -> list[Chain]:
    """The chains between keys, then the circles that have none, each from its first station."""
    chains: list[Chain] = []
    done: set[Link] = set()
    for start in [*sorted(keys), *sorted(near.keys() - keys)]:
        for step in near[start]:
            if link_of(start, step) in done:
                continue
            chain = [start, step]
            while chain[-1] not in keys and chain[-1] != start:
                here, before = chain[-1], chain[-2]
                chain.append(next(other for other in near[here] if other != before))
            done.update(link_of(*pair) for pair in pairwise(chain))
            chains.append(tuple(chain))
    return chains
