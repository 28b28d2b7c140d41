"""A city and its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from reward_server.core.transit.build import Branch, Overlay
from reward_server.networks.load import NetworkFileError, load_folder
from trainer_client.data.city import City, cities_of

TOY = City(
    "velmora/toy",
    {"Line 1": ("Mill Station", "Quay Station", "Fen Station", "Oak Station")},
    Overlay(branches={"Line 1": (Branch("Quay Station", ("Oak Station",)),)}),
    {"Line 1": "#e4002b"},
    {"Mill Station": (0, 0), "Quay Station": (1, 0), "Fen Station": (2, 0), "Oak Station": (1, 1)},
    "middle",
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    TOY.write(tmp_path)
    assert City.read(tmp_path, "velmora/toy") == TOY


def test_the_service_reads_the_same_network(tmp_path: Path) -> None:
    TOY.write(tmp_path)
    assert load_folder(tmp_path).digests == {TOY.name: TOY.loaded.digest}


def test_an_overlay_that_is_gone_leaves_no_file(tmp_path: Path) -> None:
    TOY.write(tmp_path)
    City(TOY.name, TOY.lines).write(tmp_path)
    assert not (tmp_path / "velmora" / "toy.overlay.json").exists()


@pytest.mark.parametrize("name", ["toy", "/toy", "a/b/c", "a/"])
def test_a_name_is_a_country_and_a_city(name: str) -> None:
    with pytest.raises(ValueError, match="expected a city named country/city"):
        City(name, TOY.lines)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"colours": {"Line 1": "red"}}', "colours.Line 1"),
        ('{"colours": {"Line 9": "#000000"}}', "no line 'Line 9'"),
        ('{"positions": {"Mill Station": [0, 0]}}', "no position for station 'Quay Station'"),
        ('{"colour": {}}', "colour"),
        ("{", "map"),
    ],
)
def test_a_faulty_map_is_named_with_what_is_wrong(content: str, said: str, tmp_path: Path) -> None:
    file = TOY.write(tmp_path).with_suffix(".map")
    file.write_text(content, encoding="utf-8")
    with pytest.raises(NetworkFileError, match=said) as raised:
        City.read(tmp_path, TOY.name)
    assert str(file) in str(raised.value)


def test_all_real_cities_come_back_from_their_files(reasonmap: Path, tmp_path: Path) -> None:
    names = cities_of(reasonmap / "stations")
    assert len(names) == 30
    for name in names:
        city = City.read(reasonmap / "stations", name)
        city.write(tmp_path)
        assert City.read(tmp_path, name) == city
