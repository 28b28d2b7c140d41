"""The specification: what it says comes from the code and the profiles that run."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.core.model import FAILURES
from reward_server.core.tasks import Profile, rules
from reward_server.explorer.sources import attribute_docs
from reward_server.profiles import PROFILES
from reward_server.settings import Settings
from reward_server.wire.results import SIGNALS
from tests.explorer.conftest import HTML


def test_a_changed_constant_is_a_changed_page(tmp_path: Path) -> None:
    file = tmp_path / "gentle.toml"
    file.write_text(
        'name = "gentle"\nbase = "robust"\n'
        "[weights]\nalpha = 0.375\n[planning]\nsurplus = 2.625\nvia_share = 0.25\n"
    )
    with TestClient(create_app(Settings(profiles=(file,))), headers=HTML) as client:
        page = html.unescape(client.get("/spec").text)
    own = page[page.index('id="gentle"') :].partition("</section>")[0]
    assert "R = W · (format + correctness + 0.375 · detail)" in own
    assert "−2.625 for each segment more than the question needs" in own
    assert "25% of detail is this, the other terms are the rest" in own
    assert '<code>surplus</code></th><td class="sum">2.625</td>' in own
    robust = page[page.index('id="robust"') :].partition("</section>")[0]
    assert "2.625" not in robust
    # a route one station short keeps its detail of 7, for less: 1.5 * (1 + 0.375 * 7)
    assert re.search(r"one station short.*?<strong>5\.438<", own, re.DOTALL)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_every_constant_of_detail_stands_in_a_rule_or_says_what_it_is(profile: Profile) -> None:
    told = {task.table: attribute_docs(type(task.constants)) for task in profile.tasks.values()}
    for table, constants in profile.constants().items():
        if table == "weights":
            continue
        sentences = " ".join(
            sentence
            for task in profile.tasks.values()
            if task.table == table
            for sentence in task.terms.values()
        )
        for constant in constants:
            assert f"{{{constant}:" in sentences or told[table].get(constant), constant


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_every_rule_is_a_sentence_with_numbers_in_place_of_names(profile: Profile) -> None:
    for task in profile.tasks.values():
        sentences = rules(task, profile.weights)
        assert sentences.keys() == task.terms.keys()
        for sentence in sentences.values():
            assert re.search(r"\d", sentence)
            assert "{" not in sentence


def test_every_task_of_every_profile_is_told_with_its_steps_and_fields(client: TestClient) -> None:
    page = html.unescape(client.get("/spec").text)
    for profile in PROFILES.values():
        own = page[page.index(f'id="{profile.name}"') :].partition("</section>")[0]
        for name, task in profile.tasks.items():
            told = own[own.index(f"<strong>{name}</strong>") :].partition("</details>")[0]
            for step in (task.gold, task.score, task.weight):
                place = f"{step.__module__}.{step.__name__}".removeprefix("reward_server.")
                assert place in told
            for field in task.fields.__annotations__:
                assert f"<code>{field}</code>" in told


def test_every_table_of_constants_is_told(client: TestClient) -> None:
    page = html.unescape(client.get("/spec").text)
    for profile in PROFILES.values():
        own = page[page.index(f'id="{profile.name}"') :].partition("</section>")[0]
        for table, constants in profile.constants().items():
            told = own[own.index(f"<h3>{table}</h3>") :].partition("</table>")[0]
            for name, value in constants.items():
                assert f'<code>{name}</code></th><td class="sum">{value:g}</td>' in told


def test_every_signal_is_told(client: TestClient) -> None:
    page = html.unescape(client.get("/spec").text)
    for signal, meaning in SIGNALS.items():
        assert signal in page
        assert meaning in page


def test_every_reason_for_no_answer_is_told(client: TestClient) -> None:
    page = client.get("/spec").text
    for kind, meaning in FAILURES.items():
        assert f"<code>{kind}</code>" in page
        assert meaning in page
