"""The patterns that trains of a line run in -> its main part, loop and branches.

Patterns are laid over each other to a graph: both directions and short runs lie on the longest,
an express lies on the stations that it passes. What few trains run is left out. The longest
pattern that is a simple way is the main part; where trains come round to where they were, the
loop is. What leaves it is a branch. What is no branch either (it leaves a branch) is a line of
its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import networkx as nx

from reward_server.networks.overlay import MANY_BRANCHES

Pattern = tuple[int, ...]
"""Stations in order."""
Graph: TypeAlias = "nx.Graph[int]"
"""Of stations, by their indices; each edge has its ``runs``."""


class Shape(NamedTuple):
    """What a line is: stations by their indices."""

    main: Pattern
    """In order; round the loop where ``ring``."""
    ring: bool
    branches: tuple[Pattern, ...]
    """Each from its junction, a station of ``main``."""
    runs: float
    """Trains a week, of all patterns."""

    @property
    def stations(self) -> frozenset[int]:
        """All its stations."""
        return frozenset(self.main).union(*self.branches)


@dataclass
class Shapes:
    """The lines that some patterns make, and what became of what they are not."""

    shapes: list[Shape] = field(default_factory=list)
    rare: list[tuple[frozenset[int], float]] = field(default_factory=list)
    """Stations to which hardly a train goes, with the share of trains that do."""
    odd: list[tuple[int, int]] = field(default_factory=list)
    """Links that hardly a train runs, between stations to which others go."""
    cut: list[tuple[int, int]] = field(default_factory=list)
    """Links left out because a line cannot come together again beside itself."""
    expresses: int = 0
    """Patterns that pass stations of others."""


def shapes_of(
    patterns: Mapping[Pattern, float], rare: float, distance: Callable[[int, int], float]
) -> Shapes:
    """The lines of these patterns (with how often each runs): one, where they hang together.

    ``rare``: the share of all trains below which a link is left out. ``distance``: of two stations.
    """
    found = Shapes()
    for part in _parts(patterns):
        total = sum(part.values())
        local, expresses = _without_expresses(part)
        found.expresses += expresses
        graph = _graph(local)
        few = [link for link in graph.edges if graph.edges[link]["runs"] < rare * total]
        if few:
            before = set(graph)
            often = min(total, max(graph.edges[link]["runs"] for link in few))
            graph.remove_edges_from(few)
            graph.remove_nodes_from([s for s in list(graph) if not graph.degree[s]])
            if gone := frozenset(before - set(graph)):
                found.rare.append((gone, often / total))
            found.odd += [(min(link), max(link)) for link in few if gone.isdisjoint(link)]
        for stations in sorted(nx.connected_components(graph), key=lambda s: (-len(s), min(s))):
            piece = graph.subgraph(stations).copy()
            _shape(piece, local, total, distance, found)
    return found


def _parts(patterns: Mapping[Pattern, float]) -> list[dict[Pattern, float]]:
    """The patterns in groups that have no station in common."""
    graph = _graph(patterns)
    groups = sorted(nx.connected_components(graph), key=lambda s: (-len(s), min(s)))
    return [{p: runs for p, runs in patterns.items() if p[0] in group} for group in groups]


def _graph(patterns: Mapping[Pattern, float]) -> Graph:
    graph: Graph = nx.Graph()
    for pattern, runs in patterns.items():
        # a train that turns round passes a link twice, and is one train
        for one, other in sorted({(min(link), max(link)) for link in pairwise(pattern)}):
            before = graph.edges[one, other]["runs"] if graph.has_edge(one, other) else 0.0
            graph.add_edge(one, other, runs=before + runs)
    return graph


def _without_expresses(patterns: Mapping[Pattern, float]) -> tuple[dict[Pattern, float], int]:
    """The patterns with all the stations that each passes, in one direction; how many passed any.

    A train passes stations where another pattern stops at some between two stops that follow
    each other here.
    """
    at: defaultdict[int, set[Pattern]] = defaultdict(set)
    for pattern in patterns:
        for station in pattern:
            at[station].add(pattern)
    local: defaultdict[Pattern, float] = defaultdict(float)
    expresses = 0
    for pattern, runs in patterns.items():
        full = pattern
        for _ in range(8):  # a limited express passes stops of an express
            longer = _filled(full, at)
            if longer == full:
                break
            full = longer
        expresses += full != pattern
        local[min(full, full[::-1])] += runs
    return dict(local), expresses


def _filled(pattern: Pattern, at: Mapping[int, set[Pattern]]) -> Pattern:
    own = set(pattern)
    full = [pattern[0]]
    for here, after in pairwise(pattern):
        passed = _passed(here, after, own, at[here] & at[after])
        if passed:
            longest = max(passed, key=lambda way: (len(way), way))
            full += longest
        full.append(after)
    return tuple(full)


def _passed(here: int, after: int, own: set[int], others: Iterable[Pattern]) -> list[Pattern]:
    """What other patterns have between two stations, if it is nothing that is passed elsewhere."""
    between = []
    for other in others:
        first = [i for i, s in enumerate(other) if s == here]
        last = [i for i, s in enumerate(other) if s == after]
        ways = [(i, j) for i in first for j in last]
        i, j = min(ways, key=lambda way: abs(way[0] - way[1]))
        way = other[i + 1 : j] if i < j else other[j + 1 : i][::-1]
        if way and not own & set(way) and here not in way and after not in way:
            between.append(way)
    return between


def _shape(
    graph: Graph,
    patterns: Mapping[Pattern, float],
    total: float,
    distance: Callable[[int, int], float],
    found: Shapes,
) -> None:
    """Add the line of a connected graph to what is found, and those of what does not fit on it."""
    ring = _ring(graph, patterns)
    found.cut += _open(graph, ring, distance)
    main = ring or _main(graph, patterns)
    branches, others = _branches(graph, main)
    if ring:
        at = min(main.index(branch[0]) for branch in branches) if branches else 0
        main = main[at:] + main[:at]
        main = min(main, main[:1] + main[:0:-1])
    branches.sort(key=lambda branch: (main.index(branch[0]), branch))
    found.shapes.append(Shape(main, bool(ring), tuple(branches), total))
    for stations in others:
        _shape(graph.subgraph(stations).copy(), patterns, total, distance, found)


def _ring(graph: Graph, patterns: Mapping[Pattern, float]) -> Pattern:
    """The longest way on which a train comes back to where it was, its first station once.

    Without such a train, the whole graph where it is a ring; else none.
    """
    rings: defaultdict[Pattern, float] = defaultdict(float)
    for pattern, runs in patterns.items():
        last: dict[int, int] = {}
        for place, station in enumerate(pattern):
            way = pattern[last.get(station, place) : place]
            if len(way) > 2 and len(set(way)) == len(way) and _all_on(graph, (*way, station)):
                rings[way] += runs
            last[station] = place
    if rings:
        return max(rings, key=lambda way: (len(way), rings[way], [-station for station in way]))
    if len(graph) > 2 and all(degree == 2 for _, degree in graph.degree):
        first = min(graph)
        return tuple(nx.dfs_preorder_nodes(graph, first))
    return ()


def _all_on(graph: Graph, way: Pattern) -> bool:
    return all(graph.has_edge(*link) for link in pairwise(way))


def _open(
    graph: Graph, ring: Pattern, distance: Callable[[int, int], float]
) -> list[tuple[int, int]]:
    """Cut the graph's cycles, but for the ring, each at its longest link; the links cut."""
    kept = {frozenset(link) for link in pairwise((*ring, *ring[:1]))}
    cut = []
    while graph.number_of_edges() - len(graph) + 1 > bool(ring):
        cycles = nx.cycle_basis(graph)
        links = {link for cycle in cycles for link in pairwise((*cycle, cycle[0]))}
        loose = {(min(link), max(link)) for link in links if frozenset(link) not in kept}
        longest = max(loose, key=lambda link: (distance(*link), link))
        graph.remove_edge(*longest)
        cut.append(longest)
    return cut


def _main(graph: Graph, patterns: Mapping[Pattern, float]) -> Pattern:
    """The longest way of a train in a tree, made longer where others go on from its ends."""
    ways: defaultdict[Pattern, float] = defaultdict(float)
    for pattern, runs in patterns.items():
        for way in _simple_ways(graph, pattern):
            ways[min(way, way[::-1])] += runs
    longest = max(ways, key=lambda way: (len(way), ways[way], [-station for station in way]))
    main = list(longest)
    for _ in range(2):
        while onward := [station for station in graph[main[-1]] if station not in main]:
            here = graph[main[-1]]
            main.append(max(onward, key=lambda station: (here[station]["runs"], -station)))
        main.reverse()
    return tuple(main) if main[0] < main[-1] else tuple(reversed(main))


def _simple_ways(graph: Graph, pattern: Pattern) -> Iterator[Pattern]:
    """The parts of a pattern that run on the graph, and by no station twice."""
    start = 0
    for end in range(1, len(pattern)):
        goes_on = graph.has_edge(*pattern[end - 1 : end + 1])
        if goes_on and pattern[end] not in pattern[start:end]:
            continue
        if end - start > 1:
            yield pattern[start:end]
        # a train that turned round goes on from the station before
        start = end - 1 if goes_on else end
    if len(pattern) - start > 1:
        yield pattern[start:]


def _branches(graph: Graph, main: Pattern) -> tuple[list[Pattern], list[set[int]]]:
    """The longest branches of a tree, or of a ring's trees, and the stations of what is left.

    What is left is in connected sets, each with the station at which it leaves the line.
    """
    rest = graph.copy()
    rest.remove_nodes_from(main)
    branches: list[Pattern] = []
    others: list[set[int]] = []
    trees: list[tuple[int, set[int], Pattern]] = []
    for tree in nx.connected_components(rest):
        ((first, junction),) = nx.edge_boundary(graph, tree)
        ways = nx.single_source_shortest_path(rest, first)
        way = max(ways.values(), key=lambda way: (len(way), [-station for station in way]))
        trees.append((junction, tree, tuple(way)))
    trees.sort(key=lambda one: (-len(one[2]), one[0], one[2]))
    for junction, tree, longest in trees:
        if len(branches) == MANY_BRANCHES:
            others.append({junction, *tree})
            continue
        branches.append((junction, *longest))
        left = rest.subgraph(tree - set(longest))
        for twig in nx.connected_components(left):
            ((_, leaves_at),) = nx.edge_boundary(rest, twig)
            others.append({leaves_at, *twig})
    others.sort(key=lambda stations: (-len(stations), min(stations)))
    return branches, others
