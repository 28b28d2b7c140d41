"""Every case of ``tests/cases`` through ``evaluate()`` and again over HTTP.

A line of a case file: ``name``, ``reason`` (why it gets what it gets), ``fault`` (of D1-D17, where
it shows one), ``networks`` and ``item`` as in ``POST /score``, and under each profile's name what
that profile gives. The expectations were worked out by hand from the rules.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.core.transit.network import Network
from reward_server.networks.inline import InlineNetwork, build_inline
from reward_server.networks.load import load_bundled
from reward_server.profiles import PROFILES
from reward_server.settings import Settings
from tests.scoring import COLUMNS, evaluate, make_question

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "cases"


def read(name: str) -> list[Json]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


FAULTS, ACCEPTED, REFUSED = map(read, ("faults.jsonl", "accepted.jsonl", "refused.jsonl"))
#: Answers as real models write them, a file for each kind of what is odd about them.
KINDS = {
    kind: read(f"{kind}.jsonl")
    for kind in "thinking boxes tokens asides repeats via_lists counts replies".split()
}
ALL = [*FAULTS, *ACCEPTED, *REFUSED, *(case for cases in KINDS.values() for case in cases)]
CASES = {case["name"]: case for case in ALL}
EXPECTED = [
    pytest.param(case, profile, id=f"{name} / {profile}")
    for name, case in CASES.items()
    for profile in PROFILES
    if profile in case
]
BUNDLED = load_bundled()

#: What no score can show, and why.
NOT_IN_A_SCORE = {
    "D7": "a matter of how the trainer normalises within a group",
    "D8": "a matter of the trainer's hyperparameters",
    "D16": "a matter of what the code reads, writes and imports",
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as client:
        yield client


def evaluated(case: Json, profile: str) -> Json:
    """What ``evaluate()`` gives, in the wire's words."""
    item = case["item"]
    name = item.get("network")
    inline = case.get("networks", {})
    network: Network | None = BUNDLED.get(name) if name else None
    if name in inline:
        network = build_inline(name, InlineNetwork.model_validate(inline[name]))
    gold = {key: item[key] for key in COLUMNS if key in item}
    if "options" in gold:
        gold["options"] = tuple(gold["options"])
    breakdown = evaluate(item["completion"], make_question(**gold), network, PROFILES[profile])
    return {
        "reward": breakdown.reward,
        "correct": breakdown.correct,
        "components": {
            "format": breakdown.format,
            "correctness": breakdown.correctness,
            "detail": breakdown.detail,
        },
        "signals": sorted(breakdown.signals),
    }


def served(client: TestClient, case: Json, profile: str) -> Json:
    """What ``POST /score`` gives."""
    body = {"profile": profile, "networks": case.get("networks", {}), "items": [case["item"]]}
    reply = client.post("/score", json=body)
    assert reply.status_code == 200, reply.text
    (result,) = reply.json()["results"]
    assert result["status"] == "ok", result["error"]
    return {key: result[key] for key in ("reward", "correct", "components", "signals")}


@pytest.mark.parametrize(("case", "profile"), EXPECTED)
def test_a_case_gets_what_the_rules_give_it_also_over_http(
    client: TestClient, case: Json, profile: str
) -> None:
    got, expected = evaluated(case, profile), case[profile]
    assert got["correct"] is expected["correct"], case["reason"]
    assert got["components"] == pytest.approx(expected["components"], abs=1e-9), case["reason"]
    assert got["reward"] == pytest.approx(expected["reward"], abs=1e-9), case["reason"]
    assert got["signals"] == sorted(expected.get("signals", ())), case["reason"]
    assert served(client, case, profile) == got


def test_each_case_has_a_name_of_its_own() -> None:
    names = Counter(case["name"] for case in ALL)
    assert [name for name, count in names.items() if count > 1] == []


def test_each_fault_that_a_score_can_show_has_a_case() -> None:
    shown = {case["fault"] for case in FAULTS}
    assert shown == {f"D{number}" for number in range(1, 18)} - set(NOT_IN_A_SCORE)


def test_each_faults_case_says_what_released_and_robust_give() -> None:
    assert [case["name"] for case in FAULTS if not {"released", "robust"} <= set(case)] == []


def test_accepted_answers_are_right_and_refused_ones_are_wrong_under_robust() -> None:
    assert {case["robust"]["correct"] for case in ACCEPTED} == {True}
    assert {case["robust"]["correct"] for case in REFUSED} == {False}
