"""A generated folder is one of ReasonMap-Train's, whole or not there, and the same for a seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from datasets import load_from_disk
from PIL import Image

from reward_server.networks.load import load_folder
from trainer_client.data.city import City
from trainer_client.data.difficulty import difficulty_of, transfer_station_count
from trainer_client.data.generate import generate
from trainer_client.data.load import load
from trainer_client.data.make import Made, Wanted, held_out
from trainer_client.data.synth.make import synth

from .conftest import table, train_rows
from .making import BUNDLED, bundled, with_pictures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cities, the second of them held out, 60 questions each."""
    folder = tmp_path_factory.mktemp("made")
    wanted = Wanted(60, seed=5, maps=folder / "maps")
    generate(with_pictures(bundled(), folder / "maps"), folder / "data", wanted, frozenset({1}))
    return folder / "data"


def contents(folder: Path) -> dict[str, str]:
    """File -> digest of its bytes, but for the tables, whose rows are compared."""
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".arrow" and file.name != "state.json"
    }


def test_the_authors_own_way_of_reading_it_works(made: Path) -> None:
    rows = load_from_disk(str(made))["train"]
    published = table(train_rows())
    assert rows.features == published.features
    for row in rows:
        with Image.open(made / row["figure"]) as picture:
            assert picture.size == (40, 30)
        lines = json.loads((made / row["json"]).read_text(encoding="utf-8"))
        assert len(lines) == row["city_line_count"]


def test_cities_are_held_out_whole(made: Path) -> None:
    train, test = load(made, "train"), load(made, "test")
    assert set(train["network"]) == {"lanhai/xingpu", "velmora/aldrina"}
    assert set(test["network"]) == {"nordmark/skjoldhavn"}
    # each 60, but for counts of lines that would nearly always be one
    assert (len(train), len(test)) == (114, 60)


def test_the_service_loads_its_networks_overlays_and_all(made: Path) -> None:
    networks = load_folder(made / "stations")
    assert networks.loaded["lanhai/xingpu"].overlay.branches


def test_planning_rows_have_their_reference_routes(made: Path) -> None:
    for row in load(made).remove_columns("image"):
        assert (row["routes"] is not None) == (row["task"] == "planning")
        if row["routes"]:
            assert row["routes"][0][0]["departure_stop"] == row["station_1"]
            assert len(row["routes"][0]) == row["question_transfer_count"] + 1


def test_without_maps_of_ones_own_they_are_drawn_as_png_and_svg(tmp_path: Path) -> None:
    generate(synth(1, "easy", 3), tmp_path / "out", Wanted(10, size=700))
    (city,) = set(load(tmp_path / "out")["network"])
    with Image.open(tmp_path / "out" / "maps" / f"{city}.png") as picture:
        assert max(picture.size) == 700
        assert len(picture.convert("RGB").getcolors(2**20) or ()) > 3
    svg = (tmp_path / "out" / "maps" / f"{city}.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")


def test_the_same_seed_makes_the_same_on_one_process_or_two(tmp_path: Path) -> None:
    wanted = Wanted(20, seed=3, maps=tmp_path / "maps")
    folders = [tmp_path / name for name in ("one", "two", "other")]
    cities = list(with_pictures(synth(5, "easy", 3), tmp_path / "maps"))
    generate(cities, folders[0], wanted, frozenset({0}))
    generate(cities, folders[1], wanted, frozenset({0}), workers=2)
    generate(cities, folders[2], Wanted(20, seed=4, maps=tmp_path / "maps"), frozenset({0}))
    one, two, other = ([*load(folder), *load(folder, "test")] for folder in folders)
    assert one == two
    assert one != other
    assert contents(folders[0]) == contents(folders[1])


def test_each_city_is_told_of_when_it_is_done(tmp_path: Path) -> None:
    told: list[Made] = []
    wanted = Wanted(10, maps=tmp_path / "maps")
    generate(
        with_pictures(bundled(), tmp_path / "maps"), tmp_path / "out", wanted, made=told.append
    )
    assert [city.name for city in told] == [
        "lanhai/xingpu", "nordmark/skjoldhavn", "velmora/aldrina",
    ]  # fmt: skip
    assert [len(city.rows) for city in told] == [10, 10, 10]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="expected a folder that is new or empty"):
        generate(bundled(), tmp_path / "out", Wanted(10))
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_fails_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[City]:
        yield next(with_pictures(bundled(), tmp_path / "maps"))
        raise RuntimeError("no more cities")

    with pytest.raises(RuntimeError, match="no more cities"):
        generate(broken(), tmp_path / "out", Wanted(10, maps=tmp_path / "maps"))
    assert [file.name for file in tmp_path.iterdir()] == ["maps"]


def test_two_cities_of_one_name_are_refused(tmp_path: Path) -> None:
    cities = [*with_pictures(bundled(), tmp_path / "maps")]
    with pytest.raises(ValueError, match="lanhai/xingpu: two cities of this name"):
        generate([*cities, cities[0]], tmp_path / "out", Wanted(10, maps=tmp_path / "maps"))


def test_held_out_cities_are_a_share_of_all_and_the_same_for_a_seed() -> None:
    assert len(held_out(50, 0.1, 7)) == 5
    assert held_out(50, 0.1, 7) == held_out(50, 0.1, 7) != held_out(50, 0.1, 8)
    assert len(held_out(3, 0.1, 7)) == 1
    assert held_out(1, 0.5, 7) == frozenset()
    assert held_out(50, 0, 7) == frozenset()


def test_difficulty_and_counts_are_measured_in_the_network() -> None:
    networks = load_folder(BUNDLED)
    assert {name: difficulty_of(network) for name, network in networks.items()} == {
        "velmora/aldrina": "easy",
        "lanhai/xingpu": "middle",
        "nordmark/skjoldhavn": "hard",
    }
    assert transfer_station_count(networks["velmora/aldrina"]) == 3


def test_the_cut_offs_part_the_real_cities_into_ten_of_each_difficulty(reasonmap: Path) -> None:
    networks = load_folder(reasonmap / "stations")
    measured = {name: difficulty_of(network) for name, network in networks.items()}
    assert Counter(measured.values()) == {"easy": 10, "middle": 10, "hard": 10}
    # the one city that the paper names with its difficulty
    assert measured["singapore/singapore"] == "hard"
