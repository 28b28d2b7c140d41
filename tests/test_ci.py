"""The public CI runs what ``.ci/run`` runs, and both name targets that the Makefile has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
#: part -> minutes
PARTS = dict(re.findall(r"\[([a-z-]+)\]=(\d+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8")))


def jobs_of(workflow: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    assert jobs
    return jobs


def test_the_public_ci_runs_every_part_of_ci_run_and_no_other() -> None:
    job = jobs_of(ROOT / ".github" / "workflows" / "ci.yml")["check"]
    assert set(job["strategy"]["matrix"]["part"]) == PARTS.keys() != set()
    assert job["steps"][-1]["run"] == ".ci/run ${{ matrix.part }}"
    assert job["container"]["image"].startswith("python:3.11-")
    assert job["timeout-minutes"] > max(map(int, PARTS.values()))


def test_every_target_that_ci_names_is_made() -> None:
    steps = [
        step.get("run", "")
        for workflow in WORKFLOWS
        for job in jobs_of(workflow).values()
        for step in job["steps"]
    ]
    named = set(re.findall(r"\bmake (?:-\S+ )*([a-z-]+)", "\n".join(steps)))
    assert "nightly" in named
    assert (named | PARTS.keys()) - TARGETS == set()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/nightly.md"])
def test_every_target_that_a_page_names_is_made(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make\s(?:-\S+\s)*([a-z-]+)", page, re.MULTILINE))
    assert named
    assert named - TARGETS == set()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_their_major_version(workflow: Path) -> None:
    used = re.findall(r"uses: *(\S+)", workflow.read_text(encoding="utf-8"))
    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", name)] == []


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name
)
def test_an_issue_form_asks_for_something(form: Path) -> None:
    read = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= read.keys()
    assert any(part.get("validations", {}).get("required") for part in read["body"])
