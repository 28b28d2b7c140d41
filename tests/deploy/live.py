"""A real service under a real Prometheus that has the rules and the configuration of deploy/."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

import yaml

from ..serving import Served, fetch, free_port, serving, until
from .chart import CHART, ROOT, of_kind, rendered

Json = dict[str, Any]

PROMETHEUS = shutil.which("prometheus")
PROMTOOL = shutil.which("promtool")
DASHBOARD: Json = json.loads((CHART / "files" / "dashboard.json").read_text())
#: What Grafana would put in for its variables.
FILLED_IN = {"$namespace": ".*", "$job": ".*", "$task": ".*", "$__rate_interval": "1m"}
_OFFSET = re.compile(r" offset \w+")
_COMPARISON = re.compile(r" (==|!=|<=|>=|<|>) (?!bool)")


class Prometheus:
    """The API of a Prometheus."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - as JSON has it
        status, body = fetch(f"{self.url}/api/v1/{path}?{urlencode(parameters)}")
        reply = json.loads(body)
        assert status == 200, reply
        return reply["data"]

    def query(self, expression: str) -> list[Json]:
        """The series of an instant query."""
        found: list[Json] = self.ask("query", query=expression)["result"]
        return found

    def range(self, expression: str, start: float, end: float, step: float) -> list[Json]:
        found: list[Json] = self.ask(
            "query_range", query=expression, start=str(start), end=str(end), step=str(step)
        )["result"]
        return found


def rendered_rules(folder: Path) -> Path:
    """The rules as the chart renders them, in a file as Prometheus and promtool read it."""
    file = folder / "rules.yaml"
    rule = of_kind(rendered({"prometheusRule": {"enabled": True}}), "PrometheusRule")
    file.write_text(yaml.safe_dump(rule["spec"], allow_unicode=True))
    return file


def rules(file: Path) -> list[Json]:
    """All rules of a file."""
    return [one for group in yaml.safe_load(file.read_text())["groups"] for one in group["rules"]]


def panels() -> list[Json]:
    """The panels of the dashboard that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def filled_in(expression: str) -> str:
    """An expression of the dashboard as Grafana sends it."""
    for variable, value in FILLED_IN.items():
        expression = expression.replace(variable, value)
    return expression


def unconditional(expression: str) -> str:
    """An alert's expression that has a value also where it does not hold, and needs no past."""
    return _COMPARISON.sub(r" \1 bool ", _OFFSET.sub("", expression))


@contextmanager
def watched(
    folder: Path, every: str, options: Sequence[str] = ()
) -> Iterator[tuple[Served, Prometheus]]:
    """A service of two workers, and a Prometheus that scrapes it and evaluates its rules."""
    assert PROMETHEUS is not None
    rendered_rules(folder)
    configuration = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": every, "evaluation_interval": every}
    with serving(folder, "--workers", "2", *options) as served:
        (job,) = configuration["scrape_configs"]
        del job["dns_sd_configs"]  # there is no such name here
        job["static_configs"] = [{"targets": [served.url.removeprefix("http://")]}]
        file = folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(configuration))
        address = f"127.0.0.1:{free_port()}"
        with (folder / "prometheus.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    PROMETHEUS,
                    f"--config.file={file}",
                    f"--web.listen-address={address}",
                    f"--storage.tsdb.path={folder / 'data'}",
                ],
                stderr=log,
            )
        try:
            prometheus = Prometheus(f"http://{address}")
            until(lambda: _scrapes(prometheus), (folder / "prometheus.log").read_text)
            yield served, prometheus
        finally:
            process.terminate()
            process.wait(60)


def _scrapes(prometheus: Prometheus) -> bool:
    try:
        return fetch(f"{prometheus.url}/-/ready")[0] == 200 and bool(prometheus.query("up == 1"))
    except (URLError, ConnectionError):
        return False
