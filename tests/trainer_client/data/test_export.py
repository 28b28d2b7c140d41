"""Networks that stand in rows become a folder for the service; three datasets become one folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reward_server.networks.load import NetworkFileError, load_folder
from trainer_client.data.export import export_networks
from trainer_client.data.load import load
from trainer_client.data.published import SourceError, read
from trainer_client.data.pull import pull

from .conftest import NETWORKS, Row, map_of, plus_rows, reasonmap_rows, table


@pytest.mark.parametrize("as_json", [False, True])
def test_networks_in_rows_are_written_without_the_lines_of_other_cities(
    tmp_path: Path, as_json: bool
) -> None:
    rows = reasonmap_rows()
    if as_json:
        rows = [{**row, "json": json.dumps(_own_lines(row))} for row in rows]
    table(rows).save_to_disk(str(tmp_path / "data"))
    exported = export_networks(read(tmp_path / "data"), tmp_path / "networks")
    assert {name: one.lines for name, one in exported.loaded.items()} == {
        "/".join(name): lines for name, (lines, _) in NETWORKS.items()
    }
    assert load_folder(tmp_path / "networks").digest == exported.digest


def _own_lines(row: Row) -> dict[str, list[str]]:
    return {line: stations for line, stations in row["json"].items() if stations}


def test_networks_that_rows_name_are_copied_with_their_overlays(
    published: Path, tmp_path: Path
) -> None:
    overlay = published / "stations" / "atlantis" / "low_port.overlay.json"
    overlay.write_text('{"aliases": {"lines": {"Shore Line": "Line 1"}}}')
    try:
        networks = export_networks(read(published / "ReasonMap-Train"), tmp_path / "networks")
    finally:
        overlay.unlink()
    assert list(networks) == ["atlantis/low_port", "qinghai/bilu"]
    assert networks.loaded["atlantis/low_port"].overlay.line_aliases == {"Shore Line": "Line 1"}


def test_two_networks_of_one_city_are_refused(tmp_path: Path) -> None:
    one = {**reasonmap_rows()[0], "json": '{"Line 1": ["A", "B"]}'}
    table([one, {**one, "json": '{"Line 1": ["A", "C"]}'}]).save_to_disk(str(tmp_path / "data"))
    with pytest.raises(SourceError, match="row 1: json: another network of atlantis/low_port"):
        export_networks(read(tmp_path / "data"), tmp_path / "networks")


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        ("{oops", SourceError, "row 0: "),
        ('{"Line 1": "Alba"}', NetworkFileError, "expected a list of stations, got 'Alba'"),
        ("./stations/no/where.json", SourceError, "no file './stations/no/where.json'"),
    ],
)
def test_a_network_that_is_none_is_refused(
    tmp_path: Path, network: str, error: type[Exception], message: str
) -> None:
    table([{**plus_rows()[0], "json": network}]).save_to_disk(str(tmp_path / "data"))
    with pytest.raises(error, match=message):
        export_networks(read(tmp_path / "data"), tmp_path / "networks")


def test_pulling_brings_maps_and_networks_to_where_the_rows_look_for_them(
    published: Path, tmp_path: Path
) -> None:
    pulled = dict(pull(str(published), tmp_path / "copy"))
    assert pulled == {
        "ReasonMap": "train 1, validation 1",
        "ReasonMap-Plus": "test 2, train 3",
        "ReasonMap-Train": "train 6",
    }
    assert (tmp_path / "copy/maps/qinghai/bilu.png").read_bytes() == map_of("bilu")
    assert list(load_folder(tmp_path / "copy/stations")) == ["atlantis/low_port", "qinghai/bilu"]
    rows = load(tmp_path / "copy" / "ReasonMap-Train")
    assert [row["image"].size for row in rows] == [(40, 30)] * 6


def test_a_map_that_did_not_come_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    table(reasonmap_rows()[:1]).save_to_disk(str(source / "ReasonMap"))
    table(plus_rows()).save_to_disk(str(source / "ReasonMap-Plus"))
    lost = [{**plus_rows()[0], "figure": "./maps/lost/city.png"}]
    table(lost).save_to_disk(str(source / "ReasonMap-Train"))
    with pytest.raises(SourceError, match=r"ReasonMap-Train, split train: no file './maps/lost"):
        list(pull(str(source), tmp_path / "copy"))


def test_without_a_network_the_hub_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(SourceError, match="the hub cannot be reached") as error:
        list(pull("FSCCS", tmp_path))
    assert "trainer-client data pull" in str(error.value)
