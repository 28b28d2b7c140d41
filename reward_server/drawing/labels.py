"""Names beside their stations: none over another, over a line or over a marker.

Every label may stand at eight places around its station, upright or turned by 45 degrees, on one
line or on two. Places that meet a line or a marker are struck out; of the others each label takes
the one that costs least, with its neighbours on a line on the same side, until nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import cos, sin, sqrt
from typing import NamedTuple
from unicodedata import category

from .geometry import Box, Point, Stroke, StrokeGrid, boxes_touch, strokes_of

#: Height of a line of text, and from one to the next, in sizes of its letters; and from the middle
#: of capital letters to the line that they stand on.
LETTERS = 1.08
LEADING = 1.12
CAPITALS = 0.345


class Extent(NamedTuple):
    """The room that a line of text takes, in pixels: ``above`` and ``below`` its baseline."""

    width: float
    above: float
    below: float

    @classmethod
    def usual(cls, width: float, size: float) -> Extent:
        """That of letters of the usual height: Latin, Cyrillic, Greek, Chinese, Japanese."""
        return cls(width, (LETTERS / 2 + CAPITALS) * size, (LETTERS / 2 - CAPITALS) * size)

    @property
    def drop(self) -> float:
        """From the middle of the line's height down to its baseline."""
        return (self.above - self.below) / 2


Measure = Callable[[str, float, bool], Extent]
"""A text, its size in pixels and whether it is bold -> its room."""

#: A label that overlaps another costs more than all else together.
_OVERLAP = 1000.0
_OTHER_SIDE = 0.6
_OUT_OF_ROW = 0.9
#: Between two labels side by side, in sizes of their letters.
_WORDS_APART = 0.45
#: A label so near to another station's marker, in pixels, may be read as that one's.
_MISTAKEN = 7.0
_DOUBTFUL = 1.3
_SWEEPS = 40

_D = sqrt(0.5)
_FLAT = 0.22  # radians
_EAST, _WEST, _NORTH, _SOUTH = (1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0)
_NE, _SE, _SW, _NW = (_D, -_D), (_D, _D), (-_D, _D), (-_D, -_D)


class _Place(NamedTuple):
    """A way to put a label: which way from the station, how turned, and how unwelcome it is.

    ``corner``: of the text that comes nearest to the station, from its middle: -1 to 1 along the
    text and down from it.
    """

    side: Point
    axis: Point
    corner: tuple[float, float]
    cost: float


#: What is read from left to right, rising text before falling text, the right side before the left.
_PLACES = (
    _Place(_EAST, _EAST, (-1, 0), 0.0),
    _Place(_WEST, _EAST, (1, 0), 0.15),
    _Place(_NE, _EAST, (-1, 0.6), 0.3),
    _Place(_SE, _EAST, (-1, -0.6), 0.32),
    _Place(_NW, _EAST, (1, 0.6), 0.4),
    _Place(_SW, _EAST, (1, -0.6), 0.42),
    _Place(_NE, _EAST, (-1, 1), 0.34),
    _Place(_SE, _EAST, (-1, -1), 0.36),
    _Place(_NW, _EAST, (1, 1), 0.44),
    _Place(_SW, _EAST, (1, -1), 0.46),
    _Place(_NORTH, _EAST, (0, 1), 0.35),
    _Place(_SOUTH, _EAST, (0, -1), 0.36),
    # straight away from a diagonal line, then above, below and beside a line that is not one
    _Place(_NE, _NE, (-1, 0), 0.6),
    _Place(_SW, _NE, (1, 0), 0.75),
    _Place(_SE, _SE, (-1, 0), 0.9),
    _Place(_NW, _SE, (1, 0), 0.95),
    _Place(_NORTH, _NE, (-1, 1), 0.5),
    _Place(_SOUTH, _NE, (1, -1), 0.65),
    _Place(_SOUTH, _SE, (-1, -1), 0.7),
    _Place(_NORTH, _SE, (1, 1), 0.85),
    _Place(_EAST, _NE, (-1, -1), 0.9),
    _Place(_WEST, _NE, (1, 1), 0.95),
)
#: In the narrow corner between two lines that leave a station 45 degrees apart.
_NARROW = tuple(
    _Place((x * cos(_FLAT), y * sin(_FLAT)), _EAST, (-x, -y), 0.5) for x in (1, -1) for y in (-1, 1)
)
#: The same places again, so many pixels farther off and so much dearer; and for those that have
#: no place so near, farther.
_NEAR = ((0.0, 0.0), (4.0, 0.2), (9.0, 0.5))
_FAR = ((15.0, 1.5), (22.0, 2.0), (30.0, 3.0), (42.0, 4.0))
#: And a little smaller.
_SMALLER = 0.86
_SMALL = ((0.0, 1.5), (9.0, 2.0))


class Anchor(NamedTuple):
    """What a label belongs to: a marker around ``points``, ``reach`` wide; neighbours' keys."""

    text: str
    points: tuple[Point, ...]
    reach: float
    size: float
    bold: bool = False
    near: tuple[int, ...] = ()
    """Labels, by their place in the list, that should stand on the same side."""
    row: int = -1
    """Labels of one row, along a straight piece of a line, look best all in the same way."""


class Label(NamedTuple):
    """A placed text: its lines, one below the other in ``box``."""

    lines: tuple[str, ...]
    box: Box
    size: float
    bold: bool
    align: int
    """-1: the text starts at the box's left edge, 0: in its middle, 1: ends at its right."""
    drop: float
    """From the middle of the box down to the first line's baseline, in pixels."""
    leading: float
    """From one line's baseline to the next, in pixels."""


class Placing(NamedTuple):
    """Labels in the order of their anchors; ``failed``: those that have no free place."""

    labels: tuple[Label, ...]
    failed: tuple[int, ...]


class _Candidate(NamedTuple):
    label: Label
    kept: Box
    """The label's box with what must be free of others on its left and right."""
    bounds: tuple[float, float, float, float]
    cost: float
    place: _Place


def place_labels(
    anchors: Sequence[Anchor],
    blocked: StrokeGrid,
    measure: Measure,
    boxes: Iterable[Box] = (),
    gap: float = 3.0,
    *,
    shunned: Iterable[Box] = (),
    all_or_none: bool = False,
) -> Placing:
    """A place for each label that meets nothing ``blocked`` and none of ``boxes``.

    It keeps off what is ``shunned`` too, where it can.

    A label in ``failed`` stands where it harms least: whoever must have none of them gives the
    map more room and calls again. ``all_or_none``: where a label has no place at all, say so and
    place none, which is soon done.
    """
    taken = [(box, box.bounds()) for box in boxes]
    kept_off = [(box, box.bounds()) for box in shunned]
    markers = StrokeGrid(stroke for anchor in anchors for stroke in _marker(anchor))

    def clear(number: int, distances: _Distances) -> list[_Candidate]:
        anchor = anchors[number]
        own = _marker(anchor)
        options = _candidates(anchor, measure, gap, distances)
        if distances is _FAR:
            small = anchor._replace(size=anchor.size * _SMALLER)
            options += _candidates(small, measure, gap, _SMALL)
        found = []
        for option in options:
            box = option.label.box
            if blocked.touches(box) or _hits(option, taken):
                continue
            doubts = int(_hits(option, kept_off))
            doubts += any(stroke not in own for stroke in markers.touching(box))
            found.append(option._replace(cost=option.cost + _DOUBTFUL * doubts))
        return found

    free = _in_rows(anchors, [clear(number, _NEAR) for number in range(len(anchors))])
    failed: Sequence[int] = [number for number, places in enumerate(free) if not places]
    chosen: dict[int, int] = {}
    for _ in range(2):
        for number in failed:
            free[number] += clear(number, _FAR)
        if all_or_none and (nowhere := [n for n in failed if not free[n]]):
            return Placing((), tuple(nowhere))
        settled = [number for number, places in enumerate(free) if places]
        for number in settled:  # the search takes the cheapest places to come first
            before = free[number][chosen[number]] if number in chosen else None
            free[number].sort(key=lambda place: place.cost)
            if before is not None:
                chosen[number] = free[number].index(before)
        _settle(anchors, free, settled, chosen)
        failed = _overlapping(free, settled, chosen)
        if not failed:
            break
    labels = tuple(
        places[chosen[number]].label
        if places
        else _candidates(anchors[number], measure, gap, _NEAR)[0].label
        for number, places in enumerate(free)
    )
    nowhere = [number for number, places in enumerate(free) if not places]
    return Placing(labels, tuple(sorted({*failed, *nowhere})))


_Bounds = tuple[float, float, float, float]
_Distances = Sequence[tuple[float, float]]


def _hits(option: _Candidate, boxes: Iterable[tuple[Box, _Bounds]]) -> bool:
    """Whether a label would stand on any of these boxes."""
    reach = option.bounds
    return any(
        _bounds_touch(reach, bounds) and boxes_touch(option.label.box, box) for box, bounds in boxes
    )


def _marker(anchor: Anchor) -> list[Stroke]:
    """A station's marker with what should be free of others' names around it."""
    ends = (*anchor.points, anchor.points[0])
    return strokes_of(ends, anchor.reach + _MISTAKEN)


def _in_rows(anchors: Sequence[Anchor], free: Sequence[list[_Candidate]]) -> list[list[_Candidate]]:
    """The places of all labels, those dearer that are not what suits a label's row best.

    What suits a row is the place that is free for most of its labels; of several the cheapest.
    """
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for number, anchor in enumerate(anchors):
        if anchor.row >= 0:
            rows[anchor.row].append(number)
    result = list(free)
    for members in rows.values():
        if len(members) < 2:
            continue
        worth: defaultdict[_Place, float] = defaultdict(float)
        for number in members:
            for place, cost in {
                option.place: option.cost for option in reversed(free[number])
            }.items():
                worth[place] += 2.0 - cost
        best = max(
            worth,
            key=lambda place: worth[place] - _row_overlaps(members, free, place),
            default=None,
        )
        for number in members:
            result[number] = [
                option if option.place == best else option._replace(cost=option.cost + _OUT_OF_ROW)
                for option in free[number]
            ]
    return result


def _row_overlaps(
    members: Sequence[int], free: Sequence[Sequence[_Candidate]], place: _Place
) -> float:
    """How many neighbours in a row would overlap if all stood in one way, in the unit of costs."""
    options = [
        next((option for option in free[number] if option.place == place), None)
        for number in members
    ]
    return sum(2.0 for one, other in pairwise(options) if one and other and _overlap(one, other))


def _overlapping(
    free: Sequence[Sequence[_Candidate]], settled: Sequence[int], chosen: Mapping[int, int]
) -> list[int]:
    """Of each two labels that overlap the second."""
    found = set()
    for number, others in _rivals(free, settled).items():
        mine = free[number][chosen[number]]
        for other in others:
            if number < other and _overlap(mine, free[other][chosen[other]]):
                found.add(other)
    return sorted(found)


def _candidates(
    anchor: Anchor, measure: Measure, gap: float, distances: _Distances
) -> list[_Candidate]:
    """All places of a label, the most welcome first."""
    texts = [(anchor.text,), *_wrapped(anchor.text)]
    centre = (
        (min(x for x, _ in anchor.points) + max(x for x, _ in anchor.points)) / 2,
        (min(y for _, y in anchor.points) + max(y for _, y in anchor.points)) / 2,
    )
    found = []
    for extra, lines in enumerate(texts):
        extents = [measure(line, anchor.size, anchor.bold) for line in lines]
        half_width = max(extent.width for extent in extents) / 2
        tallest = Extent(
            2 * half_width,
            max(extent.above for extent in extents),
            max(extent.below for extent in extents),
        )
        height = tallest.above + tallest.below
        leading = height + anchor.size * (LEADING - LETTERS)
        half_height = (height + leading * (len(lines) - 1)) / 2
        drop = tallest.drop - leading * (len(lines) - 1) / 2
        for place in (*_PLACES, *(_NARROW if distances is _FAR else ())):
            side, axis, corner, cost = place
            if len(lines) > 1 and axis != _EAST:
                continue
            out = max(
                (x - centre[0]) * side[0] + (y - centre[1]) * side[1] for x, y in anchor.points
            )
            along, down = corner[0] * half_width, corner[1] * half_height
            dx, dy = axis[0] * along - axis[1] * down, axis[1] * along + axis[0] * down
            for farther, dearer in distances:
                reach = out + anchor.reach + gap + farther
                x, y = centre[0] + side[0] * reach - dx, centre[1] + side[1] * reach - dy
                box = Box((x, y), half_width, half_height, axis)
                label = Label(
                    tuple(lines), box, anchor.size, anchor.bold, int(corner[0]), drop, leading
                )
                total = cost + dearer + 0.25 * extra
                kept = Box(
                    (x, y), half_width + _WORDS_APART * anchor.size / 2, half_height + 0.5, axis
                )
                found.append(_Candidate(label, kept, kept.bounds(), total, place))
    found.sort(key=lambda candidate: candidate.cost)
    return found


def _wrapped(text: str) -> list[tuple[str, str]]:
    """The text on two lines, broken at the space nearest to its middle; of a short one nothing."""
    # signs above and below letters, and those that only say how letters join, take no room
    letters = [i for i, sign in enumerate(text) if category(sign) not in ("Mn", "Me", "Cf")]
    spaces = [place for place, i in enumerate(letters) if text[i] == " "]
    if len(letters) < 10 or not spaces:
        return []
    at = letters[min(spaces, key=lambda place: abs(place - len(letters) / 2))]
    return [(text[:at], text[at + 1 :])]


def _settle(
    anchors: Sequence[Anchor],
    free: Sequence[Sequence[_Candidate]],
    settled: Sequence[int],
    chosen: dict[int, int],
) -> None:
    """Choose a place for each label that has one, beginning with those chosen before."""
    rivals = _rivals(free, settled)
    # who has the least choice goes first
    order = sorted(settled, key=lambda number: len(free[number]))
    weight = [1.0] * len(free)
    for _ in range(_SWEEPS):
        changed = False
        for number in order:
            met = [free[other][chosen[other]] for other in rivals[number] if other in chosen]
            near = [free[other][chosen[other]] for other in anchors[number].near if other in chosen]
            best = _cheapest(free[number], met, near)
            if chosen.get(number) != best:
                chosen[number], changed = best, True
        if not changed and not _push(free, rivals, chosen, weight):
            break


def _cheapest(
    options: Sequence[_Candidate], rivals: Sequence[_Candidate], near: Sequence[_Candidate]
) -> int:
    """Which of the places, by rising cost, costs least beside those that others have now."""
    best, least = 0, float("inf")
    for number, mine in enumerate(options):
        if mine.cost >= least:
            break  # what comes after is no cheaper
        total = mine.cost + _OTHER_SIDE * sum(
            theirs.place.side != mine.place.side or theirs.place.axis != mine.place.axis
            for theirs in near
        )
        for theirs in rivals:
            if total >= least:
                break
            if _overlap(mine, theirs):
                total += _OVERLAP
        if total < least:
            best, least = number, total
    return best


def _push(
    free: Sequence[Sequence[_Candidate]],
    rivals: Mapping[int, Sequence[int]],
    chosen: dict[int, int],
    weight: list[float],
) -> bool:
    """Let the labels that still overlap drive their rivals away; whether that moved any."""

    def harm(number: int, option: int) -> tuple[float, float]:
        """What a place costs the labels that it meets: more for those driven away often."""
        mine = free[number][option]
        met = (other for other in rivals[number] if _overlap(mine, free[other][chosen[other]]))
        return sum(weight[other] for other in met), mine.cost

    pushed = False
    for number, others in rivals.items():
        if not harm(number, chosen[number])[0]:
            continue
        weight[number] += 1
        option = min(range(len(free[number])), key=lambda option, n=number: harm(n, option))  # type: ignore[misc]
        pushed |= option != chosen[number]
        chosen[number] = option
        mine = free[number][option]
        for other in others:
            if _overlap(mine, free[other][chosen[other]]):
                clear = [i for i, place in enumerate(free[other]) if not _overlap(mine, place)]
                if clear:
                    chosen[other] = min(clear, key=lambda i, other=other: harm(other, i))  # type: ignore[misc]
                    weight[other] += 0.5
                    pushed = True
    return pushed


def _rivals(free: Sequence[Sequence[_Candidate]], settled: Iterable[int]) -> dict[int, list[int]]:
    """For each label those that could overlap it somewhere."""
    spans = {}
    for number in settled:
        bounds = (option.bounds for option in free[number])
        lefts, tops, rights, bottoms = zip(*bounds, strict=True)
        spans[number] = (min(lefts), min(tops), max(rights), max(bottoms))
    order = sorted(spans, key=lambda number: spans[number][0])
    rivals: dict[int, list[int]] = {number: [] for number in spans}
    for i, number in enumerate(order):
        right = spans[number][2]
        for other in order[i + 1 :]:
            if spans[other][0] > right:
                break
            if _bounds_touch(spans[number], spans[other]):
                rivals[number].append(other)
                rivals[other].append(number)
    return rivals


def _bounds_touch(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _overlap(one: _Candidate, other: _Candidate) -> bool:
    return _bounds_touch(one.bounds, other.bounds) and boxes_touch(one.kept, other.kept)
