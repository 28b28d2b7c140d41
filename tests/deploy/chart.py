"""The chart as helm renders it, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import yaml

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "reward-server"
CI_FILES = sorted((CHART / "ci").glob("*-values.yaml"))
#: Where the tools of .venv-deploy are.
BIN = Path(sys.executable).parent
RELEASE, NAMESPACE = "demo", "rewards"


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command that has ended, however it has."""
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=cwd, check=False
    )


def done(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a command writes that must not fail."""
    ended = run(*command, cwd=cwd)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def rendered(values: Json | None = None, *files: Path) -> list[Json]:
    """The objects of a release with ``values`` over those of ``files``."""
    text = done(*_template(values, files))
    return [one for one in yaml.safe_load_all(text) if one is not None]


def notes(values: Json | None = None) -> str:
    """What helm tells whoever installs a release with ``values``.

    ``helm install`` needs a cluster for it, even to try. So a copy of the chart has the same
    template as a part of an object.
    """
    with TemporaryDirectory() as folder:
        chart = Path(folder) / CHART.name
        copytree(CHART, chart)
        (chart / "templates" / "NOTES.txt").rename(chart / "notes.txt")
        told = '{"kind": "Notes", "notes": {{ tpl (.Files.Get "notes.txt") . | toJson }}}'
        (chart / "templates" / "notes.yaml").write_text(told)
        objects = yaml.safe_load_all(done(*_template(values, (), chart)))
        (text,) = (one["notes"] for one in objects if one and one["kind"] == "Notes")
        assert isinstance(text, str)
        return text


def refusal(values: Json) -> str:
    """What helm says where it refuses ``values``."""
    ended = run(*_template(values, ()))
    assert ended.returncode != 0, f"{values} is accepted"
    return ended.stderr


def _template(values: Json | None, files: Sequence[Path], chart: Path = CHART) -> list[str | Path]:
    command: list[str | Path] = [BIN / "helm", "template", RELEASE, chart, "--namespace", NAMESPACE]
    for file in files:
        command += ["--values", file]
    # JSON is YAML, and a whole value at a time is not merged into lists
    for name, value in (values or {}).items():
        command += ["--set-json", f"{name}={json.dumps(value)}"]
    return command


def of_kind(objects: Sequence[Json], kind: str) -> Json:
    """The only object of a kind."""
    (found,) = (one for one in objects if one["kind"] == kind)
    return found


def kinds(objects: Sequence[Json]) -> set[str]:
    return {one["kind"] for one in objects}


def pod_of(one: Json) -> Json | None:
    """The pod that an object makes, if it makes any."""
    if one["kind"] == "Pod":
        return one
    template: Json | None = one.get("spec", {}).get("template")
    return template if template and "containers" in template.get("spec", {}) else None


def container(objects: Sequence[Json]) -> Json:
    """The service's container."""
    found: Json = of_kind(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    return found


def variables(objects: Sequence[Json]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container(objects)["env"]}
