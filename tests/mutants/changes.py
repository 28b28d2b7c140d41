"""The small changes that ``run.py`` makes: a comparison, condition, operator, number or call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

Change = tuple[ast.expr | ast.stmt, ast.expr | ast.stmt]

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
#: Of these the other sign is the opposite, so that a condition need not be negated as well.
OPPOSITES = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)


class Mutant(NamedTuple):
    """``source``: a module in which ``line``, without its indent, ``becomes`` another."""

    file: str
    number: int
    line: str
    becomes: str
    source: str


def mutants_of(source: str, file: str = "") -> Iterator[Mutant]:
    """Every mutant of a module."""
    rows = source.splitlines(keepends=True)

    def at(row: int, column: int) -> int:
        # ast counts columns in bytes
        return sum(map(len, rows[: row - 1])) + len(rows[row - 1].encode()[:column].decode())

    for node in _executed(ast.parse(source)):
        for old, new in _changes(node):
            first = at(old.lineno, old.col_offset)
            last = at(old.end_lineno or 0, old.end_col_offset or 0)
            text = ast.unparse(new) if isinstance(new, ast.stmt) else f"({ast.unparse(new)})"
            changed = source[:first] + text + source[last:]
            line, becomes = (
                whole.splitlines()[old.lineno - 1].strip() for whole in (source, changed)
            )
            yield Mutant(file, old.lineno, line, becomes, changed)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """What of a tree does something: no annotation, no assert (mypy reads those), no f-string."""
    if isinstance(node, ast.Assert | ast.JoinedStr):
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns"}:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _executed(child)


def _changes(node: ast.AST) -> Iterator[Change]:
    """What changes, a node or a part of it, and what it becomes."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign():
            yield node, ast.Pass()
        case ast.Break():
            yield node, ast.Continue()
        case ast.Continue():
            yield node, ast.Break()
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield from _negated(test)
        case ast.comprehension():
            for test in node.ifs:
                yield from _negated(test)
        case ast.expr():
            for other in _other_values(node):
                yield node, other


def _other_values(node: ast.expr) -> Iterator[ast.expr]:
    """An expression with another operator, sign, number or function."""
    match node:
        case ast.Compare():
            for place, sign in enumerate(node.ops):
                signs = [*node.ops[:place], COMPARED[type(sign)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, signs, node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in COMPUTED and not _is_union(node):
            yield ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Name(id=name) if name in CALLED:
            yield ast.Name(CALLED[name])


def _negated(test: ast.expr) -> Iterator[Change]:
    """The opposite of a condition, where no other change makes that."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return
        case ast.Compare(ops=[sign]) if isinstance(sign, OPPOSITES):
            return
        case _:
            yield test, ast.UnaryOp(ast.Not(), test)


def _is_union(node: ast.BinOp) -> bool:
    """Whether this is one type or another, as in ``isinstance(x, A | B)``."""
    sides = [ast.unparse(side).split(".")[-1] for side in (node.left, node.right)]
    return isinstance(node.op, ast.BitOr) and any(side[:1].isupper() for side in sides)
