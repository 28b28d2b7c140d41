"""Imports go one way, cli -> app -> api -> scorer -> networks -> core, and core is pure.

So they do in trainer_client, which knows little of reward_server: a table says what each part may.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "reward_server"
TRAINER = PACKAGE.with_name("trainer_client")

# What core may use: modules that read no file, clock, environment or network and keep no state.
PURE = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "fractions",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "networkx",
    "rapidfuzz",
    # only where many boxes are assigned, and only if it is installed; core imports without it
    "scipy",
}

# What would reach outside without an import.
IMPURE_NAMES = {"open", "print", "input", "eval", "exec", "__import__", "breakpoint"}

# The parts of the package, from the ground up: each may import itself and those before it.
LAYERS = [
    "core",
    "files",
    "networks",
    "drawing",
    "wire",
    "profiles",
    "profile_files",
    "fingerprint",
    "scorer",
    "metadata",
    "score_file",
    "own",
    "benchmark",
    "settings",
    "logs",
    "api",
    "explorer",
    "openapi",
    "app",
    "serve",
    "cli",
    "demo",
]


# What each part of trainer_client may import of itself, and of reward_server; a module that may
# more than its package stands by itself.
_CLIENT, _WIRE = "trainer_client.client", "reward_server.wire"
_MAPS = ("reward_server.core", "reward_server.networks", "reward_server.drawing")
TRAINER_PARTS = {
    "client": (_CLIENT, _WIRE),
    "client.embedded": (
        _CLIENT,
        _WIRE,
        "reward_server.scorer",
        "reward_server.metadata",
        "reward_server.core.budget",
        "reward_server.networks.inline",
    ),
    "adapters": ("trainer_client.adapters", _CLIENT, _WIRE),
    "data": ("trainer_client.data", "trainer_client.client.errors", _WIRE, *_MAPS),
    "training": ("trainer_client.training", "trainer_client.data", _CLIENT, _WIRE),
    "commands": (
        "trainer_client.commands",
        _CLIENT,
        _WIRE,
        # what its commands share with those of reward-server: tallies, the bundled batch and cities
        "reward_server.score_file",
        "reward_server.demo",
        "reward_server.networks",
    ),
    # the public paths, and the command line
    "": (_CLIENT, _WIRE),
    "trl": ("trainer_client.training",),
    "curriculum": ("trainer_client.training", "trainer_client.data.stages"),
    "cli": ("trainer_client", _WIRE),
}


def modules(part: str = "", package: Path = PACKAGE) -> list[Path]:
    return sorted((package / part).rglob("*.py"))


def name_of(path: Path) -> str:
    """reward_server/core/values.py -> reward_server.core.values"""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, absolute, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name_of(path).split(".")
                up = node.level - (path.name == "__init__.py")
                base = ".".join([*package[: len(package) - up], *filter(None, [node.module])])
            # `from reward_server import core` imports reward_server.core
            yield from (f"{base}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str | None:
    """reward_server.core.values -> core; None outside the package."""
    names = module.split(".")
    return names[1] if names[0] == PACKAGE.name else None


@pytest.mark.parametrize("path", modules("core"), ids=name_of)
def test_core_imports_only_what_is_pure(path: Path) -> None:
    outside = {module for module in imports(path) if part_of(module) != "core"}
    assert {module for module in outside if module.split(".")[0] not in PURE} == set()


@pytest.mark.parametrize("path", modules("core"), ids=name_of)
def test_core_touches_no_file_and_no_global(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names & IMPURE_NAMES == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_part_imports_only_itself_and_the_parts_below_it(path: Path) -> None:
    if path == PACKAGE / "__init__.py":  # names what users import, from any part
        return
    part = part_of(name_of(path))
    assert part in LAYERS, f"give {part} its place in LAYERS"
    below = LAYERS[: LAYERS.index(part) + 1]
    assert {part_of(module) for module in imports(path)} - {None} <= set(below)


@pytest.mark.parametrize("path", modules(package=TRAINER), ids=name_of)
def test_a_part_of_the_trainers_side_imports_only_what_its_table_says(path: Path) -> None:
    name = name_of(path).partition(".")[2]
    part = max(
        (part for part in TRAINER_PARTS if f"{name}.".startswith(f"{part}." if part else ".")),
        key=len,
        default=None,
    )
    assert part is not None, f"give {name} its place in TRAINER_PARTS"
    own = {
        module for module in imports(path) if module.split(".")[0] in {PACKAGE.name, TRAINER.name}
    }
    allowed = tuple(f"{prefix}." for prefix in TRAINER_PARTS[part])
    assert {module for module in own if not f"{module}.".startswith(allowed)} == set()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_nothing_imports_a_trainer(path: Path) -> None:
    roots = {module.split(".")[0] for module in imports(path)}
    assert roots & {"torch", "trl", "transformers", "vllm", "trainer_client"} == set()
