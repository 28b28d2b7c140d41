"""A folder of cities: what is read from it, and what is said of what cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from reward_server.networks.load import NetworkFileError, load_folder, read_folder

TOY = {"Line 1": ["Mill Station", "Quarry Station (Transfer Station)", "Ford Station"]}


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """The folder with these files in it; a str is written as it is, all else as JSON."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(NetworkFileError) as raised:
        load_folder(folder)
    assert str(raised.value).splitlines() == list(raised.value.faults)
    return [fault.replace(f"{folder}/", "") for fault in raised.value.faults]


def test_networks_are_named_by_country_and_city_and_sorted(tmp_path: Path) -> None:
    networks = load_folder(write(tmp_path, {"z/a.json": TOY, "b/z.json": TOY, "b/c.json": TOY}))
    assert list(networks) == ["b/c", "b/z", "z/a"]
    assert networks["z/a"].name == "z/a"
    assert networks["z/a"].station_names == ("Mill Station", "Quarry Station", "Ford Station")


def test_a_name_is_the_same_whichever_way_the_file_system_keeps_its_accents(tmp_path: Path) -> None:
    assert list(load_folder(write(tmp_path, {"x/Sa\u0303o.json": TOY}))) == ["x/S\u00e3o"]


def test_names_are_read_as_released(tmp_path: Path) -> None:
    lines = {
        "Line 1": [" Mill Station", "Quarry Station (Transfer Station)  ", "Ford（换乘站）"],
        "Line 2": ["Mill", "Quarry (Transfer Station) (Branch-starting Station)", "Spur", "Mill"],
    }
    network = load_folder(write(tmp_path, {"x/y.json": lines}))["x/y"]
    assert network.station_names == ("Mill Station", "Quarry Station", "Ford", "Spur")


def test_a_byte_order_mark_and_other_files_do_no_harm(tmp_path: Path) -> None:
    files = {
        "x/y.json": "\ufeff" + json.dumps(TOY),
        "x/.z.json": "{",
        "README.md": "",
        "x/a.txt": "",
    }
    assert list(load_folder(write(tmp_path, files))) == ["x/y"]


def test_a_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"..2030_01_01/x/y.json": TOY})
    (tmp_path / "..data").symlink_to("..2030_01_01")
    (tmp_path / "x").symlink_to("..data/x")
    assert list(load_folder(tmp_path)) == ["x/y"]


def test_the_overlay_beside_a_city_is_part_of_it(tmp_path: Path) -> None:
    network = load_folder(
        write(tmp_path, {"x/y.json": TOY, "x/y.overlay.json": {"loops": ["Line 1"]}})
    )
    assert network["x/y"].lines[0].ring


# file -> content, and the faults that are found in it, as patterns
FAULTS: list[tuple[str, dict[str, object], list[str]]] = [
    ("not JSON", {"x/y.json": '{"Line 1": [\n"A",]}'}, [r"x/y\.json:2:\d+: expected JSON: "]),
    ("no lines", {"x/y.json": {}}, [r"x/y\.json: expected \{line: \[station, ...\]\}, got \{\}"]),
    (
        "a list",
        {"x/y.json": ["A"]},
        [r"x/y\.json: expected \{line: \[station, ...\]\}, got \['A'\]"],
    ),
    (
        "a line that stands twice",
        {"x/y.json": '{"Line 1": ["A", "B"], "Line 1": ["B", "C"]}'},
        [r"x/y\.json: 'Line 1' stands twice as a key"],
    ),
    (
        "stations that are no list",
        {"x/y.json": {"Line 1": "A, B", "Line 2": []}},
        [
            r"x/y\.json: line 'Line 1': expected a list of stations, got 'A, B'",
            r"x/y\.json: line 'Line 2': expected a list of stations, got \[\]",
        ],
    ),
    (
        "names that are none",
        {"x/y.json": {"!": ["A", 7, "（换乘站）", "x" * 201, "\u3000"]}},
        [
            r"x/y\.json: line '!': expected a name .*, got '!'",
            r"line '!', station 2: expected a name .*, got 7",
            r"line '!', station 3: expected a name .*, got '（换乘站）'",
            r"line '!', station 4: expected a name .*, got 'xxx",
            r"line '!', station 5: expected a name .*, got '\\u3000'",
        ],
    ),
    (
        "half a character",
        {"x/y.json": '{"Line 1": ["A", "B\\ud83d"]}'},
        [r"x/y\.json: line 'Line 1', station 2: expected a name .*, got 'B\\ud83d'"],
    ),
    (
        "lines that are none, each of them",
        {"x/y.json": {"Line 1": ["A"], "Line 2": ["A", "B", "B Station"], "Line 3": ["A", "B"]}},
        [
            r"x/y\.json: line 'Line 1': expected at least two stations, got 1",
            r"x/y\.json: line 'Line 2': stations 2 and 3 are the same, 'B",
        ],
    ),
    (
        "lines that cannot be told apart",
        {"x/y.json": {"Line 1": ["A", "B"], "line 1": ["B", "C"]}},
        [r"x/y\.json: line 'line 1': another line's name cannot be told from it"],
    ),
    (
        "an overlay without its city",
        {"x/y.json": TOY, "x/z.overlay.json": {}},
        [r"x/z\.overlay\.json: an overlay without its city; expected z\.json"],
    ),
    (
        "an overlay with fields of no meaning",
        {"x/y.json": TOY, "x/y.overlay.json": {"loop": ["Line 1"], "branches": {"Line 1": [{}]}}},
        [
            r"x/y\.overlay\.json: branches\.Line 1\.0\.junction: Field required",
            r"x/y\.overlay\.json: branches\.Line 1\.0\.stations: Field required",
            r"x/y\.overlay\.json: loop: Extra inputs are not permitted",
        ],
    ),
    (
        "an overlay of another city",
        {"x/y.json": TOY, "x/y.overlay.json": {"loops": ["Line 9"]}},
        [r"x/y\.overlay\.json: loops: no line 'Line 9' in .*x/y\.json; .* another revision"],
    ),
    (
        "an overlay and its city",
        {"x/y.json": {"Line 1": []}, "x/y.overlay.json": "["},
        [r"x/y\.json: line 'Line 1': expected a list", r"x/y\.overlay\.json:1:2: expected JSON"],
    ),
    (
        "a city outside a country",
        {"y.json": TOY},
        [r"y\.json: a city outside a country's folder; expected <country>/<city>\.json"],
    ),
    (
        "several files",
        {"a/b.json": "", "a/c.json": TOY, "b/a.json": {"Line 1": ["A"]}},
        [r"a/b\.json:1:1: expected JSON", r"b/a\.json: line 'Line 1': expected at least two"],
    ),
]


@pytest.mark.parametrize(
    ("files", "expected"), [row[1:] for row in FAULTS], ids=[r[0] for r in FAULTS]
)
def test_all_faults_of_a_folder_are_named(
    tmp_path: Path, files: dict[str, object], expected: list[str]
) -> None:
    found = faults(write(tmp_path, files))
    assert len(found) == len(expected), found
    for fault, pattern in zip(found, expected, strict=True):
        assert re.search(pattern, fault), fault


@pytest.mark.parametrize(
    "content",
    [b'{"Line 1": ["\xff"]}', b"[" * 100_000, b'{"Line 1": ' + b"1" * 5000 + b"}"],
    ids=["no text", "too deep", "too large a number"],
)
def test_bytes_that_python_cannot_read_are_a_fault(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"x/y.json": ""})
    (tmp_path / "x/y.json").write_bytes(content)
    assert "x/y.json: expected JSON in UTF-8: " in faults(tmp_path)[0]


def test_what_stands_in_no_folder_is_a_fault(tmp_path: Path) -> None:
    layout = "expected <country>/<city>.json, each {line: [station, ...]}"
    assert faults(tmp_path) == [f"{tmp_path}: no networks there; {layout}"]
    gone = tmp_path / "gone"
    assert faults(gone) == [f"{gone}: no such folder; {layout}"]


def test_the_sound_networks_of_a_faulty_folder_can_be_looked_at(tmp_path: Path) -> None:
    reading = read_folder(write(tmp_path, {"x/y.json": TOY, "x/z.json": "{"}))
    assert list(reading.networks) == ["x/y"]
    assert len(reading.faults) == 1


# --- overlays of another folder ------------------------------------------------------------------

LOOP: dict[str, object] = {"loops": ["Line 1"]}


def test_overlays_of_another_folder_are_for_the_cities_that_they_name(tmp_path: Path) -> None:
    cities = write(tmp_path / "cities", {"x/y.json": TOY, "x/z.json": TOY})
    overlays = write(
        tmp_path / "overlays", {"x/y.overlay.json": LOOP, "a/b.overlay.json": LOOP, "x/y.json": TOY}
    )
    bare, overlaid = load_folder(cities), load_folder(cities, overlays)
    assert overlaid["x/y"].lines[0].ring
    assert not overlaid["x/z"].lines[0].ring
    assert overlaid.loaded["x/y"].overlay_files == (overlays / "x/y.overlay.json",)
    assert overlaid.digest != bare.digest
    assert overlaid.digests["x/z"] == bare.digests["x/z"]
    assert read_folder(cities, overlays).unused_overlays == ("a/b",)


def test_notes_and_the_place_of_an_overlay_change_no_digest(tmp_path: Path) -> None:
    cities = write(tmp_path / "cities", {"x/y.json": TOY})
    noted = {**LOOP, "sources": {"Line 1": "the map at the station"}}
    overlays = write(tmp_path / "overlays", {"x/y.overlay.json": noted})
    beside = write(tmp_path / "beside", {"x/y.json": TOY, "x/y.overlay.json": LOOP})
    assert load_folder(cities, overlays).digest == load_folder(beside).digest
    assert load_folder(beside, beside).digest == load_folder(beside).digest


def test_both_overlays_of_a_city_count(tmp_path: Path) -> None:
    beside = {"aliases": {"stations": {"Old Mill": "Mill"}}}
    cities = write(tmp_path / "cities", {"x/y.json": TOY, "x/y.overlay.json": beside})
    overlays = write(tmp_path / "overlays", {"x/y.overlay.json": LOOP})
    network = load_folder(cities, overlays)["x/y"]
    assert network.lines[0].ring
    assert network.station("Old Mill") == network.station("Mill")


# what is wrong -> overlays of a folder beside TOY, and the faults as patterns
OVERLAY_FAULTS: list[tuple[str, dict[str, object], list[str]]] = [
    (
        "nothing there",
        {"README.md": ""},
        [r"no overlays there; expected <country>/<city>\.overlay"],
    ),
    (
        "outside a country",
        {"y.overlay.json": LOOP},
        [r"y\.overlay\.json: an overlay outside a country's folder"],
    ),
    (
        "not JSON, also where its city is not there",
        {"x/y.overlay.json": "[", "a/b.overlay.json": "{"},
        [r"a/b\.overlay\.json:1:2: expected JSON", r"x/y\.overlay\.json:1:2: expected JSON"],
    ),
    (
        "no such line",
        {"x/y.overlay.json": {"loops": ["Line 9"], "aliases": {"lines": {"Red": "Line 8"}}}},
        [
            r"x/y\.overlay\.json: loops: no line 'Line 9' in .*x/y\.json",
            r"x/y\.overlay\.json: aliases: 'Red' is another name of 'Line 8', .* no such line in",
        ],
    ),
    (
        "no such station",
        {
            "x/y.overlay.json": {
                "branches": {
                    "Line 1": [{"junction": "Quay", "stations": ["Ford", "Weir"]}],
                    "Line 7": [],
                },
                "aliases": {"stations": {"Old": "Lock"}},
                "split": ["Pond"],
                "join": [["Mill", "Sluice"]],
            }
        },
        [
            r"branches: no station 'Quay' on line 'Line 1' in .*x/y\.json",
            r"branches: no station 'Weir' on line 'Line 1' in .*x/y\.json",
            r"branches: no line 'Line 7' in",
            r"aliases: 'Old' is another name of 'Lock', and there is no such station in",
            r"split: no station 'Pond' in",
            r"join: no station 'Sluice' in",
        ],
    ),
    (
        "names that are there and do not fit",
        {"x/y.overlay.json": {"aliases": {"stations": {"Mill": "Ford"}}}},
        [r"x/y\.overlay\.json: overlay: alias 'Mill' is the name of another station"],
    ),
]


@pytest.mark.parametrize(
    ("files", "expected"), [row[1:] for row in OVERLAY_FAULTS], ids=[r[0] for r in OVERLAY_FAULTS]
)
def test_all_faults_of_overlays_are_named_with_file_line_and_station(
    tmp_path: Path, files: dict[str, object], expected: list[str]
) -> None:
    cities = write(tmp_path / "cities", {"x/y.json": TOY})
    with pytest.raises(NetworkFileError) as raised:
        load_folder(cities, write(tmp_path / "overlays", files))
    assert len(raised.value.faults) == len(expected), raised.value.faults
    for fault, pattern in zip(raised.value.faults, expected, strict=True):
        assert re.search(pattern, fault), fault


def test_overlays_that_are_sound_alone_and_do_not_fit_each_other_are_named_both(
    tmp_path: Path,
) -> None:
    # without the split there is one Park, with it there is none of this name
    beside = {"split": ["Park (N)", "Park (S)"]}
    further = {"aliases": {"stations": {"Green": "Park"}}}
    city = {"Line 1": ["Park (N)", "Mill", "Park (S)"]}
    cities = write(tmp_path / "cities", {"x/y.json": city, "x/y.overlay.json": beside})
    overlays = write(tmp_path / "overlays", {"x/y.overlay.json": further})
    with pytest.raises(NetworkFileError) as raised:
        load_folder(cities, overlays)
    (fault,) = raised.value.faults
    names = f"{cities / 'x/y.overlay.json'} and {overlays / 'x/y.overlay.json'}: "
    assert fault.startswith(f"{names}overlay: alias 'Green': no station 'Park'")


def test_a_folder_of_overlays_that_is_not_there_is_a_fault_that_names_the_bundled_ones(
    tmp_path: Path,
) -> None:
    cities = write(tmp_path, {"x/y.json": TOY})
    (fault,) = read_folder(cities, "reason_map").faults
    assert fault.startswith("reason_map: no such folder; expected 'reasonmap' or a folder of <c")


def test_the_name_of_a_bundled_set_comes_before_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cities = write(tmp_path / "cities", {"x/y.json": TOY})
    write(tmp_path / "reasonmap", {"x/y.overlay.json": LOOP})
    monkeypatch.chdir(tmp_path)
    assert not load_folder(cities, "reasonmap")["x/y"].lines[0].ring
    assert load_folder(cities, "./reasonmap")["x/y"].lines[0].ring
