"""The bundled batch tells the truth about the bundled networks, and the demo runs end to end."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from itertools import takewhile
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from reward_server import Scorer, demo
from reward_server.core.transit.network import Network
from reward_server.networks.load import load_bundled
from reward_server.profiles import ROBUST

ITEMS = demo.batch()
NETWORKS = load_bundled()

# The ids say what is shown; these are the ones that a careful person would call right.
RIGHT = {
    "optimal",
    "chinese-counts",
    "miscounted",  # the route is right, its via counts are not
    "around-the-loop",
    "wrong-branch",  # the route is right, its via stops are not
    "markdown-and-a-slip",
    "a-transfer-too-many",  # rideable, if not the best
    "same-line",
    "no-box",
    "letter-with-stops",
    "with-a-unit",
    "all-lines",
}


def gold(item: dict[str, Any], network: Network) -> object:
    """What the network says about the item's question."""

    def lines(name: str) -> set[int]:
        return set(network.lines_at[network.station(name)])

    match item["task"]:
        case "planning":
            ends = network.station(item["station_1"]), network.station(item["station_2"])
            return network.rides(*ends) - 1
        case "TorF1":
            return int(bool(lines(item["station_1"]) & lines(item["station_2"])))
        case "TorF2":
            names = {network.lines[line].name for line in lines(item["station_1"])}
            return int(item["station_2"] in names)
        case "Counting1":
            ends = network.station(item["station_1"]), network.station(item["station_2"])
            ways = {
                str(len(way))
                for line in lines(item["station_1"]) & lines(item["station_2"])
                for way in network.lines[line].between(*ends)
            }
            (letter,) = (n for n, option in enumerate(item["options"]) if option in ways)
            return letter
        case "Counting2":
            return len(lines(item["station_1"]))
        case "Counting3":
            return len(network.lines)
    raise AssertionError(item["task"])


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_the_gold_of_each_item_is_what_its_network_says(item: dict[str, Any]) -> None:
    given = item["question_transfer_count" if item["task"] == "planning" else "answer"]
    assert given == gold(item, NETWORKS[item["network"]])


def test_the_batch_shows_every_task_and_every_form() -> None:
    assert {item["task"] for item in ITEMS} == set(ROBUST.tasks)
    forms = {item["question_form"] for item in ITEMS if item["task"] == "planning"}
    assert forms == {"short", "via_count", "via_stops"}
    assert {item["difficulty_city"] for item in ITEMS} == {"easy", "middle", "hard"}


def test_each_completion_is_judged_as_its_id_says() -> None:
    results = Scorer().score(ITEMS)
    assert {result["status"] for result in results} == {"ok"}
    assert {result["id"] for result in results if result["correct"]} == RIGHT


def test_the_demo_serves_scores_prints_and_stops() -> None:
    command = [sys.executable, "-m", "reward_server.demo", "--once", "--port", "0"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    for item in ITEMS:
        assert f" {item['id']} " in run.stdout
    assert "16.00" in run.stdout
    assert "Traceback" not in run.stderr


def test_the_demo_serves_until_it_is_interrupted() -> None:
    command = [sys.executable, "-m", "reward_server.demo", "--port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # so that the interrupt reaches demo and server, as Ctrl-C does
    ) as process:
        assert process.stdout is not None
        lines = list(takewhile(lambda line: line != "Serving until Ctrl-C.\n", process.stdout))
        (curl,) = (shlex.split(line) for line in lines if line.startswith("curl "))
        url, body = curl[2], curl[-1].encode()
        request = Request(url, body, {"Content-Type": "application/json"})
        with urlopen(request) as reply:
            assert json.load(reply)["results"][0]["reward"] == 24.0
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    with pytest.raises(URLError):
        urlopen(request)


def test_a_taken_port_is_left_alone() -> None:
    with socket.socket() as taken:
        taken.bind((demo.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port(port) != port
