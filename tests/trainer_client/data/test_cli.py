"""``trainer-client data`` as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from reward_server.networks.load import load_folder
from trainer_client.cli import app
from trainer_client.data.load import load

from .conftest import map_of
from .making import BUNDLED
from .scripts import CITIES


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def refused(*arguments: object) -> str:
    """The one sentence with which a wrong use ends."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    sentence: str = result.stderr.strip()
    assert sentence.startswith("trainer-client: ")
    assert "Traceback" not in sentence
    return sentence


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``synth`` makes of three easy cities."""
    out = tmp_path_factory.mktemp("synth") / "made"
    result = run(
        "synth", "--cities", 3, "--difficulty", "easy", "--seed", 7, "--per-city", 30,
        "--size", 500, "--workers", 1, out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    # of 90 asked for: small cities have few stations with several lines
    assert "86 questions (18 TorF1, 15 TorF2, 18 Counting1, 14 Counting2" in result.output
    assert "fewer than asked for" in result.stderr + result.output
    assert "1 of them held out" in result.output
    return out


def test_synth_makes_what_load_and_the_service_read(made: Path) -> None:
    assert len(load(made)) == 60
    assert len(load(made, "test")) == 26
    assert len(load_folder(made / "stations")) == 3
    assert max(load(made)[0]["image"].size) == 500


def folder_of(cities: Mapping[str, Mapping[str, Sequence[str]]], folder: Path) -> Path:
    """A folder of networks as ``questions`` reads it, its cities in the country x."""
    (folder / "x").mkdir(parents=True)
    for name, lines in cities.items():
        (folder / "x" / f"{name}.json").write_text(json.dumps(lines), encoding="utf-8")
    return folder


def test_cities_in_any_script_are_drawn_asked_about_and_shown(tmp_path: Path) -> None:
    networks = folder_of(CITIES, tmp_path / "stations")
    out = tmp_path / "out"
    result = run(
        "questions", networks, out, "--per-city", 6, "--size", 700, "--workers", 1, "--held-out", 0
    )
    assert result.exit_code == 0, result.output
    for name in CITIES:
        drawing = (out / "maps" / "x" / f"{name}.svg").read_text(encoding="utf-8")
        assert "Noto Sans " in drawing.partition(">")[2]
    result = run("show", out)
    assert result.exit_code == 0, result.output
    assert (out / "contact_sheet.png").exists()


def test_letters_that_no_font_has_stop_questions_before_anything_is_drawn(tmp_path: Path) -> None:
    cities = {"atown": {"Line 1": ["Mill", "Oak"]}, "btown": {"Line 1": ["Mill", "Oak \U00012000"]}}
    networks = folder_of(cities, tmp_path / "stations")
    sentence = refused("questions", networks, tmp_path / "out", "--per-city", 6, "--workers", 1)
    assert "x/btown: no font has U+12000 CUNEIFORM SIGN A" in sentence
    assert "--font FILE" in sentence
    assert not (tmp_path / "out").exists()
    assert "missing.ttf" in refused(
        "questions", networks, tmp_path / "out", "--font", tmp_path / "missing.ttf"
    )


def test_show_counts_and_draws_a_contact_sheet(made: Path, tmp_path: Path) -> None:
    result = run("show", made, "--sheet", tmp_path / "sheet.png")
    assert result.exit_code == 0, result.output
    for words in ("train: 60", "test: 26", "TorF1", "forms of planning", "2 cities", "1 city"):
        assert words in result.output
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1500
        colours = sheet.convert("RGB").getcolors(2**24)
        assert colours is not None
        assert len(colours) > 50
    assert not (made / "contact_sheet.png").exists()
    assert run("show", made).exit_code == 0
    assert (made / "contact_sheet.png").exists()


def test_questions_are_asked_about_a_folder_with_maps_of_its_own(tmp_path: Path) -> None:
    for name in load_folder(BUNDLED):
        file = tmp_path / "maps" / f"{name}.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(map_of(name))
    result = run(
        "questions", BUNDLED, tmp_path / "out", "--maps", tmp_path / "maps", "--per-city", 20,
        "--task", "planning", "--task", "TorF1", "--held-out", 0, "--workers", 1,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = load(tmp_path / "out")
    assert set(rows["task"]) == {"planning", "TorF1"}
    assert set(rows["difficulty_city"]) == {"easy", "middle", "hard"}
    assert rows[0]["image"].size == (40, 30)


def test_networks_of_a_dataset_are_exported(published: Path, tmp_path: Path) -> None:
    result = run("export-networks", published / "ReasonMap-Train", tmp_path / "networks")
    assert result.exit_code == 0
    assert "2 networks" in result.output
    assert len(load_folder(tmp_path / "networks")) == 2


def test_datasets_are_pulled_from_a_folder_as_from_the_hub(published: Path, tmp_path: Path) -> None:
    result = run("pull", tmp_path / "copy", "--from", published)
    assert result.exit_code == 0, result.output
    assert "ReasonMap-Plus: test 2, train 3" in result.output
    assert run("show", tmp_path / "copy" / "ReasonMap-Train").exit_code == 0


def test_wrong_use_ends_with_a_sentence(published: Path, tmp_path: Path) -> None:
    assert "expected a folder that is new or empty" in refused("synth", "--cities", 1, published)
    assert "--task TorF3: expected one of TorF1" in refused(
        "synth", "--cities", 1, "--task", "TorF3", tmp_path / "out"
    )
    assert "no networks there" in refused("questions", tmp_path, tmp_path / "out")
    missing = refused("questions", BUNDLED, tmp_path / "out", "--maps", tmp_path)
    assert "no map lanhai/xingpu.png (3 missing)" in missing
    broken = tmp_path / "broken" / "x" / "y.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    assert "expected JSON" in refused("questions", tmp_path / "broken", tmp_path / "out")
    unread = refused("export-networks", tmp_path, tmp_path / "networks")
    assert "expected a folder of save_to_disk, or of parquet files" in unread
    assert list(tmp_path.iterdir()) == [tmp_path / "broken"]


def test_without_the_extra_a_sentence_names_it(tmp_path: Path) -> None:
    hidden = tmp_path / "datasets.py"
    hidden.write_text("raise ModuleNotFoundError('no', name='datasets')")
    main = "from trainer_client.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, "data", "show", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "trainer-client: datasets is not installed; pip install 'reward-server[data]' brings it\n"
    )
