"""The wheel's core is compiled, and is the core of the sources. ``make test-compiled`` runs this.

So it does the tests of the core: they find the wheel's, not the checkout's.
"""

from __future__ import annotations

import os
import pkgutil
import shutil
import subprocess
import sys
import tarfile
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.metadata import distribution
from itertools import zip_longest
from pathlib import Path
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

import reward_server
import reward_server.core
from reward_server.app import create_app

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(reward_server.__file__).parent
CORE = INSTALLED / "core"
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


def test_a_source_distribution_becomes_the_same_wheel(tmp_path: Path) -> None:
    (source,) = built(tmp_path, "sdist", ROOT)
    with tarfile.open(source) as file:
        file.extractall(tmp_path, filter="data")
    (wheel,) = built(tmp_path, "wheel", tmp_path / source.name.removesuffix(".tar.gz"))
    shipped = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    core = {f"reward_server/core/{path.relative_to(CORE)}" for path in CORE.rglob("*.py")}
    extensions = {name.removesuffix(".py") + EXTENSION_SUFFIXES[0] for name in core}
    assert {name for name in shipped if name.endswith(EXTENSION_SUFFIXES[0])} == {
        *extensions,
        f"reward_server__mypyc{EXTENSION_SUFFIXES[0]}",
    }
    assert core < shipped


def test_without_a_compiler_the_wheel_is_pure_python_and_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (wheel,) = built(tmp_path, "wheel", ROOT, {"CC": "false", "REWARD_SERVER_COMPILE": ""})
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not [name for name in ZipFile(wheel).namelist() if name.endswith(EXTENSION_SUFFIXES[0])]
    assert "WARNING: the core could not be compiled" in capfd.readouterr().err


def test_without_a_compiler_there_is_no_wheel_that_must_be_compiled(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert built(tmp_path, "wheel", ROOT, {"CC": "false", "REWARD_SERVER_COMPILE": "1"}) == []
    assert "CompileError" in capfd.readouterr().err


def test_an_editable_install_needs_no_compiler(tmp_path: Path) -> None:
    (wheel,) = built(tmp_path, "wheel:editable", ROOT, {"CC": "false"})
    assert wheel.name.endswith("-py3-none-any.whl")


def built(
    folder: Path, target: str, root: Path, variables: dict[str, str] | None = None
) -> list[Path]:
    """What hatchling makes, compiled if not said otherwise; nothing where it fails."""
    made = folder / target.replace(":", "-")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(made)],
        cwd=root,
        env=os.environ | {"REWARD_SERVER_COMPILE": "1"} | (variables or {}),
        check=False,
    )
    return [path for path in made.iterdir() if path.suffix in {".gz", ".whl"}]


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
