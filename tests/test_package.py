"""What is shipped: the package without torch, the wheel with its data, a lock that pins all."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

import reward_server

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "locks"
PACKAGES = ("reward_server", "trainer_client")

# Runs where importing any of the trainer's libraries fails, as on a machine without them.
SERVE_WITHOUT_TORCH = """
import sys

for name in ("torch", "trl", "transformers", "vllm", "datasets", "accelerate", "peft", "aiohttp"):
    sys.modules[name] = None

from fastapi.testclient import TestClient

from reward_server.app import create_app

with TestClient(create_app()) as client:
    item = {
        "task": "TorF1",
        "network": "toy",
        "station_1": "A",
        "station_2": "B",
        "answer": 1,
        "completion": "\\\\boxed{yes}",
    }
    toy = {"lines": {"1": ["A", "B"]}}
    reply = client.post("/score", json={"networks": {"toy": toy}, "items": [item]})
    assert reply.status_code == 200, reply.text
    assert reply.json()["results"][0]["correct"] is True, reply.text
"""


def test_the_service_imports_and_scores_without_torch() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SERVE_WITHOUT_TORCH], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def build_wheel(folder: Path, compiled: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"REWARD_SERVER_COMPILE": compiled},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(tmp_path: Path) -> None:
    """And, of which tests/compiled knows, the core's extension modules."""
    built = build_wheel(tmp_path, compiled="0")
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*-py3-none-any.whl")
    names = ZipFile(wheel).namelist()
    shipped = {name for name in names if ".dist-info/" not in name}
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == files
    assert {f"{package}/py.typed" for package in PACKAGES} <= shipped
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_a_wheel_is_not_made_where_it_is_unclear_whether_to_compile(tmp_path: Path) -> None:
    built = build_wheel(tmp_path, compiled="yes")
    assert built.returncode != 0
    assert "REWARD_SERVER_COMPILE=yes: expected 1 (" in built.stderr
    assert not list(tmp_path.iterdir())


def test_every_public_name_is_documented() -> None:
    assert reward_server.__all__
    for name in reward_server.__all__:
        assert getattr(reward_server, name).__doc__, name


@pytest.mark.parametrize(
    ("package", "extras"),
    [
        # the service imports what its extras have only where it is asked for
        ("reward_server", {"regions", "report"}),
        ("trainer_client", {"client", "data", "gtfs", "report", "trainer"}),
    ],
)
def test_every_library_that_is_imported_is_declared(package: str, extras: set[str]) -> None:
    # parts that these pin and hand on, what they install, and the names of modules
    part_of = {
        "backports": "backports-zstd",
        "compression": "backports-zstd",  # the same, in Python 3.14
        "markupsafe": "jinja2",
        "PIL": "pillow",
        "pydantic_core": "pydantic",
        "starlette": "fastapi",
        "yaml": "pyyaml",
    }
    used = {
        part_of.get(library, library)
        for path in (ROOT / package).rglob("*.py")
        for library in libraries(path)
    }
    # an adapter imports the framework that loads it
    used -= {*PACKAGES, "swift"}
    used = {library.replace("_", "-") for library in used}
    assert used <= declared("dependencies").union(*map(declared, extras))


def libraries(path: Path) -> Iterator[str]:
    """The first names of all that a file imports from outside its package and Python."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [node.module]
        else:
            continue
        yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names


def declared(table: str) -> set[str]:
    """The names of the packages that pyproject.toml asks for: dependencies, or an extra's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = project[table] if table in project else project["optional-dependencies"][table]
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements}


def packages(lock: Path) -> dict[str, str]:
    """name -> the text of its entry: version, marker, hashes."""
    entries = re.split(r"\n(?=[a-z])", re.sub(r"#.*\n", "", lock.read_text()).strip())
    return {entry.split("==")[0]: entry for entry in entries}


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*")), ids=lambda lock: lock.name)
def test_the_lock_pins_every_package_by_version_and_hash(lock: Path) -> None:
    assert "://" not in lock.read_text(), "no registry is named"
    for package, entry in packages(lock).items():
        assert re.match(rf"{package}==\S+.* \\\n    --hash=sha256:[0-9a-f]{{64}}", entry), entry


def test_the_locks_hold_what_the_project_asks_for_and_agree() -> None:
    service = packages(LOCKS / "service.lock")
    dev = packages(LOCKS / "dev.lock")
    assert declared("dependencies") <= service.keys()
    extras = ("dev", "client", "data", "gtfs", "report")
    assert set().union(*map(declared, extras)) - {"reward-server"} <= dev.keys()
    build = packages(LOCKS / "build.lock")
    assert service.items() | build.items() <= dev.items()
    assert {"hatchling", "mypy", "setuptools"} <= build.keys()
    assert "torch" not in dev


def test_the_lock_of_the_training_tests_holds_what_the_trainer_side_asks_for() -> None:
    training = packages(LOCKS / "training.lock")
    assert declared("dependencies") | declared("client") | declared("data") <= training.keys()
    # which file of it a machine gets is the machine's affair: the Makefile installs it apart
    assert "torch" not in training
