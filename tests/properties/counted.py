"""Python whose work is counted: a copy of a package, or a few lines, in which every step is told.

The source is rewritten before it is compiled, so that each call, slice, ``+``, ``in`` and f-string
and each turn of a loop reports what it costs: 1, or the number of characters or elements that
it scans or copies. Regular expressions are counted by ``regex_steps``. What is called and has
no known cost is an error, so nothing is counted as free by oversight.

Not counted: plain statements, comparisons and arithmetic, a constant number for each turn of a
loop and each call; and assignments to a slice.
"""

from __future__ import annotations

import ast
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import re
import sys
import types
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence, Sized
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .regex_steps import StepCounter


class UncountedError(Exception):
    """A callable whose cost is not known."""


class Work:
    """Counts what runs: ``steps``, and ``fuzzy``, the look-ups by similarity."""

    def __init__(self) -> None:
        self.steps = 0
        self.fuzzy = 0
        self.strict = False

    def tick(self) -> None:
        self.steps += 1

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.steps += 1
            yield item

    def made(self, result: Any) -> Any:  # noqa: ANN401 -- whatever the counted code handles
        """A display with stars in it, an f-string or the sum of two sequences."""
        if isinstance(result, Sized):
            self.steps += len(result)
        return result

    def add(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        return self.made(left + right)

    def add_in_place(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        # a list is extended in place; of strings and tuples a new one is made
        self.made(right)
        if isinstance(left, str | tuple):
            self.steps += len(left)
        left += right
        return left

    def item(self, container: Any, key: Any) -> Any:  # noqa: ANN401
        result = container[key]
        if isinstance(key, slice) or isinstance(container, re.Match):
            self.made(result)
        elif isinstance(key, str):
            self.steps += len(key)
        return result

    def holds(self, item: Any, container: Any) -> bool:  # noqa: ANN401
        held: bool = item in container
        if isinstance(container, str):
            self.steps += (container.find(item) if held else len(container)) + 1
        elif isinstance(container, list | tuple):
            self.steps += (container.index(item) if held else len(container)) + 1
        elif isinstance(item, str):
            self.steps += len(item)
        return held

    def lacks(self, item: Any, container: Any) -> bool:  # noqa: ANN401
        return not self.holds(item, container)

    def call(self, function: Any, /, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        self.steps += 1 + len(given)
        owner = getattr(function, "__self__", None)
        if isinstance(owner, re.Pattern):
            self.steps += _pattern_steps(owner, function.__name__, given)
            return function(*given, **named)
        if function is process.extract:
            self.fuzzy += 1
            # a word of 64 letters at a time, of which each takes a quarter of a step
            self.steps += sum(len(choice) for choice in given[1]) // 4
            return function(*given, **named)
        cost = _cost(function, owner)
        if cost is None and self.strict:
            raise UncountedError(f"{function!r}")
        result = function(*given, **named)
        if cost:
            self.steps += int(cost(owner, given, result))
        return result


def _pattern_steps(pattern: re.Pattern[str], method: str, given: Sequence[Any]) -> int:
    counter = StepCounter()
    if method in ("sub", "subn"):
        counter.each(pattern, given[1], 0, len(given[1]))
        return counter.steps + len(given[1])
    bounds: Sequence[int] = (*given[1:], *(0, sys.maxsize)[len(given) - 1 :])
    text, (pos, endpos) = given[0], bounds
    if method in ("match", "fullmatch"):
        counter.match(pattern, text, pos, endpos, method == "fullmatch")
    elif method == "search":
        counter.search(pattern, text, pos, endpos)
    elif method in ("finditer", "findall", "split"):
        counter.each(pattern, text, pos, endpos)
    else:
        raise UncountedError(f"re.Pattern.{method}")
    return counter.steps


# -- what calls cost beside the 1 for each: (object of the method, arguments, result) -> steps

Cost = Any


def _nothing(*_: object) -> int:
    return 0


def _whole(owner: Sized, _: object, result: object) -> int:
    return len(owner) + _made(owner, 0, result)


def _made(_: object, __: object, result: object) -> int:
    return len(result) if isinstance(result, Sized) else 0


def _given(_: object, given: Sequence[Any], __: object) -> int:
    return sum(len(one) for one in given if isinstance(one, Sized))


def _given_and_made(_: object, given: Sequence[Any], result: object) -> int:
    return _given(0, given, 0) + _made(0, 0, result)


def _span(owner: str, given: Sequence[Any]) -> tuple[int, int]:
    start, end, _ = slice(*(*given[1:], None, None)[:2]).indices(len(owner))
    return start, end


def _forwards(owner: str, given: Sequence[Any], result: int) -> int:
    start, end = _span(owner, given)
    return (result if result >= 0 else end) - start + len(given[0])


def _backwards(owner: str, given: Sequence[Any], result: int) -> int:
    start, end = _span(owner, given)
    return end - (result if result >= 0 else start) + len(given[0])


def _stripped(owner: str, _: object, result: str) -> int:
    return len(owner) - len(result) + (0 if result is owner else len(result))


def _number(_: object, given: Sequence[Any], __: object) -> int:
    digits = len(given[0]) if given and isinstance(given[0], str) else 0
    return digits + digits * digits // 100  # CPython reads long numbers in quadratic time


_OF_STR: dict[str, Cost] = {
    **dict.fromkeys(("find", "index"), _forwards),
    **dict.fromkeys(("rfind", "rindex"), _backwards),
    **dict.fromkeys(("strip", "lstrip", "rstrip", "removesuffix", "removeprefix"), _stripped),
    **dict.fromkeys(("startswith", "endswith"), _given),
    "join": _given_and_made,
}
_OF_LIST: dict[str, Cost] = {
    "append": _nothing,
    "pop": lambda owner, given, _: len(owner) + 1 - given[0] if given else 0,
    "extend": _given,
}
_OF_HASHED: dict[str, Cost] = {
    **dict.fromkeys(("get", "add", "setdefault", "discard"), _given),
    **dict.fromkeys(("items", "keys", "values"), _nothing),
    **dict.fromkeys(("update", "intersection", "union", "isdisjoint"), _given_and_made),
}
_FREE = (
    len, isinstance, map, zip, enumerate, range, reversed, filter, bool, iter, next, type, getattr,
    abs, cast, slice,
)  # fmt: skip
_BUILTIN: dict[Any, Cost] = {
    **dict.fromkeys(_FREE, _nothing),
    **dict.fromkeys((min, max, sum, any, all), _given),
    **dict.fromkeys((list, tuple, set, frozenset, dict, sorted, str), _given_and_made),
    int: _number,
    set.intersection: _given_and_made,
    Counter: _given,
    bisect_left: lambda _, given, __: len(given[0]).bit_length(),
    unicodedata.normalize: _given_and_made,
    dict.fromkeys: _given_and_made,
    set.intersection: _given_and_made,
    set.union: _given_and_made,
    itertools.chain.from_iterable: _nothing,
    # in words of 64 letters, of names that are shorter
    OSA.distance: _given,
}


_BY_OWNER: tuple[tuple[Any, dict[str, Cost], Cost], ...] = (
    (str, _OF_STR, _whole),
    (list, _OF_LIST, _whole),
    (tuple, {}, _whole),
    (dict | set | frozenset, _OF_HASHED, _whole),
    (re.Match, {}, _made),
    (int, {"bit_length": _nothing}, None),
)
_BY_KIND: tuple[tuple[Any, Cost], ...] = (
    (types.FunctionType | types.MethodType, _nothing),  # they count for themselves
    (functools.partial | functools._lru_cache_wrapper, _given),  # noqa: SLF001
)


def _cost(function: Any, owner: Any) -> Cost | None:  # noqa: ANN401
    """How to tell what a call costs; ``None`` where nobody knows."""
    if isinstance(function, types.GenericAlias):
        function = function.__origin__  # set[str]() makes a set
    if isinstance(function, types.GenericAlias):  # set[str]()
        function = function.__origin__
    for kind, costs, usual in _BY_OWNER:
        if isinstance(owner, kind):
            return costs.get(function.__name__, usual)
    for kind, cost in _BY_KIND:
        if isinstance(function, kind):
            return cost
    if isinstance(function, type) and function.__module__ not in ("builtins", "re"):
        return _nothing
    return _BUILTIN.get(function) if isinstance(function, Hashable) else None


# -- rewriting

_WORK = "__work__"


def _told(method: str, *given: ast.expr, at: ast.AST) -> ast.Call:
    function = ast.Attribute(ast.Name(_WORK, ast.Load()), method, ast.Load())
    return ast.copy_location(ast.Call(function, list(given), []), at)


class _Teller(ast.NodeTransformer):
    """Makes each operation whose cost can depend on a length tell it."""

    def _function(self, node: Any) -> Any:  # noqa: ANN401
        node.body = [self.visit(statement) for statement in node.body]
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        docstring = isinstance(node.body[0], ast.Expr) and isinstance(
            node.body[0].value, ast.Constant
        )
        node.body.insert(int(docstring), ast.Expr(_told("tick", at=node)))
        return node

    visit_FunctionDef = _function  # noqa: N815 -- ast's names
    visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value:
            node.value = self.visit(node.value)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(_told("tick", at=node)))
        return node

    def _loop(self, node: Any) -> Any:  # noqa: ANN401
        self.generic_visit(node)
        node.iter = _told("each", node.iter, at=node.iter)
        return node

    visit_For = _loop  # noqa: N815
    visit_comprehension = _loop

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return node
        told = _told("call", node.func, *node.args, at=node)
        told.keywords = node.keywords
        return told

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        key = node.slice
        if isinstance(key, ast.Slice):
            parts = [part or ast.Constant(None) for part in (key.lower, key.upper, key.step)]
            key = ast.Call(ast.Name("slice", ast.Load()), parts, [])
        return _told("item", node.value, key, at=node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add):
            return _told("add", node.left, node.right, at=node)
        return _told("made", node, at=node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Add) or isinstance(node.target, ast.Subscript):
            return node
        read: Any = ast.parse(ast.unparse(node.target), mode="eval").body
        value = _told("add_in_place", read, node.value, at=node)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        told = {ast.In: "holds", ast.NotIn: "lacks"}.get(type(node.ops[0]))
        if told is None or len(node.ops) > 1:
            return node
        return _told(told, node.left, node.comparators[0], at=node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return _told("made", node, at=node)

    def _display(self, node: Any) -> Any:  # noqa: ANN401
        self.generic_visit(node)
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return node
        starred = any(isinstance(part, ast.Starred) for part in node.elts)
        return _told("made", node, at=node) if starred else node

    visit_List = _display  # noqa: N815
    visit_Tuple = _display  # noqa: N815
    visit_Set = _display  # noqa: N815


def compiled(source: str, filename: str) -> types.CodeType:
    """The code of a module that tells its work to a global ``__work__``."""
    tree = ast.fix_missing_locations(_Teller().visit(ast.parse(source)))
    return compile(tree, filename, "exec", dont_inherit=True)


def counted_lines(source: str, work: Work) -> dict[str, Any]:
    """The names that some lines define, their work counted."""
    names: dict[str, Any] = {_WORK: work, "__name__": "counted_lines"}
    exec(compiled(source, "<lines>"), names)  # noqa: S102 -- the test's own lines
    return names


class CountedPackage(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a copy of the package in a folder, under another name, with its work counted."""

    def __init__(self, name: str, folder: Path, work: Work) -> None:
        self._name, self._folder, self._work = name, folder, work

    def load(self, *modules: str) -> list[ModuleType]:
        """The modules of the copy, named from the package on."""
        sys.meta_path.insert(0, self)
        try:
            return [importlib.import_module(f"{self._name}.{module}") for module in modules]
        finally:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        first, *parts = fullname.split(".")
        if first != self._name:
            return None
        place = self._folder.joinpath(*parts)
        package = place.is_dir()
        file = place / "__init__.py" if package else place.with_suffix(".py")
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=self,
            submodule_search_locations=[str(place)] if package else None,
        )

    def exec_module(self, module: ModuleType) -> None:
        assert module.__file__
        vars(module)[_WORK] = self._work
        source = Path(module.__file__).read_text(encoding="utf-8")
        exec(compiled(source, module.__file__), vars(module))  # noqa: S102 -- the project's own
