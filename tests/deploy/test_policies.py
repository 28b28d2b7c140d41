"""R6: checkov says nothing of chart, manifests and Dockerfiles but what is skipped here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .chart import BIN, CHART, ROOT

CHECKOV = BIN.parent / "checkov" / "bin" / "checkov"
#: A check that is not followed, and why.
SKIPPED = {
    "CKV_DOCKER_7": "the base is an argument, whose default has its tag",
    "CKV_K8S_11": "a limit of CPU would throttle trainer and vLLM beside their GPUs",
    "CKV_K8S_15": "tags are of releases and do not move: no need to pull each time",
    "CKV_K8S_21": "the namespace is the installer's choice",
    "CKV_K8S_35": "the trainer reads its token from the environment; the service has a file",
    "CKV_K8S_43": "the registry is the installer's, and with it the digest: image.digest",
    "CKV_K8S_8": "the pod of helm test ends by itself; test_objects.py holds the service's probes",
    "CKV_K8S_9": "likewise",
    "CKV2_K8S_6": "networkPolicy.enabled, once it is known who calls; helm test has no server",
}
EVERYTHING = CHART / "ci" / "everything-values.yaml"


def checkov(framework: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(CHECKOV), "--framework", framework, "--skip-check", ",".join(SKIPPED),
            "--compact", "--quiet", "--skip-download", *map(str, arguments),
        ],
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"},  # it calls helm
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("framework", "arguments"),
    [
        ("helm", ["-d", CHART, "--var-file", EVERYTHING]),
        ("kubernetes", ["-d", ROOT / "deploy" / "train" / "k8s"]),
        ("dockerfile", ["-f", ROOT / "deploy" / "Dockerfile"]),
        ("dockerfile", ["-f", ROOT / "deploy" / "train" / "Dockerfile"]),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value[1]).rsplit("/", 1)[-1],
)
def test_policies_are_kept(framework: str, arguments: list[str | Path]) -> None:
    checked = checkov(framework, *arguments)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_chart_that_runs_as_root_does_not_pass(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(CHART, chart)
    values = chart / "values.yaml"
    sound = values.read_text()
    assert "allowPrivilegeEscalation: false" in sound
    values.write_text(
        sound.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    )
    checked = checkov("helm", "-d", chart)
    assert checked.returncode != 0
    assert "CKV_K8S_20" in checked.stdout  # also: the charts are really looked at
