"""The changes of ``make mutants``: each kind once, one at a time, and none that means nothing.

And each module has tests that should notice.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .changes import mutants_of
from .run import ROOT, TESTS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = a < b", ["x = (a <= b)"]),
        ("x = a is not b", ["x = (a is b)"]),
        ("x = a < b < c", ["x = (a <= b < c)", "x = (a < b <= c)"]),
        ("x = a and b", ["x = (a or b)"]),
        ("x = not a", ["x = (a)"]),
        ("x = a + b", ["x = (a - b)"]),
        ("x = flags | more", ["x = (flags & more)"]),
        ("x = [True, 3]", ["x = [(False), 3]", "x = [True, (4)]"]),
        ("x = max(a)", ["x = (min)(a)"]),
        ("x = a if b else c", ["x = a if (not b) else c"]),
        ("x = a if b == c else d", ["x = a if (b != c) else d"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if (not a)]"]),
        ("call(a)", ["pass"]),
        ("x += a", ["pass"]),
        ("if not a: x = b", ["if (a): x = b"]),
        ("x = '东' < a", ["x = ('东' <= a)"]),
        # what does nothing when it runs, or only says something
        ("x: int | None = a", []),
        ("x = isinstance(a, A | B)", []),
        ("assert a < 1", []),
        ("x = f'{a + 1}'", []),
        ("'a docstring, 1 < 2'", []),
    ],
)
def test_a_line_becomes(line: str, expected: list[str]) -> None:
    assert [mutant.becomes for mutant in mutants_of(line)] == expected


def test_a_mutant_is_its_module_but_for_one_place() -> None:
    source = (
        "def f(a: int) -> int:\n    if a > 1:\n        while a:\n            break\n    return a\n"
    )
    mutants = list(mutants_of(source, "f.py"))
    assert [(mutant.number, mutant.becomes) for mutant in mutants] == [
        (2, "if (not a > 1):"),
        (2, "if (a >= 1):"),
        (2, "if a > (2):"),
        (3, "while (not a):"),
        (4, "continue"),
    ]
    for mutant in mutants:
        ast.parse(mutant.source)
        changed = [
            line
            for before, line in zip(source.splitlines(), mutant.source.splitlines(), strict=True)
            if before != line
        ]
        assert [line.strip() for line in changed] == [mutant.becomes]


def test_every_module_has_tests_that_should_notice() -> None:
    for package in ("reward_server", "trainer_client"):
        for path in (ROOT / package).rglob("*.py"):
            assert any(path.is_relative_to(ROOT / folder) for folder in TESTS), path


@pytest.mark.parametrize(("folder", "tests"), TESTS.items(), ids=TESTS)
def test_the_tests_that_should_notice_are_there(folder: str, tests: str) -> None:
    assert (ROOT / folder).is_dir()
    assert [name for name in tests.split() if not any(Path(ROOT, "tests").glob(name))] == []
