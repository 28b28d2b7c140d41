"""The explorer's pages as they leave the service: what they say, and what they never do."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.networks.load import load_bundled
from reward_server.settings import Settings
from tests.explorer.conftest import HTML

NETWORKS = load_bundled()
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def sent(client: TestClient, **fields: str) -> str:
    reply = client.post("/explorer", data=fields)
    assert reply.status_code == 200, reply.text
    return reply.text


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
    text = f"{route}\n--\n{more}\n\n**Good luck on line 9!**"
    page = sent(client, network="velmora/aldrina", completion=text, **fields)
    told = re.findall(r'<p class="says">.*?</span> (.*?)</p>', html.unescape(page), re.DOTALL)
    assert told[0] == "Sound: can be ridden, 2 via stops"
    assert re.fullmatch(r"Wrong: its arrival 'Bairro Índigo.*' is not in the network", told[1])


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
