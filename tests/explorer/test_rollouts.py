"""A file of rollouts, shown by group with its advantages."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from fastapi.testclient import TestClient


def listed(client: TestClient, lines: list[dict[str, Any]], page: int = 1) -> str:
    body = "\n".join(map(json.dumps, lines))
    reply = client.post(f"/explorer/rollouts?page={page}", content=body)
    assert reply.status_code == 200
    return html.unescape(reply.text)


def test_advantages_are_those_of_the_group(client: TestClient) -> None:
    item = {"task": "TorF1", "answer": 1, "group": "g"}
    page = listed(
        client, [{**item, "completion": text} for text in ("\\boxed{yes}", "\\boxed{no}")]
    )
    cells = re.findall(r'<td class="sum">([^<]+)</td>', page)
    # 11 and 1: the mean is 6, the population's standard deviation 5
    assert cells == ["1", "11.00", "+5.00", "+1.00", "2", "1.00", "−5.00", "−1.00"]


def test_an_item_in_error_has_no_advantage(client: TestClient) -> None:
    page = listed(client, [{"task": "TorF1", "group": "g", "completion": "x"}])
    assert "missing_gold" in page
    assert re.findall(r'<td class="sum">([^<]+)</td>', page) == ["1", "–", "–", "–"]


def test_a_stored_reward_stands_beside_the_new_one(client: TestClient) -> None:
    page = listed(
        client, [{"task": "TorF1", "answer": 1, "completion": "\\boxed{yes}", "reward": 4.5}]
    )
    assert "stored" in page
    assert ">4.50<" in page


def test_many_groups_come_on_pages(client: TestClient) -> None:
    lines = [
        {"task": "TorF1", "answer": 1, "group": f"g{number}", "completion": "x"}
        for number in range(95)
    ]
    assert "page 1 of 3" in listed(client, lines)
    last = listed(client, lines, 99)
    assert "page 3 of 3" in last
    assert re.findall(r'class="label">([^<]+)<', last) == [f"g{n}" for n in range(80, 95)]


def test_an_unknown_profile_is_refused(client: TestClient) -> None:
    assert client.post("/explorer/rollouts?profile=x", content=b"").status_code == 422


def test_a_line_that_is_no_rollout_is_told_of_and_left_out(client: TestClient) -> None:
    good = {"task": "TorF1", "answer": 1, "completion": "x", "difficulty_question": "easy"}
    bad = [{"task": "TorF1", "answer": "yes", "completion": "x"}, {**good, "reward": "much"}, [1]]
    page = listed(client, [good, *bad])  # type: ignore[list-item] # no object
    assert "<strong>1</strong> rollouts" in page
    assert "<strong>3</strong> lines that are no rollout" in page
    for number, said in ((2, "answer: expected"), (3, "reward: expected"), (4, "expected")):
        assert f"<li>line {number}: {said}" in page
