"""What ``/metrics`` says is what happened, and what the README says of it is so."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from reward_server.api.metrics import Metrics, shared_folder
from reward_server.app import create_app
from reward_server.core.model import NO_SIGNALS, Breakdown, FailureKind, ParseFailure
from reward_server.core.transit.model import TaskName
from reward_server.profiles import PROFILES
from reward_server.settings import Settings
from reward_server.wire.items import Item

from ..serving import fetch, serving

Json = dict[str, Any]
Labels = frozenset[tuple[str, str]]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
ROOT = Path(__file__).parents[2]
TASKS = get_args(TaskName)


def readings(page: str) -> dict[str, dict[Labels, float]]:
    """Sample name -> labels -> value."""
    found: defaultdict[str, dict[Labels, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name][frozenset(sample.labels.items())] = sample.value
    return found


def series(page: str) -> set[tuple[str, Labels]]:
    return {(name, labels) for name, values in readings(page).items() for labels in values}


def kinds(page: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Metric as Prometheus knows it -> its type and the names of its labels."""
    found = {}
    for family in text_string_to_metric_families(page):
        labels = frozenset(name for one in family.samples for name in one.labels) - {"le"}
        total = "_total" if family.type == "counter" else ""
        found[family.name + total] = (family.type, labels)
    return found


def documented() -> dict[str, tuple[str, frozenset[str]]]:
    """The same of the README's table."""
    section = (ROOT / "README.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(reward_server_\w+)` \| (\w+) \|([^|]*)\|", section, re.MULTILINE)
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", names))) for name, kind, names in rows}


@pytest.fixture
def service() -> TestClient:
    return TestClient(create_app(Settings()), raise_server_exceptions=False)


def page_of(service: TestClient) -> str:
    reply = service.get("/metrics")
    assert reply.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return reply.text


class Reader:
    """Reads one sample of the page."""

    def __init__(self, service: TestClient) -> None:
        self._service = service

    def __call__(self, name: str, **labels: str) -> float:
        values = readings(page_of(self._service))[f"reward_server_{name}"]
        return values[frozenset(labels.items())]


@pytest.fixture
def read(service: TestClient) -> Reader:
    return Reader(service)


@pytest.fixture(scope="module")
def page_of_two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("metrics"), "--workers", "2") as served:
        yield fetch(f"{served.url}/metrics")[1]


def test_the_table_of_the_readme_is_what_a_worker_has(service: TestClient) -> None:
    assert kinds(page_of(service)) == documented()


def test_the_table_of_the_readme_is_what_two_workers_have(page_of_two_workers: str) -> None:
    assert kinds(page_of_two_workers) == documented()


def test_every_series_is_there_from_the_start(page_of_two_workers: str) -> None:
    values = readings(page_of_two_workers)
    routes = {dict(labels)["route"] for labels in values["reward_server_requests_total"]}
    assert {"/score", "/metadata", "/networks/{name:path}", "/healthz", "/metrics"} <= routes
    for name, found in values.items():
        counted = {value for labels, value in found.items() if ("route", "/readyz") not in labels}
        always = {"reward_server_workers", "reward_server_build"}
        assert counted == {0.0} or name in always, name
    for task in TASKS:
        for status in ("ok", "error"):
            key = frozenset({("task", task), ("status", status)})
            assert key in values["reward_server_items_total"]
        for kind in get_args(FailureKind):
            key = frozenset({("task", task), ("kind", kind)})
            assert key in values["reward_server_parse_failures_total"]


def test_one_worker_and_two_have_the_same_series(
    service: TestClient, page_of_two_workers: str
) -> None:
    assert series(page_of(service)) == series(page_of_two_workers)


def test_the_build_has_version_and_fingerprint(service: TestClient) -> None:
    told = service.get("/metadata").json()
    labels = {
        "version": told["versions"]["reward_server"],
        "fingerprint": next(
            one["fingerprint"] for one in told["profiles"] if one["name"] == "robust"
        ),
    }
    assert Reader(service)("build", **labels) == 1


def test_no_caller_can_make_a_new_series(service: TestClient, boxed: Json) -> None:
    before = series(page_of(service))
    for path in ("/nowhere", "/networks/a", "/networks/b", "/score/x?y=z", "/docs"):
        service.get(path)
    service.request("BREW", "/score")
    item = boxed | {"group": "any \n label", "network": "no such", "id": '"}'}
    service.post("/score", json={"items": [item, item | {"answer": 7}], "profile": "paper"})
    service.post("/score", json={"items": [item], "profile": "no such"})
    service.post("/score", content=b"\xff")
    assert series(page_of(service)) == before


def test_every_outcome_of_an_item_is_counted(
    service: TestClient, read: Reader, toy: Json, planning: Json, boxed: Json
) -> None:
    items = [
        planning,
        planning | {"completion": "Route Name: Line 1"},
        planning | {"completion": "  "},
        planning | {"network": "nowhere"},
        planning | {"station_1": "X"},
        boxed,
        boxed | {"completion": "\\boxed{no}"},
        boxed | {"completion": "???"},
        boxed | {"answer": None},
    ]
    reply = service.post("/score", json={"networks": toy, "items": items}).json()
    components = [one["components"] for one in reply["results"][:3]]
    assert read("items_total", task="planning", status="ok") == 3
    assert read("items_total", task="planning", status="error") == 2
    assert read("items_total", task="TorF1", status="ok") == 3
    assert read("items_total", task="TorF1", status="error") == 1
    assert read("item_errors_total", kind="unknown_network") == 1
    assert read("item_errors_total", kind="unknown_station") == 1
    assert read("item_errors_total", kind="missing_gold") == 1
    assert read("correct_total", task="planning") == 1
    assert read("correct_total", task="TorF1") == 1
    assert read("parse_failures_total", task="planning", kind="empty") == 1
    assert read("parse_failures_total", task="TorF1", kind="no_answer") == 1
    assert read("signals_total", signal="empty") == 1
    assert read("batch_items_sum") == len(items)
    assert read("batch_items_bucket", le="16.0") == 1
    assert read("batch_items_bucket", le="4.0") == 0
    for name in ("format", "correctness", "detail"):
        total = sum(one[name] for one in components)
        points = read("component_points_total", task="planning", component=name, sign="plus")
        assert points == pytest.approx(total)
    rewards = [one["reward"] for one in reply["results"][:3]]
    assert read("reward_points_total", task="planning", sign="plus") == pytest.approx(sum(rewards))
    assert read("reward_count", task="planning") == 3
    assert read("reward_bucket", task="planning", le="0.0") == rewards.count(0.0)
    assert read("reward_bucket", task="planning", le="16.0") == 3


def test_what_is_taken_off_is_counted_apart(
    service: TestClient, read: Reader, toy: Json, planning: Json
) -> None:
    """A sum that falls would look like a restart."""
    there_and_back = "\n--\n".join(
        f"Route Name: Line 1\nDeparture Stop: {a} Station\nArrival Stop: {b} Station"
        for a, b in ("AB", "BA", "AC")
    )
    body = {
        "networks": toy,
        "items": [planning | {"completion": there_and_back}],
        "verbosity": "full",
        "profile": "paper",
    }
    result = service.post("/score", json=body).json()["results"][0]
    assert result["terms"]["surplus"] < 0
    for sign, expected in (("minus", -result["terms"]["surplus"]), ("plus", 0.0)):
        read_ = read("term_points_total", task="planning", term="surplus", sign=sign)
        assert read_ == expected


def test_a_group_that_teaches_nothing_is_counted(
    service: TestClient, read: Reader, boxed: Json
) -> None:
    wrong = boxed | {"completion": "\\boxed{no}"}
    groups = {"same": [boxed, boxed], "mixed": [boxed, wrong, boxed], "single": [boxed]}
    items = [item | {"group": name} for name, some in groups.items() for item in some]
    service.post("/score", json={"items": items})
    assert read("groups_total", task="TorF1") == 2
    assert read("zero_variance_groups_total", task="TorF1") == 1


@pytest.mark.parametrize(
    ("body", "reason", "status"),
    [
        ({"items": [{}]}, "malformed", 422),
        ({"items": [], "profile": "x"}, "unknown_profile", 422),
        ({"items": [], "expect_fingerprint": "x"}, "fingerprint", 409),
        ({"items": [{"task": "TorF1", "completion": ""}] * 3}, "batch_too_large", 413),
        ({"items": [{"task": "TorF1", "completion": "x" * 2000}]}, "body_too_large", 413),
    ],
)
def test_a_refused_request_is_counted_by_its_reason(body: Json, reason: str, status: int) -> None:
    settings = Settings(max_items=2, max_body_bytes=1000)
    service = TestClient(create_app(settings), raise_server_exceptions=False)
    assert service.post("/score", json=body).status_code == status
    assert Reader(service)("refused_total", reason=reason) == 1
    assert Reader(service)("requests_total", route="/score", status=str(status)) == 1
    assert Reader(service)("request_seconds_count", route="/score") == 1
    assert Reader(service)("items_in_flight") == 0


def test_every_signal_of_the_cases_has_its_own_name(service: TestClient, read: Reader) -> None:
    cases = [
        json.loads(line)
        for file in sorted((ROOT / "tests" / "cases").glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    for case in cases:
        body = {"networks": case.get("networks"), "items": [case["item"]]}
        assert service.post("/score", json=body).status_code == 200
    assert read("signals_total", signal="fuzzy_name") > 0
    assert read("signals_total", signal="other") == 0


def test_a_reward_below_nothing_is_in_its_bucket_and_in_minus() -> None:
    failure = ParseFailure("empty")
    scored = [
        Breakdown(reward, False, 1.0, None, 0.0, reward, {}, NO_SIGNALS, failure, None, None)
        for reward in (-15.0, -5.0, -0.5, 0.0, 32.0, 33.0)
    ]
    item: Item = {"id": None, "group": None, "task": "planning", "completion": ""}
    metrics = Metrics("any", [], PROFILES.values())
    metrics.count_batch([item] * len(scored), scored, {})
    values = readings(metrics.page().decode())

    def read(name: str, **labels: str) -> float:
        return values[f"reward_server_{name}"][frozenset({("task", "planning"), *labels.items()})]

    below = {"-10.0": 1, "-5.0": 2, "-2.0": 2, "0.0": 4, "28.0": 4, "32.0": 5, "+Inf": 6}
    for bound, count in below.items():
        assert read("reward_bucket", le=bound) == count
    assert read("reward_points_total", sign="plus") == 65.0
    assert read("reward_points_total", sign="minus") == 20.5
    assert "reward_server_reward_sum" not in values


def test_several_workers_have_a_folder_that_is_gone_at_the_end() -> None:
    with shared_folder(2):
        folder = Path(os.environ[FOLDER])
        assert list(folder.iterdir()) == []
    assert not folder.exists()
    assert FOLDER not in os.environ
    with shared_folder(1):
        assert FOLDER not in os.environ


def test_a_named_folder_is_made_and_only_what_an_earlier_start_left_is_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new" / "metrics"
    monkeypatch.setenv(FOLDER, str(folder))
    with shared_folder(2):
        left = ["counter_1.db", "histogram_23.db", "gauge_livesum_4.db", "gauge_livemax_4.db"]
        for name in [*left, "people.db", "counter_of_visits.db"]:
            (folder / name).touch()
    with shared_folder(2):
        kept = {path.name for path in folder.iterdir()}
    assert kept == {"people.db", "counter_of_visits.db"}
