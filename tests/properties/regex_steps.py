"""Counts the steps of regular expressions.

``re`` does not say how much it backtracks, so its parsed patterns are run once more here, by a
plain backtracking matcher that counts its steps. What it finds is held against what ``re``
found each time, so it can hardly count another search than the one that was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

_parser: Any = import_module("re._parser")  # what re itself parses with; it has no other way
_sre: Any = import_module("re._constants")
_WITHOUT_END = _sre.MAXREPEAT


class Op(NamedTuple):
    """An instruction; which of the fields it uses depends on ``kind``."""

    kind: str
    chars: re.Pattern[str] | None = None
    least: int = 0
    most: int = 0
    to: tuple[int, ...] = ()
    code: tuple[Op, ...] = ()
    name: str = ""


class _At(NamedTuple):
    text: str
    pos: int
    end: int


#: Positions still to be tried from an instruction on: it, the first of them, the last, and the
#: step, 1 or -1, from one to the next.
_Untried = tuple[int, int, int, int]
_Went = tuple[int, int] | None


class Program(NamedTuple):
    """A pattern's instructions; ``first``: the characters that a match can begin with."""

    code: tuple[Op, ...]
    first: re.Pattern[str] | None


class StepCounter:
    """Counts, in ``steps``, what matching costs."""

    def __init__(self) -> None:
        self.steps = 0

    def search(self, pattern: re.Pattern[str], text: str, pos: int, endpos: int) -> None:
        self._scan(pattern, text, pos, endpos, pattern.search(text, pos, endpos))

    def match(
        self, pattern: re.Pattern[str], text: str, pos: int, endpos: int, whole: bool = False
    ) -> None:
        real = (pattern.fullmatch if whole else pattern.match)(text, pos, endpos)
        found = self._run(program(pattern).code, text, pos, min(endpos, len(text)), whole)
        assert found == (real.end() if real else None), pattern

    def each(self, pattern: re.Pattern[str], text: str, pos: int, endpos: int) -> None:
        """All matches, as ``finditer``, ``findall``, ``sub`` and ``split`` look for them."""
        for real in pattern.finditer(text, pos, endpos):
            self._scan(pattern, text, pos, endpos, real)
            pos = max(real.end(), pos)
        self._scan(pattern, text, pos, endpos, None)

    def _scan(
        self, pattern: re.Pattern[str], text: str, pos: int, endpos: int, real: re.Match[str] | None
    ) -> None:
        code, first = program(pattern)
        endpos = min(endpos, len(text))
        goal = real.start() if real else endpos
        nullable = first is None
        self.steps += goal - pos + 1
        for start in _starts(first, text, pos, goal + 1, endpos):
            found = self._run(code, text, start, endpos)
            if start == goal and real:
                assert found == real.end() or nullable, pattern
                return
            assert found is None or nullable, pattern

    def _run(
        self, code: tuple[Op, ...], text: str, start: int, end: int, whole: bool = False
    ) -> int | None:
        """Where a match from ``start`` ends; ``None`` without one."""
        untried: list[_Untried] = [(0, start, start, 1)]
        self.steps += 1
        while untried:
            at, pos, last, step = untried.pop()
            if pos != last:
                untried.append((at, pos + step, last, step))
            while (op := code[at]).kind != "end":
                self.steps += 1
                went = _DO[op.kind](self, op, _At(text, pos, end), untried, at)
                if went is None:
                    break
                at, pos = went
            else:
                if pos == end or not whole:
                    return pos
        return None

    # Each instruction gives the place to go on from and the position there, or ``None`` where it
    # does not hold.

    def char(self, op: Op, here: _At, _: list[_Untried], at: int) -> _Went:
        assert op.chars
        return (at + 1, here.pos + 1) if op.chars.match(*here) else None

    def position(self, op: Op, here: _At, _: list[_Untried], at: int) -> _Went:
        assert op.chars
        return (at + 1, here.pos) if op.chars.match(*here) else None

    def run(self, op: Op, here: _At, untried: list[_Untried], at: int) -> _Went:
        assert op.chars
        text, pos, end = here
        # no farther than the most it may take
        found = op.chars.match(text, pos, min(end, pos + op.most))
        high = found.end() if found else pos
        low = pos + op.least
        self.steps += high - pos
        if high < low:
            return None
        if low < high and op.name != "possessive":
            lazy = op.name == "lazy"
            untried.append((at + 1, low + 1, high, 1) if lazy else (at + 1, high - 1, low, -1))
            return at + 1, low if lazy else high
        return at + 1, high

    def split(self, op: Op, here: _At, untried: list[_Untried], _: int) -> _Went:
        at, other = op.to
        untried.append((other, here.pos, here.pos, 1))
        return at, here.pos

    def jump(self, op: Op, here: _At, _: list[_Untried], __: int) -> _Went:
        return op.to[0], here.pos

    def look(self, op: Op, here: _At, _: list[_Untried], at: int) -> _Went:
        text, pos, end = here
        start = pos - op.least  # at 0 where it looks ahead
        found = None
        if start >= 0:
            found = self._run(op.code, text, start, pos if op.least else end, op.least > 0)
        return (at + 1, pos) if (found is not None) == (op.name == "is") else None

    def atomic(self, op: Op, here: _At, _: list[_Untried], at: int) -> _Went:
        found = self._run(op.code, *here)
        return None if found is None else (at + 1, found)


_DO = {
    "char": StepCounter.char,
    "at": StepCounter.position,
    "run": StepCounter.run,
    "split": StepCounter.split,
    "jump": StepCounter.jump,
    "look": StepCounter.look,
    "atomic": StepCounter.atomic,
}


def _starts(
    first: re.Pattern[str] | None, text: str, pos: int, stop: int, endpos: int
) -> Iterator[int]:
    if first is None:
        yield from range(pos, stop)
        return
    for found in first.finditer(text, pos, min(stop, endpos)):
        yield found.start()


@cache
def program(pattern: re.Pattern[str]) -> Program:
    """The instructions of a pattern. Raises ``NotImplementedError`` for what is not known here."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    code = _compile(tree, pattern.flags)
    first = None if tree.getwidth()[0] == 0 else _first(code)
    return Program((*code, Op("end")), first)


def _first(code: list[Op]) -> re.Pattern[str] | None:
    """The characters that a match can begin with, as one pattern; ``None`` where unclear."""
    sets: list[re.Pattern[str]] = []
    todo, met = [0], set()
    while todo:
        at = todo.pop()
        if at in met or at >= len(code):
            return None
        met.add(at)
        op = code[at]
        if op.kind == "char" and op.chars:
            sets.append(op.chars)
        elif op.kind == "run" and op.chars:
            sets.append(re.compile(op.chars.pattern.removesuffix("*+"), op.chars.flags))
            if op.least == 0:
                todo.append(at + 1)
        elif op.kind in ("split", "jump"):
            todo += op.to
        elif op.kind in ("look", "at"):
            todo.append(at + 1)
        else:
            return None
    flags = sets[0].flags if sets else 0
    return re.compile("|".join(one.pattern for one in sets), flags)


def _compile(tree: Any, flags: int) -> list[Op]:  # noqa: ANN401 -- re's own tree
    code: list[Op] = []
    for kind, detail in tree:
        code += _compile_node(kind, detail, flags, len(code))
    return code


def _moved(code: list[Op], by: int) -> list[Op]:
    return [op._replace(to=tuple(target + by for target in op.to)) for op in code]


def _compile_node(kind: Any, detail: Any, flags: int, at: int) -> list[Op]:  # noqa: ANN401, PLR0911
    """The instructions of a node that stand from place ``at`` on."""
    chars = _chars(kind, detail, flags)
    if chars is not None:
        return [Op("char", re.compile(chars, flags))]
    if kind is _sre.SUBPATTERN:
        _, more, less, inside = detail
        return _moved(_compile(inside, (flags | more) & ~less), at)
    if kind is _sre.BRANCH:
        return _branch([_compile(one, flags) for one in detail[1]], at)
    if kind in (_sre.MAX_REPEAT, _sre.MIN_REPEAT, _sre.POSSESSIVE_REPEAT):
        least, most, inside = detail
        return _repeat(kind, least, most, inside, flags, at)
    if kind in (_sre.ASSERT, _sre.ASSERT_NOT):
        direction, inside = detail
        width = inside.getwidth()[0] if direction < 0 else 0
        name = "is" if kind is _sre.ASSERT else "is not"
        return [Op("look", least=width, code=(*_compile(inside, flags), Op("end")), name=name)]
    if kind is _sre.ATOMIC_GROUP:
        return [Op("atomic", code=(*_compile(detail, flags), Op("end")))]
    if kind is _sre.AT:
        return [Op("at", re.compile(_AT[detail], flags))]
    raise NotImplementedError(f"{kind} in a pattern")


_AT = {
    _sre.AT_BEGINNING: "^",
    _sre.AT_BEGINNING_STRING: r"\A",
    _sre.AT_END: "$",
    _sre.AT_END_STRING: r"\Z",
    _sre.AT_BOUNDARY: r"\b",
    _sre.AT_NON_BOUNDARY: r"\B",
}


def _branch(ways: list[list[Op]], at: int) -> list[Op]:
    code: list[Op] = []
    end = at + sum(len(way) + 2 for way in ways[:-1]) + len(ways[-1])
    for way in ways[:-1]:
        here = at + len(code)
        code.append(Op("split", to=(here + 1, here + len(way) + 2)))
        code += _moved(way, here + 1)
        code.append(Op("jump", to=(end,)))
    return code + _moved(ways[-1], at + len(code))


_NAMES = {
    _sre.MAX_REPEAT: "greedy",
    _sre.MIN_REPEAT: "lazy",
    _sre.POSSESSIVE_REPEAT: "possessive",
}


def _repeat(kind: Any, least: int, most: int, inside: Any, flags: int, at: int) -> list[Op]:  # noqa: ANN401
    chars = _chars(inside[0][0], inside[0][1], flags) if len(inside) == 1 else None
    if chars is not None:
        most = 2**40 if most is _WITHOUT_END else most
        run = re.compile(f"{chars}*+", flags)
        return [Op("run", run, least, most, name=_NAMES[kind])]
    if kind is _sre.POSSESSIVE_REPEAT:
        code = _repeat(_sre.MAX_REPEAT, least, most, inside, flags, 0)
        return [Op("atomic", code=(*code, Op("end")))]
    once = _compile(inside, flags)
    code = []
    for _ in range(least):
        code += _moved(once, at + len(code))
    lazy = kind is _sre.MIN_REPEAT
    if most is _WITHOUT_END:
        if inside.getwidth()[0] == 0:
            raise NotImplementedError("a repeat without end of what may be empty")
        here = at + len(code)
        inner, after = here + 1, here + len(once) + 2
        code.append(Op("split", to=(after, inner) if lazy else (inner, after)))
        code += [*_moved(once, here + 1), Op("jump", to=(here,))]
        return code
    end = at + len(code) + (most - least) * (len(once) + 1)
    for _ in range(most - least):
        here = at + len(code)
        code.append(Op("split", to=(end, here + 1) if lazy else (here + 1, end)))
        code += _moved(once, here + 1)
    return code


_CATEGORIES = {
    _sre.CATEGORY_DIGIT: r"\d",
    _sre.CATEGORY_NOT_DIGIT: r"\D",
    _sre.CATEGORY_SPACE: r"\s",
    _sre.CATEGORY_NOT_SPACE: r"\S",
    _sre.CATEGORY_WORD: r"\w",
    _sre.CATEGORY_NOT_WORD: r"\W",
}


def _chars(kind: Any, detail: Any, flags: int) -> str | None:  # noqa: ANN401
    """The set of characters that a node of one character takes, as a pattern."""
    if kind is _sre.LITERAL:
        return f"[{_letter(detail)}]"
    if kind is _sre.NOT_LITERAL:
        return f"[^{_letter(detail)}]"
    if kind is _sre.ANY:
        return r"[\s\S]" if flags & re.DOTALL else r"[^\n]"
    if kind is not _sre.IN:
        return None
    body = ""
    for part, value in detail:
        if part is _sre.NEGATE:
            body += "^"
        elif part is _sre.LITERAL:
            body += _letter(value)
        elif part is _sre.RANGE:
            body += f"{_letter(value[0])}-{_letter(value[1])}"
        else:
            body += _CATEGORIES[value]
    return f"[{body}]"


def _letter(code: int) -> str:
    return f"\\U{code:08x}"
