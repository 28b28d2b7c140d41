"""Small copies of ReasonMap's three datasets, in their published columns, on invented cities."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasets", reason="pip install 'reward-server[data]'")

from datasets import Dataset, DatasetDict, Features, List, Value
from PIL import Image

Row = dict[str, Any]

#: country, city -> its network as a row holds it, and how hard its map is.
NETWORKS: Mapping[tuple[str, str], tuple[Mapping[str, Sequence[str]], str]] = {
    ("atlantis", "low_port"): (
        {
            "Line 1": ["Alba Station", "Brook Station (Transfer Station)", "Cedar Station"],
            "Line 2": ["Dale Station", "Brook Station (Transfer Station)", "Elm Station"],
        },
        "easy",
    ),
    ("qinghai", "bilu"): (
        {
            "1号线": ["东亭站", "柳湖站（换乘站）", "玉桥站"],
            "机场线": ["柳湖站（换乘站）", "云港站"],
        },
        "middle",
    ),
}
BOX = 'Please solve the {} problem and put your answer in one "\\boxed{{}}".  '
SHORT = (
    "According to the subway map, how do I get from {} to {}? Provide only one optimal route, with "
    "only the line name and the departure and arrival stations. The format should be strictly "
    "followed:\nRoute Name: Line x\nDeparture Stop: xx Station\nArrival Stop: xx Station\n--\n..."
)
VIA_COUNT = SHORT.replace("Arrival Stop: xx", "Arrival Stop: xx Station\nNumber of Via Stops: x")
VIA_STOPS = SHORT.replace("Arrival Stop: xx", "Arrival Stop: xx Station\nVia Stops: xx Station, xx")


def map_of(city: str) -> bytes:
    """A picture that is another for each city, as PNG: 40 by 30 pixels."""
    picture = Image.new("RGB", (40, 30), (len(city) * 20, 90, 160))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def plus_rows(*, with_transfers: bool = False) -> list[Row]:
    """A row of each task but planning, as ReasonMap-Plus has them."""
    asked: list[tuple[str, str, str, str, int]] = [
        (
            "TorF1",
            "Alba Station",
            "Cedar Station",
            "is it true that Alba Station is the same line as Cedar Station?",
            1,
        ),
        ("TorF2", "Dale Station", "", "is it true that Dale Station is on the line Line 1?", 0),
        (
            "Counting1",
            "Alba Station",
            "Cedar Station",
            (
                "how many intermediate stops are there between Alba Station and Cedar Station "
                "(except for this two stops)? \nA) 8 \nB) 1 \nC) 25 \nD) 12 \n"
            ),
            1,
        ),
        ("Counting2", "Brook Station", "", "how many lines pass through Brook Station?", 2),
        ("Counting3", "", "", "how many subway (metro) lines are there in total?", 2),
    ]
    rows = []
    for task, one, other, question, answer in asked:
        kind = "multiple choice" if task == "Counting1" else "following"
        row = {
            **_city("atlantis", "low_port"),
            "station_1": one,
            "station_2": other,
            "figure": "./maps/atlantis/low_port.png",
            "question": BOX.format(kind) + "According to the subway map, " + question,
            "answer": answer,
            "type": task,
            "json": "./stations/atlantis/low_port.json",
        }
        rows.append({**row, "question_transfer_count": 0} if with_transfers else row)
    return rows


def train_rows() -> list[Row]:
    """What ReasonMap-Train has: the rows of Plus, and planning with one question each."""
    planning = {
        **_city("qinghai", "bilu"),
        "station_1": "东亭站",
        "station_2": "云港站",
        "figure": "./maps/qinghai/bilu.png",
        "question": SHORT.format("东亭站", "云港站"),
        "answer": -1,
        "type": "planning",
        "json": "./stations/qinghai/bilu.json",
        "question_transfer_count": 1,
    }
    return [*plus_rows(with_transfers=True), planning]


def reasonmap_rows() -> list[Row]:
    """ReasonMap's own rows: both questions, picture and network inside."""
    rows = []
    journeys = [
        ("atlantis", "low_port", "Alba Station", "Elm Station", ["Line 1", "Line 2"], VIA_COUNT),
        ("qinghai", "bilu", "东亭站", "玉桥站", ["1号线"], VIA_STOPS),
    ]
    for country, city, one, other, lines, long in journeys:
        joint = "Brook Station" if city == "low_port" else "柳湖站"
        stops = [one, joint, other] if len(lines) > 1 else [one, other]
        route = [
            {
                "route_name": line,
                "departure_stop": departure,
                "arrival_stop": arrival,
                "via_stops": [] if len(lines) > 1 else [joint],
                "num_via_stops": 0 if len(lines) > 1 else 1,
            }
            for line, departure, arrival in zip(lines, stops[:-1], stops[1:], strict=True)
        ]
        rows.append(
            {
                **_city(country, city),
                "figure": base64.b64encode(map_of(city)).decode(),
                "station_1": one,
                "station_2": other,
                "question_short": SHORT.format(one, other),
                "question_long": long.format(one, other),
                "routes": {"1": route, "2": None},
                # a table's rows have the lines of all its cities
                "json": {
                    line: list(NETWORKS[country, city][0].get(line, ())) or None
                    for network, _ in NETWORKS.values()
                    for line in network
                },
                "difficulty_question": "easy" if len(lines) == 1 else "middle",
                "question_transfer_count": len(lines) - 1,
            }
        )
    return rows


def _city(country: str, city: str) -> Row:
    lines, difficulty = NETWORKS[country, city]
    return {
        "country": country,
        "city": city,
        "difficulty_city": difficulty,
        "city_line_count": len(lines),
        "city_transfer_count": 1,
    }


def write_files(folder: Path) -> None:
    """The maps and stations that rows name by their paths."""
    for (country, city), (lines, _) in NETWORKS.items():
        for kind, name, content in (
            ("maps", f"{city}.png", map_of(city)),
            ("stations", f"{city}.json", json.dumps(lines, ensure_ascii=False).encode()),
        ):
            file = folder / kind / country / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def table(rows: Sequence[Row]) -> Dataset:
    """Rows in the published types."""
    features = dict(Dataset.from_list(list(rows)).features)
    if "routes" in features:
        leg = {
            "route_name": Value("string"),
            "departure_stop": Value("string"),
            "arrival_stop": Value("string"),
            "via_stops": List(Value("string")),
            "num_via_stops": Value("int64"),
        }
        features["routes"] = {"1": List(leg), "2": List(leg)}
    return Dataset.from_list(list(rows), features=Features(features))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``ReasonMap`` and ``ReasonMap-Train`` by save_to_disk, ``ReasonMap-Plus`` as parquet."""
    folder = tmp_path_factory.mktemp("published")
    own = table(reasonmap_rows())
    DatasetDict({"train": own.select([0]), "validation": own.select([1])}).save_to_disk(
        str(folder / "ReasonMap")
    )
    plus = folder / "ReasonMap-Plus" / "data"
    plus.mkdir(parents=True)
    for split, rows in (("train", plus_rows()[:3]), ("test", plus_rows()[3:])):
        table(rows).to_parquet(str(plus / f"{split}-00000-of-00001.parquet"))
    DatasetDict({"train": table(train_rows())}).save_to_disk(str(folder / "ReasonMap-Train"))
    write_files(folder)
    return folder
