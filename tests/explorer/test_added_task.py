"""A task that somebody adds, with other fields: it has its form, its score and its rules here."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from typing_extensions import TypedDict

from reward_server.app import create_app
from reward_server.core.budget import Budget
from reward_server.core.model import NO_SIGNALS, Breakdown, GoldError, ParseFailure, Verdict
from reward_server.core.tasks import Explanation, Networks, Profile, Task, Weights
from reward_server.profiles import PROFILES, ROBUST
from reward_server.settings import Settings
from tests.explorer.conftest import HTML


class NumberFields(TypedDict):
    """A question that a number answers."""

    answer: float
    tolerance: float | None


@dataclass(frozen=True)
class Number:
    """Points of the detail of numbers."""

    detail_max: float = 8.0
    """For the true number."""


class NumberGold(NamedTuple):
    answer: float
    tolerance: float


def number_gold(item: Mapping[str, Any], _: Networks) -> NumberGold:
    """The number and how far from it is still right."""
    if item["tolerance"] is not None and item["tolerance"] < 0:
        raise GoldError("bad_gold", "tolerance: expected at least 0")
    return NumberGold(item["answer"], item["tolerance"] or 0.0)


def score_number(completion: str, gold: NumberGold, points: Number, _: Budget) -> Verdict:
    """Right within the tolerance; the nearer, the more detail."""
    try:
        value = float(completion)
    except ValueError:
        return Verdict(False, False, 0.0, {}, NO_SIGNALS, ParseFailure("no_answer"))
    off = abs(value - gold.answer)
    near = points.detail_max * max(0.0, 1.0 - off / max(abs(gold.answer), 1.0))
    return Verdict(off <= gold.tolerance, True, near, {"near": near}, NO_SIGNALS, value)


def number_weight(_: NumberGold, __: Weights, ___: Number) -> float:
    """Every number counts alike."""
    return 1.0


def explain_number(breakdown: Breakdown) -> Explanation:
    """The number that was read."""
    verdict = "Right" if breakdown.correct else "Wrong"
    return Explanation(f"{verdict}: the number read is {breakdown.claim!r}.")


NUMBER = Task(
    NumberFields,
    gold=number_gold,
    score=score_number,
    weight=number_weight,
    explain=explain_number,
    constants=Number(),
    table="number",
    terms={"near": "{detail_max:g} for the true number, falling to 0 with the distance"},
)
#: One with this task alone, and one with the tasks on maps besides.
MINE = Profile("mine", "1.0.0", Weights(), {"number": NUMBER}, "mine")
MIXED = Profile("mixed", "1.0.0", Weights(), {**ROBUST.tasks, "number": NUMBER}, "mixed")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reward_server.app.PROFILES", {**PROFILES, "mine": MINE, "mixed": MIXED})
        app = create_app(Settings())
    with TestClient(app, headers=HTML) as client:
        yield client


def sent(client: TestClient, **fields: str) -> str:
    reply = client.post("/explorer", data=fields)
    assert reply.status_code == 200, reply.text
    return html.unescape(reply.text)


def tasks_of(page: str) -> list[str]:
    select = page.partition('<select id="task"')[2].partition("</select>")[0]
    return re.findall(r'<option value="([^"]+)"', select)


def test_its_form_has_its_fields_and_nothing_of_a_map(client: TestClient) -> None:
    page = sent(client, profile="mine")
    assert tasks_of(page) == ["number"]
    assert re.search(r'<input id="answer" name="answer" [^>]*inputmode="decimal"', page)
    assert re.search(r'<input id="tolerance" name="tolerance" [^>]*inputmode="decimal"', page)
    assert 'name="station_1"' not in page
    assert 'id="network"' not in page
    assert 'id="map-title"' not in page
    assert "New random question" not in page


@pytest.mark.parametrize("profile", ["mine", "mixed"])
@pytest.mark.parametrize(
    ("completion", "verdict", "reward"),
    # 1 + 10 + 0.5 * 8; 1 + 0.5 * 8 * (1 - 2.5 / 12.5); nothing
    [("12.5", "Right", "15.00"), ("12.6", "Right", "14.97"), ("10", "Wrong", "4.20")],
)
def test_its_score_is_told_with_its_bars(
    client: TestClient, profile: str, completion: str, verdict: str, reward: str
) -> None:
    page = sent(
        client,
        profile=profile,
        task="number",
        answer="12.5",
        tolerance="0.25",
        completion=completion,
    )
    assert re.search(rf'<p class="reward">.*<strong>{reward}</strong>', page)
    assert f"</span> {verdict}</h2>" in page
    assert "the number read is" in page
    bars = page.partition('<table class="bars">')[2].partition("</table>")[0]
    names = re.findall(r'<th scope="row"><span>(\w+)</span>', bars)
    assert names == ["format", "correctness", "near"]
    assert "8 for the true number, falling to 0 with the distance" in bars
    assert "of at most 15" in bars
    # both profiles that have the task stand side by side, and none that has not
    compared = page.partition('<table class="compare">')[2].partition("</thead>")[0]
    assert re.findall(r">(\w+)</th>", compared) == ["mine", "mixed"]


def test_no_answer_has_a_bar_for_detail(client: TestClient) -> None:
    page = sent(client, profile="mine", task="number", answer="1", completion="no idea")
    assert re.search(r'<p class="reward">.*<strong>0.00</strong>', page)
    assert "<span>detail</span>" in page


def test_what_is_typed_wrong_is_told_beside_its_field(client: TestClient) -> None:
    page = sent(client, profile="mine", task="number", answer="many", completion="1")
    assert re.search(r'<input id="answer"[^>]*value="many"[^>]*aria-invalid="true"', page)
    assert "expected a valid number, unable to parse string as a number, got 'many'" in page
    page = sent(client, profile="mine", task="number", completion="1")
    assert 'id="error-answer">this field is required' in page


def test_bad_gold_is_an_error_of_the_item(client: TestClient) -> None:
    page = sent(client, profile="mine", task="number", answer="1", tolerance="-1", completion="1")
    assert "No score: <code>bad_gold</code>" in page


def test_the_request_it_shows_is_one_that_the_service_takes(client: TestClient) -> None:
    page = sent(client, profile="mine", task="number", answer="2", completion="2")
    shown = page.partition("-d '")[2].partition("'</code>")[0]
    reply = client.post("/score", json=json.loads(shown))
    assert reply.json()["results"][0]["reward"] == 15.0


def test_a_profile_with_other_tasks_asks_one_of_them(client: TestClient) -> None:
    page = sent(client, profile="robust", task="number", answer="2", completion="2", do="profile")
    assert tasks_of(page) == list(ROBUST.tasks)
    assert "Right</h2>" in page  # a question of its own, with a right answer to it
    page = sent(client, profile="mine", task="planning", station_1="x", do="profile")
    assert tasks_of(page) == ["number"]


def test_beside_tasks_on_maps_each_has_its_own_form(client: TestClient) -> None:
    page = sent(client, profile="mixed", task="number", do="random")
    assert tasks_of(page) == [*ROBUST.tasks, "number"]
    assert 'name="tolerance"' in page
    page = sent(client, profile="mixed", task="TorF1", answer="1", do="random")
    assert 'name="tolerance"' not in page
    assert 'name="station_1"' in page
    assert 'id="map-title"' in page


def test_its_rollouts_are_listed_and_open_in_its_form(client: TestClient) -> None:
    lines = [
        {"task": "number", "answer": 4, "tolerance": None, "group": "g", "completion": text}
        for text in ("4", "2")
    ]
    body = "\n".join(map(json.dumps, lines))
    reply = client.post("/explorer/rollouts?profile=mixed", content=body)
    page = html.unescape(reply.text)
    assert re.findall(r'<td class="sum">([\d.]+)</td>', page) == ["1", "15.00", "2", "3.00"]
    fields = json.loads(re.findall(r'data-fields="(\{.*?\})"', page)[1])
    opened = sent(client, profile="mixed", **fields)
    assert re.search(r'<p class="reward">.*<strong>3.00</strong>', opened)


def test_the_specification_has_its_constants_rules_and_steps(client: TestClient) -> None:
    page = html.unescape(client.get("/spec").text)
    own = page[page.index('id="mine"') :].partition("</section>")[0]
    assert "<h3>number</h3>" in own
    assert '<code>detail_max</code></th><td class="sum">8</td><td>For the true number.' in own
    assert "<strong>number</strong>" in own
    assert "8 for the true number, falling to 0 with the distance" in own
    assert "Right within the tolerance; the nearer, the more detail." in own
    assert "<code>answer</code>, <code>tolerance</code>" in own
    assert "Scored now" not in own
