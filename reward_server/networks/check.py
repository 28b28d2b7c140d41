"""What a person should know of a network before scoring with it: nothing here is an error.

``check_folder`` is what ``reward-server networks check`` prints.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from ..core.transit import names as text
from ..core.transit import readings
from ..core.transit.name_index import NEAR, is_slip
from .load import read_folder
from .network_set import LoadedNetwork
from .overlay_files import BUNDLED, overlay_file

RemarkKind = Literal[
    "spellings",
    "told_apart",
    "line_names",
    "same_stations",
    "station_twice",
    "loop",
    "branch_without_overlay",
    "disconnected",
    "similar_stations",
]
_BRANCH_START = re.compile(r"[(（]\s*(?:Branch-starting Station|支线起始站)\s*[)）]")


class Remark(NamedTuple):
    """Something odd about a network, in a sentence."""

    kind: RemarkKind
    message: str


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """A folder's errors, and what there is to say of each network that could be built, by name."""

    errors: tuple[str, ...]
    remarks: Mapping[str, tuple[Remark, ...]]
    overlays: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """The files that a network's overlay is from; none where it has no overlay."""
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The bundled sets with an overlay for a network that was read without it."""
    unused_overlays: tuple[str, ...] = ()
    """Cities that further overlays are for, and that the folder does not have: no error."""


def check_folder(folder: Path, overlays: str | Path | None = None) -> FolderCheck:
    """All there is to say of a folder of networks; never raises for what stands in it."""
    networks, faults, unused = read_folder(folder, overlays)
    loaded = networks.loaded
    return FolderCheck(
        faults,
        {name: remarks_on(of_city) for name, of_city in loaded.items()},
        {name: of_city.overlay_files for name, of_city in loaded.items()},
        {name: _offered(name, of_city) for name, of_city in loaded.items()},
        unused,
    )


def _offered(name: str, loaded: LoadedNetwork) -> tuple[str, ...]:
    """The bundled sets with an overlay for a network that was read without it."""
    files = {known: overlay_file(folder, name) for known, folder in BUNDLED.items()}
    return tuple(
        known for known, file in files.items() if file.exists() and file not in loaded.overlay_files
    )


def remarks_on(loaded: LoadedNetwork) -> tuple[Remark, ...]:
    """The remarks on one network, by kind and then in the order of its lines."""
    return (
        *_spellings(loaded),
        *_told_apart(loaded),
        *_line_names(loaded),
        *_same_stations(loaded),
        *_station_twice(loaded),
        *_loops(loaded),
        *_branches_without_overlay(loaded),
        *_disconnected(loaded),
        *_similar_stations(loaded),
    )


def _spellings(loaded: LoadedNetwork) -> Iterator[Remark]:
    spelt: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line, stations in loaded.lines.items():
        for station in stations:
            lines = spelt[loaded.network.station(station)][text.strip_annotations(station)]
            if line not in lines:
                lines.append(line)
    for spellings in spelt.values():
        if len(spellings) > 1:
            listed = "; ".join(f"{name!r} on {_list(on)}" for name, on in spellings.items())
            joined = len(set(map(text.identity, spellings))) > 1
            by = f", by {_overlay(loaded)}" if joined else ""
            yield Remark("spellings", f"one station in {len(spellings)} spellings{by}: {listed}")


def _told_apart(loaded: LoadedNetwork) -> Iterator[Remark]:
    """Stations whose names fold alike."""
    alike: dict[str, dict[str, int]] = defaultdict(dict)
    for stations in loaded.lines.values():
        for station in stations:
            name = text.strip_annotations(station)
            alike[text.fold_station(name)].setdefault(name, loaded.network.station(station))
    for names in alike.values():
        if len(set(names.values())) > 1:
            accents = len(set(map(text.identity, names))) > 1
            by = "their accents" if accents else _overlay(loaded)
            yield Remark(
                "told_apart",
                f"{_list(names)} are told apart by {by} only: an answer must spell them out",
            )


def _overlay(loaded: LoadedNetwork) -> str:
    """The overlay of a network, by its files."""
    return " and ".join(map(str, loaded.overlay_files)) or "its overlay"


def _line_names(loaded: LoadedNetwork) -> Iterator[Remark]:
    alike: dict[str, list[str]] = defaultdict(list)
    for line in loaded.lines:
        alike[text.fold_line(line)].append(line)
    for key, lines in alike.items():
        if len(lines) > 1:
            yield Remark(
                "line_names",
                f"lines {_list(lines)} are all {key!r} for short: an answer must spell them out",
            )


def _same_stations(loaded: LoadedNetwork) -> Iterator[Remark]:
    serving: dict[frozenset[int], list[str]] = defaultdict(list)
    for line in loaded.network.lines:
        serving[line.stations].append(line.name)
    for lines in serving.values():
        if len(lines) > 1:
            yield Remark("same_stations", f"lines {_list(lines)} have the same stations")


def _station_twice(loaded: LoadedNetwork) -> Iterator[Remark]:
    network = loaded.network
    for line in network.lines:
        stops = [network.station(station) for station in loaded.lines[line.name]]
        if line.ring and stops[0] == stops[-1]:
            stops.pop()  # where a loop closes, its first station stands again
        for station, times in Counter(stops).items():
            if times > 1:
                yield Remark(
                    "station_twice",
                    f"line {line.name!r}: {network.station_names[station]!r} stands {times} times",
                )


def _loops(loaded: LoadedNetwork) -> Iterator[Remark]:
    for line in loaded.network.lines:
        if line.ring:
            yield Remark("loop", f"line {line.name!r} closes to a loop")


def _branches_without_overlay(loaded: LoadedNetwork) -> Iterator[Remark]:
    station = loaded.network.station
    for line, spellings in loaded.lines.items():
        known = {station(branch.junction) for branch in loaded.overlay.branches.get(line, ())}
        for spelling in spellings:
            if _BRANCH_START.search(spelling) and station(spelling) not in known:
                yield Remark(
                    "branch_without_overlay",
                    f"line {line!r}: a branch starts at {text.strip_annotations(spelling)!r}, and "
                    "no overlay says which stations it has: they count as the end of the line",
                )


def _disconnected(loaded: LoadedNetwork) -> Iterator[Remark]:
    network = loaded.network
    parts: dict[frozenset[int], list[str]] = defaultdict(list)
    for line in network.lines:
        here = min(line.stations)
        reached = (
            there for there in range(len(network.station_names)) if network.rides(here, there)
        )
        parts[frozenset((here, *reached))].append(line.name)
    main = max(parts, key=len)
    for part, lines in parts.items():
        if part != main:
            yield Remark(
                "disconnected",
                f"the {len(part)} stations of {_list(lines)} cannot be reached from the others",
            )


def _similar_stations(loaded: LoadedNetwork) -> Iterator[Remark]:
    names = [
        (name, key)
        for name in loaded.network.station_names
        if readings.may_be_misspelt(key := readings.station_keys(name).kinds)
    ]
    for (one, key), (other, other_key) in combinations(names, 2):
        similarity = fuzz.ratio(key, other_key, score_cutoff=NEAR)
        if (
            similarity
            and key != other_key
            and is_slip(key, other_key, similarity)
            and readings.distinguishing_marks(one) == readings.distinguishing_marks(other)
        ):
            yield Remark(
                "similar_stations",
                f"{one!r} and {other!r} are {similarity:.0f}% alike: a slip in one may be read as "
                "the other",
            )


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
