"""The explorer's pages as they leave the service: what they say, and what they never do."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.core.tasks import TASKS, Profile, terms_of
from reward_server.core.transit.model import TaskName
from reward_server.explorer.bars import bars
from reward_server.explorer.form import DEFAULTS, as_item
from reward_server.explorer.questions import random_question, samples
from reward_server.explorer.rules import _RULES, rules
from reward_server.networks.load import load_bundled
from reward_server.profiles import PROFILES
from reward_server.scorer import Scorer
from reward_server.settings import Settings
from reward_server.wire.results import SIGNALS

HTML = {"Accept": "text/html"}
TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)
NETWORKS = load_bundled()
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def sent(client: TestClient, **fields: str) -> str:
    reply = client.post("/explorer", data=fields)
    assert reply.status_code == 200, reply.text
    return reply.text


def answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Questions of all tasks on all bundled networks with each completion to try."""
    chance = random.Random(1)  # noqa: S311 - the same questions on every run
    for name, network in NETWORKS.items():
        for task in TASK_NAMES:
            for form in ("short", "via_count", "via_stops"):
                fields = {**DEFAULTS, "network": name, "task": task, "question_form": form}
                fields |= random_question(network, task, chance)
                for kind, completion in samples(network, task, fields).items():
                    yield task, kind, as_item({**fields, "completion": completion})


ANSWERS = list(answers())


def test_the_samples_are_what_they_say() -> None:
    scorer = Scorer(NETWORKS)
    results = scorer.score([item for _, _, item in ANSWERS])
    right = {"right", "thinking first", "wrong via", "two answers", "no box"}
    for (task, kind, item), result in zip(ANSWERS, results, strict=True):
        assert result["status"] == "ok", result
        if kind in ("right", "thinking first"):
            assert result["correct"], (task, kind, item)
        if kind not in right:
            assert not result["correct"], (task, kind, item)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_bars_always_add_up_to_the_reward(profile: Profile) -> None:
    results = Scorer(NETWORKS, profile).score([item for _, _, item in ANSWERS], "full")
    cut_off = 0
    for result in results:
        parts = bars(result, profile)
        assert sum(bar.value for bar in parts) == pytest.approx(result["reward"], abs=1e-9)
        for bar in parts:
            assert bar.most is None or bar.value <= bar.most + 1e-9
        cut_off += any(bar.name == "cut off" for bar in parts)
    assert cut_off or profile.base != "robust"  # it happens, and is told


class Attributes(HTMLParser):
    """What a page must not have: styles or scripts in its text, addresses elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"{tag} {name}")
            if name in ("src", "href", "action") and re.match(r"(?:\w+:)?//", value or ""):
                self.faults.append(f"{tag} {value}")


@pytest.mark.parametrize("path", ["/", "/spec", "/explorer", "/explorer/spec"])
def test_pages_are_strict_about_what_they_load(client: TestClient, path: str) -> None:
    reply = client.get(path)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"
    page = Attributes()
    page.feed(reply.text)
    assert page.faults == []


@pytest.mark.parametrize("field", ["completion", "station_1", "network", "task", "profile", "map"])
@pytest.mark.parametrize("task", ["planning", "Counting1"])
def test_whatever_is_sent_comes_back_as_text(client: TestClient, task: str, field: str) -> None:
    fields = {"network": "velmora/aldrina", "task": task, "answer": "1", "station_2": "x"}
    text = f"Route Name: {HOSTILE}\nDeparture Stop: a\nArrival Stop: b"
    page = sent(client, **{**fields, field: text if field == "completion" else HOSTILE})
    assert HOSTILE not in page
    assert "<img" not in page
    parsed = Attributes()
    parsed.feed(page)
    assert parsed.faults == []


def test_a_field_that_is_not_as_expected_says_so_beside_it(client: TestClient) -> None:
    page = sent(client, network="velmora/aldrina", task="Counting2", station_1="x", answer="many")
    assert 'aria-invalid="true" aria-describedby="error-answer"' in page
    assert "This is no item to score" in page
    assert "expected" in re.findall(r'id="error-answer">(.*?)</p>', page)[0]


def test_segments_that_one_profile_alone_reads_are_located_too(client: TestClient) -> None:
    # the released code takes all that follows for the last stop; the others do not
    route = "Route Name: Amber Line\nDeparture Stop: Mercado do Sal\nArrival Stop: Ponte Caiada"
    more = "Route Name: Violet Line\nDeparture Stop: Ponte Caiada\nArrival Stop: Bairro Índigo"
    fields = {"station_1": "Mercado do Sal", "station_2": "Bairro Índigo", "profile": "released"}
    text = f"{route}\n--\n{more}\n\n**Good luck!**"
    page = sent(client, network="velmora/aldrina", completion=text, **fields)
    told = re.findall(r'<p class="says">.*?</span> (.*?)</p>', html.unescape(page), re.DOTALL)
    assert told[0] == "Sound: can be ridden, 2 via stops"
    assert re.fullmatch(
        r"Wrong: no station “Bairro Índigo\s.*” in this network", told[1], re.DOTALL
    )


def test_a_network_that_is_not_loaded_is_an_error_of_the_item(client: TestClient) -> None:
    page = sent(client, network="no/where", task="planning", station_1="a", station_2="b")
    assert "unknown_network" in page
    assert "No map" in page


def test_a_body_that_is_no_form_is_refused(client: TestClient) -> None:
    many = "&".join(f"f{number}=1" for number in range(500))
    reply = client.post("/explorer", content=many)
    assert reply.status_code == 422
    assert reply.json()["error"]["kind"] == "malformed"


def test_the_limits_of_the_service_hold_here_too() -> None:
    with TestClient(create_app(Settings(max_body_bytes=1000, max_items=2))) as small:
        assert small.post("/explorer", data={"completion": "x" * 2000}).status_code == 413
        item = json.dumps({"task": "TorF1", "answer": 1, "completion": "x"})
        assert small.post("/explorer/rollouts", content="\n".join([item] * 3)).status_code == 413
        page = small.post("/explorer/rollouts", content="\n".join([item] * 2))
        assert page.status_code == 200
    short = Settings(max_completion_characters=10)
    with TestClient(create_app(short)) as small:
        page = small.post(
            "/explorer", data={"task": "Counting3", "answer": "1", "completion": "x" * 20}
        )
        assert "completion_too_long" in page.text


def test_nothing_of_it_is_counted_as_training(client: TestClient) -> None:
    def items() -> list[str]:
        page = client.get("/metrics").text
        return [line for line in page.splitlines() if line.startswith("reward_server_items_total")]

    before = items()
    sent(client, network="velmora/aldrina", task="Counting3", answer="3", completion="\\boxed{3}")
    assert items() == before
    assert (
        'reward_server_requests_total{route="/explorer",status="200"}'
        in client.get("/metrics").text
    )


def test_a_setting_turns_it_off() -> None:
    with TestClient(create_app(Settings(explorer=False)), headers=HTML) as client:
        assert client.get("/spec").status_code == 404
        assert client.get("/explorer").status_code == 404
        assert client.get("/").json() == {"status": "ok"}


def test_gym_has_its_own_answer_at_the_root(client: TestClient) -> None:
    assert client.get("/", headers={"Accept": "*/*"}).json() == {"status": "ok"}
    assert client.get("/").text.startswith("<!doctype html>")


def test_the_document_of_the_wire_does_not_speak_of_pages(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert not {"/spec", "/explorer"} & set(paths)


class TestWithTokens:
    @pytest.fixture
    def guarded(self) -> Iterator[TestClient]:
        settings = Settings(tokens=("s3cret",))  # type: ignore[arg-type] # as the environment has it
        with TestClient(create_app(settings), headers=HTML) as client:
            yield client

    @pytest.mark.parametrize("path", ["/", "/spec"])
    def test_a_page_without_a_token_is_empty(self, guarded: TestClient, path: str) -> None:
        page = guarded.get(path)
        assert page.status_code == 200
        assert 'id="token"' in page.text
        assert not [name for name in NETWORKS if name in page.text]
        assert "robust" not in page.text

    @pytest.mark.parametrize("path", ["/explorer", "/explorer/spec", "/?x=1"])
    def test_its_content_asks_for_one(self, guarded: TestClient, path: str) -> None:
        assert guarded.get(path, headers={"Accept": "*/*"}).status_code == 401
        assert guarded.post("/explorer", data={}).status_code == 401
        assert guarded.post("/explorer/rollouts", content=b"").status_code == 401
        token = {"Authorization": "Bearer s3cret"}
        assert guarded.get(path, headers=token).status_code == 200


class TestRollouts:
    def listed(self, client: TestClient, lines: list[dict[str, Any]], page: int = 1) -> str:
        body = "\n".join(map(json.dumps, lines))
        reply = client.post(f"/explorer/rollouts?page={page}", content=body)
        assert reply.status_code == 200
        return html.unescape(reply.text)

    def test_advantages_are_those_of_the_group(self, client: TestClient) -> None:
        item = {"task": "TorF1", "answer": 1, "group": "g"}
        page = self.listed(
            client, [{**item, "completion": text} for text in ("\\boxed{yes}", "\\boxed{no}")]
        )
        cells = re.findall(r'<td class="sum">([^<]+)</td>', page)
        # 11 and 1: the mean is 6, the population's standard deviation 5
        assert cells == ["1", "11.00", "+5.00", "+1.00", "2", "1.00", "−5.00", "−1.00"]

    def test_an_item_in_error_has_no_advantage(self, client: TestClient) -> None:
        page = self.listed(client, [{"task": "TorF1", "group": "g", "completion": "x"}])
        assert "missing_gold" in page
        assert re.findall(r'<td class="sum">([^<]+)</td>', page) == ["1", "–", "–", "–"]

    def test_a_stored_reward_stands_beside_the_new_one(self, client: TestClient) -> None:
        page = self.listed(
            client, [{"task": "TorF1", "answer": 1, "completion": "\\boxed{yes}", "reward": 4.5}]
        )
        assert "stored" in page
        assert ">4.50<" in page

    def test_many_groups_come_on_pages(self, client: TestClient) -> None:
        lines = [
            {"task": "TorF1", "answer": 1, "group": f"g{number}", "completion": "x"}
            for number in range(95)
        ]
        assert "page 1 of 3" in self.listed(client, lines)
        last = self.listed(client, lines, 99)
        assert "page 3 of 3" in last
        assert re.findall(r'class="label">([^<]+)<', last) == [f"g{n}" for n in range(80, 95)]

    def test_an_unknown_profile_is_refused(self, client: TestClient) -> None:
        assert client.post("/explorer/rollouts?profile=x", content=b"").status_code == 422


class TestSpecification:
    def test_a_changed_constant_is_a_changed_page(self, tmp_path: Path) -> None:
        file = tmp_path / "gentle.toml"
        file.write_text(
            'name = "gentle"\nbase = "robust"\n'
            "[weights]\nalpha = 0.375\n[detail]\nsurplus = 2.625\nvia_share = 0.25\n"
        )
        with TestClient(create_app(Settings(profiles=(file,))), headers=HTML) as client:
            page = html.unescape(client.get("/spec").text)
        own = page[page.index('id="gentle"') :].partition("</section>")[0]
        assert "R = W · (format + correctness + 0.375 · detail)" in own
        assert "−2.625 for each segment more than the question needs" in own
        assert "25% of detail is this and 75% the other terms" in own
        assert '<code>surplus</code></th><td class="sum">2.625</td>' in own
        robust = page[page.index('id="robust"') :].partition("</section>")[0]
        assert "2.625" not in robust
        # a route one station short keeps its detail of 7, for less: 1.5 * (1 + 0.375 * 7)
        assert re.search(r"one station short.*?<strong>5\.438<", own, re.DOTALL)

    @pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
    def test_every_term_and_every_constant_of_detail_has_its_rule(self, profile: Profile) -> None:
        assert rules(profile).keys() == set(terms_of(profile))
        sentences = " ".join(_RULES[profile.base].values())
        for constant in profile.constants()["detail"]:
            assert f"{{{constant}:" in sentences, constant

    def test_every_task_of_every_profile_is_told(self, client: TestClient) -> None:
        page = html.unescape(client.get("/spec").text)
        for profile in PROFILES.values():
            own = page[page.index(f'id="{profile.name}"') :].partition("</section>")[0]
            for task, row in TASKS[profile.base].items():
                assert f"<strong>{task}</strong>" in own
                place = f"{row.score.__module__}.{row.score.__name__}"
                assert place.removeprefix("reward_server.") in own

    def test_every_signal_is_told(self, client: TestClient) -> None:
        page = html.unescape(client.get("/spec").text)
        for signal, meaning in SIGNALS.items():
            assert signal in page
            assert meaning in page

    def test_every_reason_for_no_answer_is_told(self, client: TestClient) -> None:
        page = client.get("/spec").text
        assert "two different answers stand side by side" in page
