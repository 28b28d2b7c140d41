"""What the documents say of chart and image is so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .chart import BIN, CHART, ROOT, done, run

GENERATOR = BIN.parent / "npm" / "node_modules" / ".bin" / "readme-generator"


def test_the_charts_readme_has_all_values_as_they_are(tmp_path: Path) -> None:
    shutil.copy2(CHART / "README.md", tmp_path)
    readme = tmp_path / "README.md"
    done(GENERATOR, "--values", CHART / "values.yaml", "--readme", readme)
    assert readme.read_text() == (CHART / "README.md").read_text(), "make helm"


def test_a_value_that_no_line_describes_is_refused(tmp_path: Path) -> None:
    shutil.copy2(CHART / "README.md", tmp_path)
    values = tmp_path / "values.yaml"
    values.write_text((CHART / "values.yaml").read_text() + "another: 1\n")
    readme = tmp_path / "README.md"
    refused = run(GENERATOR, "--values", values, "--readme", readme)
    assert refused.returncode != 0
    assert "another" in refused.stdout + refused.stderr


def test_links_lead_to_files() -> None:
    documents = [
        ROOT / "deploy" / "RUNBOOK.md",
        ROOT / "deploy" / "SCALING.md",
        ROOT / "deploy" / "train" / "k8s" / "README.md",
        CHART / "README.md",
    ]
    for document in documents:
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document}: {link}"


def test_the_charts_and_the_images_version_is_the_packages() -> None:
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert project is not None
    version = project[1]
    assert f'appVersion: "{version}"' in (CHART / "Chart.yaml").read_text()
    for file in ("Dockerfile", "compose.yaml", "train/k8s/trainer.yaml", "train/k8s/vllm.yaml"):
        assert version in (ROOT / "deploy" / file).read_text(), file
