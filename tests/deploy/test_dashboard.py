"""The dashboard as Grafana would read it; what its expressions return is in ``test_live.py``."""

from __future__ import annotations

import re
from itertools import combinations

import promql_parser
import pytest

from .chart import CHART, Json
from .live import DASHBOARD, filled_in, panels, rules

VARIABLES = {one["name"] for one in DASHBOARD["templating"]["list"]}
GRAFANAS = {"__rate_interval"}


def expressions() -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


def test_the_trainers_panels_stand_above_the_services() -> None:
    rows = [one for one in DASHBOARD["panels"] if one["type"] == "row"]
    assert [row["title"] for row in rows] == ["Training", "Service"]
    below = rows[1]["gridPos"]["y"]
    training = [one["title"] for one in panels() if one["gridPos"]["y"] < below]
    assert training == [
        "Reward by task",
        "Components",
        "Correct",
        "Groups that teach nothing",
        "Parse failures",
        "Signals",
    ]


def test_panels_have_their_own_number_and_place() -> None:
    numbers = [one["id"] for one in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)

    def cells(panel: Json) -> set[tuple[int, int]]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        return {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }

    for one, other in combinations(DASHBOARD["panels"], 2):
        assert not cells(one) & cells(other), (one["title"], other["title"])


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: Json) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"]["uid"] == "${datasource}"
    letters = [target["refId"] for target in panel["targets"]]
    assert len(set(letters)) == len(letters)
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize(("title", "expression"), expressions())
def test_an_expression_parses_and_uses_known_variables(title: str, expression: str) -> None:
    assert set(re.findall(r"\$(\w+)", expression)) <= VARIABLES | GRAFANAS, title
    assert "$" not in filled_in(expression)
    promql_parser.parse(filled_in(expression))


def test_each_recorded_series_is_shown_or_watched() -> None:
    all_rules = rules(CHART / "files" / "rules.yaml")
    used = "\n".join([*(expr for _, expr in expressions()), *(one["expr"] for one in all_rules)])
    for one in all_rules:
        if "record" in one:
            assert one["record"] in used, one["record"]
    recorded = {one["record"] for one in all_rules if "record" in one}
    named = set(re.findall(r"\bjob\w*:\w+:\w+", used))
    assert named <= recorded
