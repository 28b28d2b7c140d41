"""The wheel's core is compiled, and is the core of the sources. ``make test-compiled`` runs this.

So it does the tests of the core: they find the wheel's, not the checkout's.
"""

from __future__ import annotations

import os
import pkgutil
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.machinery import ExtensionFileLoader
from importlib.metadata import distribution
from itertools import zip_longest
from pathlib import Path

from fastapi.testclient import TestClient

import reward_server
import reward_server.core
from reward_server.app import create_app

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(reward_server.__file__).parent
OUTCOMES = Path(__file__).with_name("outcomes.py")


def test_every_module_of_the_core_is_compiled() -> None:
    names = [
        found.name
        for found in pkgutil.walk_packages(reward_server.core.__path__, "reward_server.core.")
    ]
    assert len(names) > 20
    interpreted = [
        name
        for name in ("reward_server.core", *names)
        if not isinstance(import_module(name).__loader__, ExtensionFileLoader)
    ]
    assert interpreted == []


def test_the_installed_sources_are_those_of_the_checkout() -> None:
    ours, theirs = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}
        for folder in (ROOT / "reward_server", INSTALLED)
    )
    assert INSTALLED != ROOT / "reward_server"
    assert theirs == ours


def test_the_wheel_is_for_this_python_alone() -> None:
    said = distribution("reward-server").read_text("WHEEL")
    assert said is not None
    assert "Root-Is-Purelib: false" in said
    assert f"Tag: cp{sys.version_info.major}{sys.version_info.minor}-" in said
    assert "none-any" not in said


def test_the_service_says_that_its_core_is_compiled() -> None:
    with TestClient(create_app()) as client:
        assert client.get("/metadata").json()["versions"]["core"] == "compiled"


def test_it_scores_as_the_sources_do_and_has_their_fingerprint(tmp_path: Path) -> None:
    """To the last digit, in every part of the breakdown, under all profiles."""
    shutil.copytree(
        INSTALLED, tmp_path / "reward_server", ignore=shutil.ignore_patterns("*.so", "*.pyd")
    )
    files = [tmp_path / form for form in ("compiled", "interpreted")]
    for file, path in zip(files, ("", str(tmp_path)), strict=True):
        command = [sys.executable, str(OUTCOMES), str(file)]
        # sets are printed in one order
        settings = {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        subprocess.run(command, env=os.environ | settings, check=True)
    with files[0].open(encoding="utf-8") as one, files[1].open(encoding="utf-8") as other:
        assert (next(one), next(other)) == ("compiled\n", "interpreted\n")
        lines = 0
        for lines, (ours, theirs) in enumerate(zip_longest(one, other), 1):  # noqa: B007
            assert ours == theirs
    assert lines > 30_000
