"""Prometheus itself reads a service of two workers under load, and reads what is so.

Needs Prometheus's binary, and is skipped without it. CI installs Debian's package:
``apt-get install -y --no-install-recommends prometheus`` (see .ci/run).
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import URLError
from urllib.parse import quote

import pytest
from prometheus_client.mmap_dict import MmapedDict

from .serving import Served, fetch, free_port, serving, until

Json = dict[str, Any]

BINARY = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(
    BINARY is None, reason="no prometheus on the path: apt-get install prometheus"
)
CLIENTS, BATCHES, ITEMS = 6, 40, 24
SCRAPED_EVERY = "1s"
PLANNING = {
    "task": "planning",
    "network": "toy",
    "station_1": "A Station",
    "station_2": "C Station",
    "completion": "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: C Station",
}
TOY = {"toy": {"lines": {"Line 1": ["A Station", "B Station", "C Station"]}}}


class Prometheus:
    """A Prometheus that scrapes one server every second."""

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expression: str) -> dict[tuple[str, ...], float]:
        """Values of an instant query by the values of their labels, sorted by label."""
        _, body = fetch(f"{self.url}/api/v1/query?query={quote(expression)}")
        series = json.loads(body)["data"]["result"]
        return {
            tuple(value for _, value in sorted(one["metric"].items())): float(one["value"][1])
            for one in series
        }

    def total(self, expression: str) -> float:
        return sum(self.query(expression).values())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    with serving(tmp_path, "--workers", "2", variables=variables) as served:
        yield served


@pytest.fixture
def prometheus(served: Served, tmp_path: Path) -> Iterator[Prometheus]:
    assert BINARY is not None
    configuration = {
        "global": {"scrape_interval": SCRAPED_EVERY},
        "scrape_configs": [
            {
                "job_name": "reward_server",
                "static_configs": [{"targets": [served.url.removeprefix("http://")]}],
            }
        ],
    }
    file = tmp_path / "prometheus.yml"
    file.write_text(json.dumps(configuration))  # JSON is YAML
    address = f"127.0.0.1:{free_port()}"
    command = [BINARY, f"--config.file={file}", f"--web.listen-address={address}"]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--storage.tsdb.path={tmp_path / 'data'}"], stderr=log
        )
    try:
        prometheus = Prometheus(f"http://{address}")
        until(lambda: is_scraping(prometheus))
        yield prometheus
    finally:
        process.terminate()
        process.wait(60)


def is_scraping(prometheus: Prometheus) -> bool:
    try:
        return fetch(f"{prometheus.url}/-/ready")[0] == 200 and prometheus.total("up") == 1
    except (URLError, ConnectionError):
        return False


def some_item(chance: random.Random, group: str) -> Json:
    """An item of any outcome: right, wrong, unreadable, or in error."""
    items: list[Json] = [
        PLANNING,
        PLANNING | {"completion": "I do not know"},
        PLANNING | {"network": "nowhere"},
        PLANNING | {"station_1": "Z Station"},
        {"task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"},
        {"task": "TorF2", "answer": 1, "completion": "\\boxed{no}"},
        {"task": "Counting2", "answer": 3, "completion": "\\boxed{4}"},
        {"task": "Counting3", "answer": 3, "completion": ""},
        {"task": "Counting3", "completion": "\\boxed{3}"},
    ]
    return chance.choice(items) | {"group": group}


def test_its_totals_are_what_the_clients_counted(served: Served, prometheus: Prometheus) -> None:
    counts: Counter[tuple[str, ...]] = Counter()
    points: Counter[str] = Counter()

    def client(number: int) -> list[tuple[list[Json], Json]]:
        chance = random.Random(number)  # noqa: S311 - the same items on every run
        answered = []
        for batch in range(BATCHES):
            items = [some_item(chance, f"{batch}-{n // 4}") for n in range(ITEMS)]
            status, body = fetch(f"{served.url}/score", {"networks": TOY, "items": items})
            assert status == 200
            answered.append((items, json.loads(body)))
            assert fetch(f"{served.url}/score", {"items": [{}]})[0] == 422
            assert fetch(f"{served.url}/score", {"items": [], "expect_fingerprint": "x"})[0] == 409
        return answered

    with ThreadPoolExecutor(CLIENTS) as clients:
        answered = [one for some in clients.map(client, range(CLIENTS)) for one in some]
    for items, reply in answered:
        for item, result in zip(items, reply["results"], strict=True):
            task = item["task"]
            counts["items", result["status"], task] += 1
            if result["status"] == "ok":
                counts["correct", task] += result["correct"]
                points[task] += result["reward"]
                for signal_ in result["signals"]:
                    counts["signals", signal_] += 1
            else:
                counts["errors", result["error"]["kind"]] += 1
        tasks = {item["group"]: item["task"] for item in items}
        for label, group in reply["groups"].items():
            if group["size"] > 1:
                counts["groups", tasks[label]] += 1
                counts["zero_variance", tasks[label]] += group["zero_variance"]
    requests = CLIENTS * BATCHES
    until(
        lambda: prometheus.total('reward_server_requests_total{route="/score"}') == 3 * requests,
        lambda: prometheus.query("reward_server_requests_total > 0"),
    )

    def read(expression: str) -> dict[tuple[str, ...], float]:
        return {labels: value for labels, value in prometheus.query(expression).items() if value}

    def counted(what: str) -> dict[tuple[str, ...], float]:
        return {
            labels[1:]: value for labels, value in counts.items() if labels[0] == what and value
        }

    assert read('sum by (status) (reward_server_requests_total{route="/score"})') == {
        ("200",): requests,
        ("409",): requests,
        ("422",): requests,
    }
    assert read("sum by (reason) (reward_server_refused_total)") == {
        ("malformed",): requests,
        ("fingerprint",): requests,
    }
    assert read("sum by (status, task) (reward_server_items_total)") == counted("items")
    assert read("sum by (kind) (reward_server_item_errors_total)") == counted("errors")
    assert read("sum by (task) (reward_server_correct_total)") == counted("correct")
    assert read("sum by (signal) (reward_server_signals_total)") == counted("signals")
    assert read("sum by (task) (reward_server_groups_total)") == counted("groups")
    zero_variance = read("sum by (task) (reward_server_zero_variance_groups_total)")
    assert zero_variance == counted("zero_variance")
    ok = {labels[1:]: n for labels, n in counted("items").items() if labels[0] == "ok"}
    assert read("sum by (task) (reward_server_reward_count)") == ok
    sums = prometheus.query(
        'sum by (task) (reward_server_reward_points_total{sign="plus"})'
        ' - sum by (task) (reward_server_reward_points_total{sign="minus"})'
    )
    for task, total in points.items():
        assert math.isclose(sums[task,], total, abs_tol=1e-6)
    assert prometheus.total("reward_server_batch_items_sum") == requests * ITEMS
    assert prometheus.total('reward_server_request_seconds_count{route="/score"}') == 3 * requests
    assert prometheus.total("reward_server_items_in_flight") == 0
    assert prometheus.total("reward_server_workers") == 2


def in_flight(gauges: Path) -> float:
    """What one worker has written of its items in flight."""
    values = MmapedDict.read_all_values_from_file(str(gauges))  # type: ignore[no-untyped-call]
    return float(next(value for key, value, *_ in values if "items_in_flight" in key))


def kill_a_busy_worker(folder: Path) -> int:
    """Kill a worker in the midst of a batch; its process id."""
    while True:
        for gauges in folder.glob("gauge_livesum_*.db"):
            pid = int(gauges.stem.rpartition("_")[2])
            os.kill(pid, signal.SIGSTOP)  # so that it is no further when it is killed
            if in_flight(gauges):
                os.kill(pid, signal.SIGKILL)
                return pid
            os.kill(pid, signal.SIGCONT)


def test_after_a_worker_is_killed_gauges_are_right_and_counts_are_kept(
    served: Served, prometheus: Prometheus, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    over = Event()
    items = "sum(reward_server_items_total)"

    def client(_: int) -> tuple[int, int]:
        """Items that were answered, and those whose connection broke."""
        answered = broken = 0
        while not over.is_set():
            try:
                body = {"networks": TOY, "items": [PLANNING] * 2000}
                assert fetch(f"{served.url}/score", body)[0] == 200
                answered += 2000
            except (URLError, ConnectionError, HTTPException):
                broken += 2000
        return answered, broken

    with ThreadPoolExecutor(4) as clients:
        running = [clients.submit(client, number) for number in range(4)]
        try:
            until(lambda: prometheus.total(items) >= 8000)
            until(lambda: prometheus.total("reward_server_items_in_flight") > 0)
            killed = kill_a_busy_worker(folder)
            before = prometheus.total(items)
            until(lambda: prometheus.total(items) > before + 8000)
            until(lambda: prometheus.total("reward_server_workers") == 2)
        finally:
            over.set()
        answered, broken = (
            sum(column) for column in zip(*(one.result() for one in running), strict=True)
        )
    assert broken > 0  # or nothing was in flight
    until(lambda: prometheus.total("reward_server_items_in_flight") == 0)
    assert not (folder / f"gauge_livesum_{killed}.db").exists()
    # what was counted in a reply that never arrived may be there besides
    until(lambda: answered <= prometheus.total(items) <= answered + broken)
    settled = prometheus.total(items)
    assert fetch(f"{served.url}/score", {"networks": TOY, "items": [PLANNING] * 7})[0] == 200
    until(lambda: prometheus.total(items) == settled + 7)
    until(lambda: prometheus.total("reward_server_workers") == 2)


def test_a_new_start_counts_from_nothing_in_the_same_folder(tmp_path: Path) -> None:
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    for _ in range(2):
        with serving(tmp_path, "--workers", "2", variables=variables) as served:
            assert (
                'reward_server_items_total{status="ok",task="planning"} 0.0'
                in (fetch(f"{served.url}/metrics")[1])
            )
            fetch(f"{served.url}/score", {"networks": TOY, "items": [PLANNING]})
            _, page = fetch(f"{served.url}/metrics")
            assert 'reward_server_items_total{status="ok",task="planning"} 1.0' in page
