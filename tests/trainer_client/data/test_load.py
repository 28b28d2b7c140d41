"""Published datasets, read from local copies of their columns, become rows for a trainer."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Image

from reward_server import Scorer
from trainer_client.client.rows import item
from trainer_client.data.load import FEATURES, ITEM_COLUMNS, load
from trainer_client.data.published import SourceError

from .conftest import map_of, plus_rows, reasonmap_rows, table, train_rows, write_files


def test_reasonmap_train_has_its_six_tasks_in_the_columns_of_an_item(published: Path) -> None:
    rows = load(published / "ReasonMap-Train")
    assert rows.features == FEATURES
    assert rows["task"] == ["TorF1", "TorF2", "Counting1", "Counting2", "Counting3", "planning"]
    assert rows["answer"] == [1, 0, 1, 2, 2, None]
    assert rows["network"] == ["atlantis/low_port"] * 5 + ["qinghai/bilu"]
    assert rows["options"] == [None, None, ["8", "1", "25", "12"], None, None, None]
    assert rows["question_form"] == [None] * 5 + ["short"]
    assert rows["question_transfer_count"] == [None] * 5 + [1]
    assert rows["station_2"] == ["Cedar Station", None, "Cedar Station", None, None, "云港站"]


def test_a_prompt_is_a_conversation_and_may_begin_with_a_system_message(published: Path) -> None:
    plain = load(published / "ReasonMap-Train")[0]["prompt"]
    assert plain == [{"role": "user", "content": train_rows()[0]["question"]}]
    told = load(published / "ReasonMap-Train", system="You are a helpful assistant.")[0]["prompt"]
    assert [message["role"] for message in told] == ["system", "user"]


def test_reasonmap_asks_twice_with_the_form_that_each_question_shows(published: Path) -> None:
    train = load(published / "ReasonMap")
    assert train["question_form"] == ["short", "via_count"]
    assert [prompt[0]["content"] for prompt in train["prompt"]] == [
        reasonmap_rows()[0]["question_short"],
        reasonmap_rows()[0]["question_long"],
    ]
    assert load(published / "ReasonMap", "validation")["question_form"] == ["short", "via_stops"]
    assert load(published / "ReasonMap", asks=["long"])["question_form"] == ["via_count"]


def test_reference_routes_come_as_a_list_without_the_keys_that_are_empty(published: Path) -> None:
    routes = load(published / "ReasonMap")[0]["routes"]
    assert [[leg["route_name"] for leg in route] for route in routes] == [["Line 1", "Line 2"]]


def test_reasonmap_plus_is_read_from_parquet_split_by_split(published: Path) -> None:
    assert load(published / "ReasonMap-Plus")["task"] == ["TorF1", "TorF2", "Counting1"]
    assert load(published / "ReasonMap-Plus", "test")["task"] == ["Counting2", "Counting3"]


def test_rows_are_items_that_score_under_every_profile(published: Path) -> None:
    rows = load(published / "ReasonMap-Train").select_columns(ITEM_COLUMNS)
    answers = ["yes", "no", "B", "2", "2"]
    completions = [f"\\boxed{{{answer}}}" for answer in answers]
    completions.append(
        "Route Name: 1号线\nDeparture Stop: 东亭站\nArrival Stop: 柳湖站\n--\n"
        "Route Name: 机场线\nDeparture Stop: 柳湖站\nArrival Stop: 云港站"
    )
    for profile in ("robust", "paper", "released"):
        scorer = Scorer(networks=published / "stations", profile=profile)
        items = [item(row, text) for row, text in zip(rows, completions, strict=True)]
        results = scorer.score(items)
        assert [result["error"] for result in results] == [None] * 6
        assert [result["correct"] for result in results] == [True] * 6


# -- images


def _figures(rows: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The rows once more, each with its figure in another of the ways that there are."""
    picture = map_of("low_port")
    text = base64.b64encode(picture).decode()
    write_files(folder)
    ways = [text, f"data:image/png;base64,{text}", "./maps/atlantis/low_port.png"]
    ways.append(str(folder / "maps/atlantis/low_port.png"))
    return [{**row, "figure": way} for row, way in zip(rows, ways, strict=False)]


def test_a_figure_may_be_base64_a_data_address_or_a_path(tmp_path: Path) -> None:
    rows = _figures(plus_rows(), tmp_path)
    assert len(rows) == 4
    table(rows).save_to_disk(str(tmp_path / "data"))
    loaded = load(tmp_path / "data", images=tmp_path / "cache")
    with_color = {row["image"].getpixel((0, 0)) for row in loaded}
    assert with_color == {(160, 90, 160)}
    assert [row["image"].size for row in loaded] == [(40, 30)] * 4


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_figure_may_be_an_image_column_of_bytes_or_of_paths(
    tmp_path: Path, as_bytes: bool
) -> None:
    write_files(tmp_path)
    path = str(tmp_path / "maps/atlantis/low_port.png")
    figure = {"bytes": map_of("low_port"), "path": None} if as_bytes else path
    rows = Dataset.from_list([{**row, "figure": figure} for row in plus_rows()])
    rows.cast_column("figure", Image()).to_parquet(str(tmp_path / "train.parquet"))
    loaded = load(tmp_path / "train.parquet", images=tmp_path / "cache")
    assert loaded[0]["image"].size == (40, 30)


def test_images_are_decoded_only_when_looked_at(tmp_path: Path) -> None:
    rows = [{**row, "figure": "./broken.png"} for row in plus_rows()]
    table(rows).save_to_disk(str(tmp_path / "data"))
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    loaded = load(tmp_path / "data")
    assert loaded["task"][0] == "TorF1"
    with pytest.raises(OSError, match="cannot identify image file"):
        loaded[0]["image"].load()


def test_a_picture_that_many_rows_bring_is_kept_once(tmp_path: Path) -> None:
    text = base64.b64encode(map_of("low_port")).decode()
    table([{**row, "figure": text} for row in plus_rows()]).save_to_disk(str(tmp_path / "data"))
    load(tmp_path / "data", images=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_large_maps_are_scaled_down_to_the_pixels_asked_for(
    published: Path, tmp_path: Path
) -> None:
    small = load(published / "ReasonMap-Train", images=tmp_path, max_pixels=300)
    assert small[0]["image"].size == (20, 15)
    as_it_is = load(published / "ReasonMap-Train", images=tmp_path, max_pixels=1200)
    assert as_it_is[0]["image"].size == (40, 30)


def test_paths_may_start_from_another_root(published: Path, tmp_path: Path) -> None:
    table(plus_rows()).save_to_disk(str(tmp_path / "elsewhere" / "data"))
    with pytest.raises(SourceError, match=r"row 0: no file './maps/atlantis/low_port\.png'"):
        load(tmp_path / "elsewhere" / "data")
    assert load(tmp_path / "elsewhere" / "data", root=published)[0]["image"].size == (40, 30)


# -- what is not as expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "TorF3"}, "row 2: type: expected one of TorF1, .*, got 'TorF3'"),
        ({"difficulty_city": "mean"}, "row 2: difficulty_city: expected easy, middle or hard"),
        ({"figure": None}, "row 2: figure: expected a path, base64 or an image, got None"),
        ({"figure": "nosuch"}, "row 2: figure: expected a path or base64, got 'nosuch'"),
        ({"answer": None}, "row 2: answer: expected an integer, got None"),
    ],
)
def test_a_faulty_row_is_named(
    published: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    rows = plus_rows()
    rows[2] |= change
    table(rows).save_to_disk(str(tmp_path / "data"))
    with pytest.raises(SourceError, match=message):
        load(tmp_path / "data", root=published)


def test_medium_is_middle_as_on_the_wire(published: Path, tmp_path: Path) -> None:
    rows = [{**row, "difficulty_city": "medium"} for row in plus_rows()]
    table(rows).save_to_disk(str(tmp_path / "data"))
    assert set(load(tmp_path / "data", root=published)["difficulty_city"]) == {"middle"}


def test_a_choice_without_four_options_has_none(published: Path, tmp_path: Path) -> None:
    rows = plus_rows()
    rows[2]["question"] = rows[2]["question"].replace("D) 12", "")
    table(rows).save_to_disk(str(tmp_path / "data"))
    assert load(tmp_path / "data", root=published)[2]["options"] is None


def test_a_source_that_is_none_is_refused_in_a_sentence(published: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected a folder of save_to_disk, or of parquet"):
        load(tmp_path)
    with pytest.raises(SourceError, match="no split 'dev'; expected one of train, validation"):
        load(published / "ReasonMap", "dev")
    (tmp_path / "train.parquet").write_bytes(b"not parquet")
    with pytest.raises(SourceError, match=r"train\.parquet: expected parquet"):
        load(tmp_path)
    Dataset.from_list([{"question": "?"}]).save_to_disk(str(tmp_path / "other"))
    with pytest.raises(SourceError, match=r"expected the columns of ReasonMap, .*, got question"):
        load(tmp_path / "other")


def test_a_network_is_named_by_its_path_or_else_by_country_and_city(
    published: Path, tmp_path: Path
) -> None:
    spelt = {**train_rows()[0], "country": "New Atlantis", "city": "Low Port"}
    inside = {**spelt, "json": '{"Line 1": ["Alba", "Brook"]}'}
    table([spelt, inside]).save_to_disk(str(tmp_path / "data"))
    rows = load(tmp_path / "data", root=published)
    assert rows["network"] == ["atlantis/low_port", "new_atlantis/low_port"]
