"""R3: the rules as the chart renders them, by promtool's check and its unit tests."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from .chart import CHART, ROOT, Json, done, of_kind, rendered, run
from .live import PROMTOOL, rendered_rules, rules

pytestmark = pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool on the path: apt-get install prometheus"
)
CASES: Json = yaml.safe_load((Path(__file__).parent / "rules_test.yaml").read_text())
ALERTS = [one["alert"] for one in rules(CHART / "files" / "rules.yaml") if "alert" in one]


def promtool(*arguments: str | Path) -> str:
    assert PROMTOOL is not None
    return done(PROMTOOL, *arguments)


def unit_tests(rules: Path, alert: str | None = None) -> bool:
    """Whether promtool's unit tests hold for the rules of a file: all, or those of an alert."""
    tests = [
        test
        for test in CASES["tests"]
        if alert in {None, *(case["alertname"] for case in test["alert_rule_test"])}
    ]
    cases = rules.parent / "cases.yaml"
    cases.write_text(yaml.safe_dump(CASES | {"rule_files": [str(rules)], "tests": tests}))
    assert PROMTOOL is not None
    return run(PROMTOOL, "test", "rules", cases).returncode == 0


def test_promtool_finds_no_fault_in_the_rules(tmp_path: Path) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", rendered_rules(tmp_path))


def test_promtool_finds_no_fault_in_the_configuration() -> None:
    promtool("check", "config", ROOT / "deploy" / "prometheus" / "prometheus.yml")


def test_the_rendered_rules_are_those_of_the_file(tmp_path: Path) -> None:
    assert rules(rendered_rules(tmp_path)) == rules(CHART / "files" / "rules.yaml")


def test_each_alert_fires_and_is_silent_as_its_cases_say(tmp_path: Path) -> None:
    assert unit_tests(rendered_rules(tmp_path))


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_that_always_or_never_fires_fails_its_cases(alert: str, tmp_path: Path) -> None:
    file = rendered_rules(tmp_path)
    sound = yaml.safe_load(file.read_text())
    for expression in ("vector(1)", "vector(0) > 1"):
        spoilt = deepcopy(sound)
        for group in spoilt["groups"]:
            for one in group["rules"]:
                if one.get("alert") == alert:
                    one["expr"] = expression
        file.write_text(yaml.safe_dump(spoilt))
        assert not unit_tests(file, alert), expression


def test_each_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    cases = [case for test in CASES["tests"] for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(ALERTS)
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == set(ALERTS)


def test_each_alert_says_what_is_the_matter_and_how_urgent_it_is() -> None:
    for one in rules(CHART / "files" / "rules.yaml"):
        if "alert" in one:
            assert one["labels"]["severity"] in {"critical", "warning", "info"}
            assert one["annotations"].keys() == {"summary", "description"}
            assert one["for"]


def test_each_alert_has_a_section_of_the_runbook_and_each_section_an_alert() -> None:
    text = (ROOT / "deploy" / "RUNBOOK.md").read_text()
    sections = re.findall(r"^### (\w+)$", text, re.MULTILINE)
    assert sections == ALERTS
    for section in text.split("\n### ")[1:]:
        for part in ("**Means**", "**Look**", "**Do**"):
            assert part in section, section.split("\n", 1)[0]


def test_a_runbook_link_leads_to_a_section() -> None:
    values: Json = {"prometheusRule": {"enabled": True, "runbookUrl": "https://example.org/R.md"}}
    spec = of_kind(rendered(values), "PrometheusRule")["spec"]
    links = {
        one["alert"]: one["annotations"]["runbook_url"]
        for group in spec["groups"]
        for one in group["rules"]
        if "alert" in one
    }
    # as GitHub and GitLab name the place of a heading
    assert links == {name: f"https://example.org/R.md#{name.lower()}" for name in ALERTS}
