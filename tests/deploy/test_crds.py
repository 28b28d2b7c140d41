"""R2: custom resources, by the types and the validators made of their definitions.

TypeScript refuses a field that the definition does not have, the validators a value that it does
not allow. Both are in the packages of ``npm/package-lock.json``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from .chart import BIN, CI_FILES, Json, rendered, run

MODULES = {
    "HTTPRoute": "gateway-api/gateway.networking.k8s.io/v1/HTTPRoute",
    "PrometheusRule": "prometheus-operator/monitoring.coreos.com/v1/PrometheusRule",
    "ScaledObject": "keda/keda.sh/v1alpha1/ScaledObject",
    "ServiceMonitor": "prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor",
}
PACKAGES = BIN.parent / "npm" / "node_modules"
TSC = (
    "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext",
    "--skipLibCheck",
)  # fmt: skip


def problems(objects: Sequence[Json], folder: Path) -> str:
    """What is wrong with custom resources; nothing where they are as their definitions say."""
    (folder / "node_modules").symlink_to(PACKAGES)
    (folder / "package.json").write_text('{"type": "module"}')
    lines = [
        f'import {{{kind}, I{kind}}} from "@kubernetes-models/{module}";'
        for kind, module in MODULES.items()
    ]
    for number, one in enumerate(objects):
        kind = one["kind"]
        lines += [
            f"const o{number}: I{kind} = {json.dumps(one)};",
            f"new {kind}(o{number}).validate();",
        ]
    (folder / "objects.ts").write_text("\n".join(lines))
    typed = run(PACKAGES / ".bin" / "tsc", *TSC, "objects.ts", cwd=folder)
    if typed.returncode:
        return typed.stdout + typed.stderr
    return run("node", "objects.js", cwd=folder).stderr


@pytest.fixture(scope="module")
def custom() -> list[Json]:
    return [one for file in CI_FILES for one in rendered(None, file) if one["kind"] in MODULES]


def test_each_custom_kind_is_among_what_the_values_files_render(custom: list[Json]) -> None:
    assert {one["kind"] for one in custom} == MODULES.keys()


def test_custom_resources_are_as_their_definitions_say(custom: list[Json], tmp_path: Path) -> None:
    assert problems(custom, tmp_path) == ""


SPOILT: list[tuple[str, Json, str]] = [
    ("HTTPRoute", {"parentRef": []}, "'\"parentRef\"' does not exist"),
    ("HTTPRoute", {"hostnames": ["Not A Host"]}, "/spec/hostnames/0 must match pattern"),
    ("ServiceMonitor", {"endpoint": []}, "'\"endpoint\"' does not exist"),
    ("ServiceMonitor", {"endpoints": [{"interval": "15sec"}]}, "/interval must match pattern"),
    ("PrometheusRule", {"rules": []}, "'\"rules\"' does not exist"),
    (
        "PrometheusRule",
        {"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "1", "for": "5minutes"}]}]},
        "/for must match pattern",
    ),
    ("ScaledObject", {"minReplicas": 1}, "'\"minReplicas\"' does not exist"),
    ("ScaledObject", {"pollingInterval": "often"}, "Type 'string' is not assignable"),
]


@pytest.mark.parametrize(("kind", "more", "why"), SPOILT, ids=str)
def test_an_unknown_field_and_a_value_that_cannot_be_are_refused(
    kind: str, more: Json, why: str, custom: list[Json], tmp_path: Path
) -> None:
    one = next(one for one in custom if one["kind"] == kind)
    assert why in problems([one | {"spec": one["spec"] | more}], tmp_path)
