"""What functions and classes say of themselves: docstrings, and those of attributes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import dedent
from typing import Any

_PACKAGE = "reward_server"


def place(function: Callable[..., Any]) -> str:
    """Module and name of a function."""
    module = (function.__module__ or "").removeprefix(f"{_PACKAGE}.")
    return f"{module}.{getattr(function, '__name__', type(function).__name__)}"


def says(function: Callable[..., Any]) -> str:
    """The first paragraph of a function's docstring, as plain text; empty where it has none."""
    source = _source(function)
    text = ast.get_docstring(source) if isinstance(source, ast.FunctionDef) else None
    return _plain((text or "").partition("\n\n")[0])


def attribute_docs(kind: type) -> dict[str, str]:
    """Attribute -> the docstring that stands below it in the class."""
    source = _source(kind)
    if not isinstance(source, ast.ClassDef):
        return {}
    docs = {}
    for before, after in zip(source.body, source.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            docs[before.target.id] = _plain(str(after.value.value))
    return docs


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("``", "")


def _source(named: Any) -> ast.stmt | None:  # noqa: ANN401 - a function or a class
    """The definition of a function or a class, where its source can be read."""
    package, *path = (named.__module__ or "").split(".")
    if package != _PACKAGE:
        try:
            return ast.parse(dedent(inspect.getsource(named))).body[0]
        except (OSError, TypeError, SyntaxError):
            return None
    # compiled, none has its docstring, nor does ``inspect`` find its source
    tree = _parsed(f"{files(_PACKAGE).joinpath(*path)}.py")
    name = getattr(named, "__name__", "")
    return next((node for node in tree.body if getattr(node, "name", None) == name), None)


@cache
def _parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))
