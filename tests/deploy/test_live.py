"""R4: a real Prometheus reads the real service under load; each rule and panel has something."""

from __future__ import annotations

import math
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import promql_parser
import pytest

from ..serving import fetch, until
from .chart import CHART, ROOT, Json
from .live import (
    DASHBOARD,
    PROMETHEUS,
    PROMTOOL,
    Prometheus,
    filled_in,
    panels,
    rules,
    unconditional,
    watched,
)
from .load import train
from .picture import draw

pytestmark = pytest.mark.skipif(
    PROMETHEUS is None, reason="no prometheus on the path: apt-get install prometheus"
)
SECONDS = 30.0
RULES = rules(CHART / "files" / "rules.yaml")
RECORDED = [one for one in RULES if "record" in one]
ALERTS = [one for one in RULES if "alert" in one]


class Seen(NamedTuple):
    prometheus: Prometheus
    page: str
    """What the service says at /metrics."""
    start: float
    end: float


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A Prometheus that has watched a service under load."""
    folder = tmp_path_factory.mktemp("live")
    with watched(folder, "1s") as (served, prometheus):
        start = time.time()
        train(served.url, SECONDS)
        last = RECORDED[-1]["record"]
        until(lambda: bool(prometheus.query(last)))
        yield Seen(prometheus, fetch(f"{served.url}/metrics")[1], start, time.time())


def values(series: list[Json]) -> list[float]:
    return [float(one["value"][1]) for one in series]


def test_prometheus_evaluates_all_rules_without_a_fault(seen: Seen) -> None:
    found = [one for group in seen.prometheus.ask("rules")["groups"] for one in group["rules"]]
    assert len(found) == len(RULES)
    assert {one["health"] for one in found} == {"ok"}


@pytest.mark.parametrize("rule", RECORDED, ids=lambda rule: rule["record"])
def test_a_recording_rule_records(rule: Json, seen: Seen) -> None:
    recorded = values(seen.prometheus.query(rule["record"]))
    assert recorded
    assert all(map(math.isfinite, recorded))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_what_an_alert_looks_at_is_there(rule: Json, seen: Seen) -> None:
    expression = unconditional(rule["expr"])
    for selector in selectors(promql_parser.parse(expression)):
        assert seen.prometheus.query(selector), selector
    if " unless " not in expression:  # which has nothing to say as long as all is well
        assert seen.prometheus.query(expression)


def selectors(expression: promql_parser.Expr) -> list[str]:
    """All that an expression reads, each as an instant query."""
    text = expression.prettify()
    found = re.findall(r"(?<![\w:])([a-z]\w*:\w+:\w+|reward_server_\w+|up)(\{[^}]*\})?", text)
    assert found, text
    return [name + labels for name, labels in found]


@pytest.mark.parametrize(
    ("title", "expression"),
    [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]],
)
def test_a_panel_has_something_to_show(title: str, expression: str, seen: Seen) -> None:
    shown = values(seen.prometheus.query(filled_in(expression)))
    assert shown, title
    assert all(map(math.isfinite, shown))


def test_each_variable_of_the_dashboard_has_values_to_choose_from(seen: Seen) -> None:
    asked = [one for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
    assert [one["name"] for one in asked] == ["namespace", "job", "task"]
    for one in asked[1:]:  # there are namespaces only where there is Kubernetes
        selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", one["definition"]).groups()  # type: ignore[union-attr]  # fails where it is none
        found = seen.prometheus.ask(f"label/{label}/values", **{"match[]": filled_in(selector)})
        assert found


def test_the_annotations_find_alerts_by_the_names_they_have() -> None:
    (annotation,) = DASHBOARD["annotations"]["list"]
    pattern = re.search(r'alertname=~"([^"]+)"', annotation["expr"])
    assert pattern is not None
    assert all(re.fullmatch(pattern[1], one["alert"]) for one in ALERTS)


def test_shares_are_between_nothing_and_all(seen: Seen) -> None:
    shares = [one["record"] for one in RECORDED if ":ratio_" in one["record"]]
    assert len(shares) >= 6
    for share in shares:
        assert all(0 <= value <= 1 for value in values(seen.prometheus.query(share))), share


def test_promtool_finds_no_fault_in_the_metrics(seen: Seen, tmp_path: Path) -> None:
    assert PROMTOOL is not None
    page = tmp_path / "page"
    page.write_text(seen.page)
    with page.open("rb") as given:
        checked = subprocess.run(
            [PROMTOOL, "check", "metrics"], stdin=given, capture_output=True, text=True, check=False
        )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_panels_are_drawn_from_what_prometheus_has(seen: Seen) -> None:
    folder = ROOT / "build" / "deploy"
    folder.mkdir(parents=True, exist_ok=True)
    lines = draw(seen.prometheus, seen.start, seen.end, folder / "dashboard.png")
    assert lines > len(panels())
    assert (folder / "dashboard.png").stat().st_size > 10_000
