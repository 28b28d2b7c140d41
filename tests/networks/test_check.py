"""What ``networks check`` says of a folder and its networks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reward_server.core.transit.build import NO_OVERLAY, Branch, Overlay
from reward_server.networks.check import FolderCheck, check_folder, remarks_on
from reward_server.networks.load import load_bundled
from reward_server.networks.network_set import load_network

Lines = dict[str, list[str]]

# what is odd -> lines, overlay, and the remarks as (kind, what the message says)
REMARKS: list[tuple[str, Lines, Overlay, list[tuple[str, str]]]] = [
    ("nothing", {"1": ["Adit", "Beck"], "2": ["Beck", "Croft"]}, NO_OVERLAY, []),
    (
        "annotations are no other spelling",
        {"1": ["Adit", " Beck (Transfer Station)"], "2": ["Beck", "Croft"]},
        NO_OVERLAY,
        [],
    ),
    (
        "spellings",
        {"1": ["Adit", "Beck Station"], "2": ["Beck", "Croft"], "3": ["Beck", "Dell"]},
        NO_OVERLAY,
        [("spellings", "one station in 2 spellings: 'Beck Station' on '1'; 'Beck' on '2', '3'")],
    ),
    (
        "spellings that an overlay joins",
        {"1": ["Adit", "Béck"], "2": ["Beck", "Croft"]},
        Overlay(join=(("Béck", "Beck"),)),
        [("spellings", "one station in 2 spellings, by its overlay: 'Béck' on '1'; 'Beck' on '2'")],
    ),
    (
        "names that differ in an accent",
        {"1": ["Láng", "Adit", "Lăng"], "2": ["Lang Station", "Adit"]},
        NO_OVERLAY,
        [("told_apart", "'Láng', 'Lăng', 'Lang Station' are told apart by their accents only")],
    ),
    (
        "names that an overlay splits",
        {"1": ["Park (East)", "Adit", "Park (West)"]},
        Overlay(split=("Park (East)", "Park (West)")),
        [("told_apart", "'Park (East)', 'Park (West)' are told apart by its overlay only")],
    ),
    (
        "a mark that is a letter",
        {"1": ["दिल", "दाल", "राम"]},
        NO_OVERLAY,
        [],
    ),
    (
        "line names",
        {"Line 1": ["Adit", "Beck"], "1号线": ["Beck", "Croft"]},
        NO_OVERLAY,
        [("line_names", "lines 'Line 1', '1号线' are all '1' for short")],
    ),
    (
        "the same stations",
        {"1": ["Adit", "Beck"], "2": ["Beck", "Adit"], "3": ["Beck", "Croft"]},
        NO_OVERLAY,
        [("same_stations", "lines '1', '2' have the same stations")],
    ),
    (
        "a station twice",
        {"1": ["Adit", "Beck", "Croft", "Dell", "Beck Station"]},
        NO_OVERLAY,
        [
            ("spellings", "'Beck' on '1'; 'Beck Station' on '1'"),
            ("station_twice", "line '1': 'Beck' stands 2 times"),
        ],
    ),
    (
        "a loop that closes",
        {"1": ["Adit", "Beck", "Croft", "Adit"]},
        NO_OVERLAY,
        [("loop", "line '1' closes to a loop")],
    ),
    (
        "a loop by overlay",
        {"1": ["Adit", "Beck", "Croft"]},
        Overlay(loops=("1",)),
        [("loop", "line '1' closes to a loop")],
    ),
    (
        "a branch that no overlay knows",
        {"1": ["Adit", "Beck (Transfer Station) (Branch-starting Station)", "Croft", "Dell"]},
        NO_OVERLAY,
        [("branch_without_overlay", "line '1': a branch starts at 'Beck'")],
    ),
    (
        "a branch that an overlay knows",
        {"1": ["Adit", "桥站（支线起始站）", "Croft", "Dell"]},
        Overlay(branches={"1": (Branch("桥", ("Dell",)),)}),
        [],
    ),
    (
        "parts",
        {"1": ["Adit", "Beck"], "2": ["Croft", "Dell", "Eyot"], "3": ["Beck", "Ford"]},
        NO_OVERLAY,
        [("disconnected", "the 3 stations of '2' cannot be reached from the others")],
    ),
    (
        "similar names",
        {"1": ["Hunters Point Avenue", "Hunter Point Avenue", "Gate 1 of Long Meadow", "Beck"]},
        NO_OVERLAY,
        [("similar_stations", "'Hunters Point Avenue' and 'Hunter Point Avenue' are 97% alike")],
    ),
    (
        "names but for one letter the same",
        {"1": ["Kilnford", "Beck", "Kilmford", "Becks", "Kilnfords Old Gate"]},
        NO_OVERLAY,
        [("similar_stations", "'Kilnford' and 'Kilmford' are 88% alike")],
    ),
    (
        "similar names that differ in a digit or direction, or in Chinese",
        {
            "1": ["Gate 1 of Long Meadow", "Gate 2 of Long Meadow", "Long Meadow Road North"],
            "2": [
                "Long Meadow Road South",
                "Gate 1 of Long Meadow",
                "一二三四五六七八九十甲乙丙丁",
            ],
            "3": ["一二三四五六七八九十甲乙丙戊", "Gate 1 of Long Meadow"],
        },
        NO_OVERLAY,
        [],
    ),
]


@pytest.mark.parametrize(
    ("lines", "overlay", "expected"), [row[1:] for row in REMARKS], ids=[row[0] for row in REMARKS]
)
def test_what_is_odd_about_a_network_is_remarked(
    lines: Lines, overlay: Overlay, expected: list[tuple[str, str]]
) -> None:
    found = remarks_on(load_network("toy", lines, overlay))
    assert [remark.kind for remark in found] == [kind for kind, _ in expected]
    for remark, (_, said) in zip(found, expected, strict=True):
        assert said in remark.message


def test_a_folder_is_checked_whole(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/good.json").write_text(json.dumps({"1": ["Adit", "Beck", "Croft", "Adit"]}))
    (tmp_path / "x/bad.json").write_text("{")
    check = check_folder(tmp_path)
    assert [error.split(":")[0] for error in check.errors] == [str(tmp_path / "x/bad.json")]
    assert {name: len(remarks) for name, remarks in check.remarks.items()} == {"x/good": 1}


def test_the_check_says_which_cities_have_an_overlay_and_which_could(tmp_path: Path) -> None:
    line = ["Termini", "Bologna", "Rebibbia", "S. Agnese Annibaliano", "Libia", "Conca d'Oro"]
    files: dict[str, object] = {
        "italy/rome.json": {"Line B": line},
        "x/y.json": {"1": line},
        "x/y.overlay.json": {"loops": ["1"]},
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content))
    check = check_folder(tmp_path)
    assert check.overlays == {"italy/rome": (), "x/y": (tmp_path / "x/y.overlay.json",)}
    assert check.offered == {"italy/rome": ("reasonmap",), "x/y": ()}
    assert check.unused_overlays == ()
    # of another revision: Jonio is not on it
    check = check_folder(tmp_path, "reasonmap")
    assert any("no station 'Jonio' on line 'Line B'" in error for error in check.errors)
    assert list(check.remarks) == ["x/y"]
    assert "norway/oslo" in check.unused_overlays
    assert "italy/rome" not in check.unused_overlays


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    check = check_folder(tmp_path / "gone")
    assert check == FolderCheck(check.errors, {})
    assert len(check.errors) == 1


def test_the_bundled_cities_have_nothing_that_could_be_confused() -> None:
    kinds = {r.kind for loaded in load_bundled().loaded.values() for r in remarks_on(loaded)}
    assert kinds == {"loop", "spellings"}
