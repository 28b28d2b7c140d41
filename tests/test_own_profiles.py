"""Profiles of one's own: a Python file, served, scored by, refused and checked."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from reward_server import ProfileError, Scorer
from reward_server.app import create_app
from reward_server.cli import app
from reward_server.own.new import NewProfileError, write_profile
from reward_server.profile_files import find_profile
from reward_server.settings import Settings

WORDS: dict[str, Any] = {"task": "words", "answer": ["red", "blue"]}
SOURCE = '''
from typing_extensions import TypedDict
from reward_server.core.parts import answer_of, profile_of_parts, sum_of_parts, task_of_parts


class OddFields(TypedDict):
    """Anything."""

    answer: str


def score(completion, gold, points, budget):
    """One line each."""
    value = {"nan": float("nan"), "inf": float("inf"), "text": "much"}.get(completion, 0.5)
    if completion == "raise":
        raise KeyError("so")
    if completion == "exit":
        raise SystemExit(3)
    if completion == "none":
        return None
    if completion == "more":
        return sum_of_parts({"other": 1.0}, points, correct=False, claim=None)
    return sum_of_parts({"part": value}, points, correct=False, claim=completion)


PROFILE = profile_of_parts(
    "odd", {"any": task_of_parts(OddFields, answer_of, score, None, {"part": "0.5"}, "")}
)
'''


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The file that new-profile writes."""
    path, _ = write_profile(tmp_path / "my_reward")
    return path


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A file whose rules fail in many ways."""
    path = tmp_path / "odd.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def client(own: Path, odd: Path) -> Iterator[TestClient]:
    settings = Settings(profiles=(own, odd, Path("vicrit")))
    with TestClient(create_app(settings)) as client:
        yield client


def run(*arguments: object) -> tuple[int, str]:
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return ran.exit_code, ran.output


def test_it_is_served_beside_the_others_like_them(client: TestClient) -> None:
    items = [WORDS | {"completion": "<answer>red, blue</answer>"}]
    reply = client.post("/score", json={"profile": "my_reward", "items": items}).json()
    assert reply["results"][0]["reward"] == 1.0
    told = {one["name"]: one for one in client.get("/metadata").json()["profiles"]}
    assert list(told) == ["robust", "paper", "released", "my_reward", "odd", "vicrit"]
    assert told["my_reward"]["fingerprint"] == reply["fingerprint"]
    assert told["my_reward"]["formula"] == "R = F1 + 0.1 · format"
    assert told["robust"]["paper"] == ""
    assert "MyRewardItem" in client.get("/openapi.json").json()["components"]["schemas"]
    metrics = client.get("/metrics").text
    assert 'reward_server_items_total{status="ok",task="words"} 1.0' in metrics
    assert 'task="span"' in metrics
    assert 'task="boxes3d"' not in metrics  # of a profile that nobody named
    page = client.get("/spec", headers={"Accept": "text/html"}).text
    assert "ViCrit, arXiv 2506.10128" in page


def test_a_profile_is_told_by_its_name(client: TestClient) -> None:
    reply = client.get("/profiles/vicrit").json()
    assert reply["profile"]["paper"].startswith("ViCrit")
    assert reply["tasks"]["span"]["terms"] == {"match": "1 for the very phrase"}
    assert set(reply["tasks"]["span"]["gold"]["properties"]) == {"answer", "original"}
    missing = client.get("/profiles/grpo-care")
    assert missing.status_code == 404
    assert missing.json()["error"]["kind"] == "unknown_profile"
    assert "expected one of robust, paper, released, my_reward" in missing.text


@pytest.mark.parametrize("completion", ["raise", "exit", "nan", "inf", "text", "none", "more"])
def test_a_fault_in_it_is_the_items_own(
    client: TestClient, completion: str, caplog: pytest.LogCaptureFixture
) -> None:
    items = [{"task": "any", "answer": "", "completion": said} for said in (completion, "fine")]
    body = {"profile": "odd", "items": items, "verbosity": "full"}
    with caplog.at_level(logging.ERROR):
        bad, good = client.post("/score", json=body).json()["results"]
    assert (bad["status"], bad["reward"], bad["error"]["kind"]) == ("error", None, "internal")
    assert good["reward"] == 0.5
    assert "could not be scored" in caplog.text or "reward is" in caplog.text
    if completion == "raise":
        assert "odd.py" in caplog.text  # with the line
        assert "KeyError" in caplog.text


FAULTS = {
    "not Python": ("x = (", "line 1: not Python"),
    "a mistake": ("import math\n\nmath.root(2)", "line 3: AttributeError"),
    "no profile": ("x = 1", "expected PROFILE = Profile(...)"),
    "another thing": ("PROFILE = 3", "got int"),
    "a name that is taken": (SOURCE.replace('"odd"', '"robust"'), "name of a built-in profile"),
    "no name": (SOURCE.replace('"odd"', '"a b"'), "1 to 64 letters"),
    "a rule with an unknown constant": (
        SOURCE.replace('"0.5"', '"{much:g}"'),
        "the rule of term 'part'",
    ),
    "no tasks": (SOURCE.partition("PROFILE")[0] + 'PROFILE = profile_of_parts("x", {})', "tasks"),
    "fields that are no record": (SOURCE.replace("answer: str", "answer: open"), "records"),
    "leaving": ("raise SystemExit(1)", "line 1: SystemExit"),
}


@pytest.mark.parametrize(("source", "message"), FAULTS.values(), ids=FAULTS)
def test_a_file_that_makes_no_profile_is_refused_with_its_line(
    tmp_path: Path, source: str, message: str
) -> None:
    path = tmp_path / "faulty.py"
    path.write_text(source)
    with pytest.raises(ProfileError) as raised:
        find_profile(str(path))
    assert str(raised.value).startswith(str(path))
    assert message in str(raised.value)


def test_its_source_is_in_the_fingerprint_and_its_path_is_not(own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(own.read_text())
    assert Scorer(profile=own).fingerprint == Scorer(profile=other).fingerprint
    other.write_text(own.read_text() + "\n# changed\n")
    assert Scorer(profile=own).fingerprint != Scorer(profile=other).fingerprint


def test_constants_of_a_published_profile_can_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "harder.toml"
    file.write_text('name = "harder"\nbase = "q-insight"\n[score]\ntolerance = 0.1\n')
    item = {"task": "score", "answer": 3.0, "completion": '<answer>"rating": 3.2</answer>'}
    assert [Scorer(profile=name).score([item])[0]["reward"] for name in ("q-insight", file)] == [
        1,
        0,
    ]


def test_an_unknown_name_is_told_of_all_there_are() -> None:
    with pytest.raises(ProfileError, match=r"visual-rft.* or the path of a \.toml or \.py file"):
        find_profile("visual_rft")


def test_what_new_profile_writes_passes_its_own_test(tmp_path: Path) -> None:
    import runpy  # noqa: PLC0415

    path, test = write_profile(tmp_path / "colours_9.py")
    assert (path.name, test.name) == ("colours_9.py", "test_colours_9.py")
    assert "example" not in path.read_text() + test.read_text()
    written = runpy.run_path(str(test))
    tests = [value for name, value in written.items() if name.startswith("test_")]
    assert len(tests) == 2
    for each in tests:
        each()
    status, said = run("new-profile", path)
    assert status == 2
    assert "it is left as it is" in said


@pytest.mark.parametrize("name", ["My", "9a", "a-b", "a.b", ""])
def test_a_profile_has_the_name_of_a_module(tmp_path: Path, name: str) -> None:
    with pytest.raises(NewProfileError, match="expected a small letter"):
        write_profile(tmp_path / f"{name}.py")


def checked(tmp_path: Path, profile: object, *cases: dict[str, Any]) -> tuple[int, str]:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(f"{json.dumps(case)}\n" for case in cases))
    return run("check", profile, file)


def test_check_finds_nothing_in_a_sound_profile(own: Path, tmp_path: Path) -> None:
    right = WORDS | {"completion": "<answer>red blue</answer>"}
    expected = {"reward": 1.0, "components": {"accuracy": 1.0, "format": 0.0}}
    status, said = checked(tmp_path, own, right, right | {"expected": expected})
    assert status == 0
    assert "2 cases, 2 scored" in said
    assert "0 faults, 0 remarks" in said


def test_check_tells_what_is_wrong(own: Path, odd: Path, tmp_path: Path) -> None:
    wrong = WORDS | {"completion": "red", "expected": {"reward": 1.0}}
    status, said = checked(tmp_path, own, wrong, {"task": "words"}, WORDS | {"completion": ""})
    assert status == 1
    assert "line 1: reward: expected 1.0, got 0.0" in said
    assert "line 2: answer: this field is required" in said
    anything = {"task": "any", "answer": ""}
    status, said = checked(tmp_path, odd, *(anything | {"completion": c} for c in ("nan", "fine")))
    assert status == 1
    assert "line 1: internal" in said
    assert "pays the empty answer: 2 of 2" in said or "pays the empty answer: 1 of 2" in said


def test_check_tells_of_a_reward_that_is_not_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "drifting.py"
    source = SOURCE.replace('completion == "raise"', "False")
    path.write_text(
        source.replace("def score(", "SEEN = []\n\n\ndef score(").replace(
            "    value = ", "    SEEN.append(1)\n    value = len(SEEN) or "
        )
    )
    status, said = checked(tmp_path, path, {"task": "any", "answer": "", "completion": "x"})
    assert status == 1
    assert "line 1: not deterministic" in said


def test_check_needs_a_case(own: Path, tmp_path: Path) -> None:
    assert checked(tmp_path, own) == (1, run("check", own, tmp_path / "cases.jsonl")[1])
