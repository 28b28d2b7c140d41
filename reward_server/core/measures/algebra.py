r"""Whether two expressions of short answers are equal: exactly, and without a library of algebra.

Numbers, fractions, roots, letters, their sums, products and powers become a fraction of two
polynomials over the square roots of whole numbers, in which equal values look the same. Around
them there may be brackets, lists, sets, intervals, ``x = …`` and ``x > …``, percent, degrees and
units. What is more than that is compared as text. A value is short, and so is the work for it.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final, final

from ..budget import Budget
from ..model import Record

#: Characters of a value; what is longer is no short answer.
LONGEST_VALUE: Final = 200
#: What reading one takes at the most, and each character of it.
_STEPS_PER_CHARACTER: Final = 100
_MOST_TERMS: Final = 200
_LARGEST_EXPONENT: Final = 64
_MOST_BITS: Final = 2048
_MOST_DEPTH: Final = 40
#: Roots of larger whole numbers are not simplified.
_LARGEST_ROOT: Final = 10**8
#: Decimals to which a value with a decimal point has to agree.
_DECIMALS: Final = 6

#: Names with their exponents, in order; ``√6`` is the root of 6.
Monomial = tuple[tuple[str, int], ...]
Polynomial = dict[Monomial, Fraction]
_UNIT_FACTOR: Final = Fraction(1)
_ONE: Final[Polynomial] = {(): _UNIT_FACTOR}


class _NoExpressionError(Exception):
    """The text is none that is read here."""


@final
class Scalar(Record):
    """A fraction of polynomials. ``decimal``: it was written with a decimal point."""

    _fields = ("over", "under", "decimal")
    __slots__ = _fields

    def __init__(self, over: Polynomial, under: Polynomial, decimal: bool) -> None:
        self.over: Final = over
        self.under: Final = under
        self.decimal: Final = decimal


@final
class Expression(Record):
    """What was read. ``text``: as it stands, folded, where nothing else could be read.

    ``kind``: ``scalar``, ``list`` (in ``brackets``, with ``parts``), ``set`` or ``text``.
    """

    _fields = ("kind", "text", "scalar", "percent", "brackets", "parts")
    __slots__ = _fields

    def __init__(
        self,
        kind: str,
        text: str,
        scalar: Scalar | None = None,
        percent: bool = False,
        brackets: str = "",
        parts: tuple[Expression, ...] = (),
    ) -> None:
        self.kind: Final = kind
        self.text: Final = text
        self.scalar: Final = scalar
        self.percent: Final = percent
        self.brackets: Final = brackets
        self.parts: Final = parts


# wrap = "\text{" inside "}" and its kin
_WRAP: Final = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mbox|operatorname)\{([^{}]*)\}"
)
_SPACING: Final = re.compile(
    r"\\(?:[,;:!\s]|left(?![a-z])|right(?![a-z])|displaystyle|quad|qquad)|\$|~"
)
# degrees = "^" ( "\circ" | "{\circ}" ) | "°"
_DEGREES: Final = re.compile(r"\^\s*\{?\s*\\circ\s*\}?|°")
_UNITS: Final = (
    r"degrees?|deg|mm|cm|dm|km|meters?|metres?|centimeters?|millimeters?|kilometers?|inch(?:es)?|"
    r"foot|feet|ft|yards?|miles?|kg|grams?|kilograms?|lbs?|pounds?|seconds?|sec|minutes?|min|hours?|"
    r"days?|weeks?|months?|years?|dollars?|cents|units?|square|sq|cubic"
)
# unit = a known word, with a power perhaps, behind a value
_UNIT: Final = re.compile(
    rf"(?<=[\d\s)}}\]])\s*(?:(?:{_UNITS})(?![a-z])(?:\s*\^\s*\{{?[23]\}}?)?\s*)+\.?\s*\Z",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED: Final = re.compile(r"[-+−]?\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?")
_PERCENT: Final = re.compile(r"\\?%\s*\Z")
_WORD: Final = re.compile(r"[^\W\d_]{2,}(?:\s+[^\W\d_]+)*")
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<command>\\[a-zA-Z]+|\\[{}])|(?P<sign>\S))"
)
_RELATIONS: Final = {"=": "=", "<": "<", ">": ">", "≤": "<=", "≥": ">="} | {
    r"\lt": "<",
    r"\gt": ">",
    r"\le": "<=",
    r"\leq": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
}
_TIMES: Final = {"*", "·", "×", r"\cdot", r"\times"}
_OVER: Final = {"/", "÷", r"\div"}
_ROOTS: Final = {r"\sqrt"}
_FRACTIONS: Final = {r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"}
_CLOSING: Final = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}
_FUNCTIONS: Final = {
    rf"\{name}" for name in "sin cos tan cot log ln exp arcsin arccos arctan".split()
}
_NAMES: Final = {"π": "pi", r"\infty": "∞"}


def read_expression(text: str, budget: Budget) -> Expression | None:
    """The expression that a text is; ``None`` for an empty text, or one too long to be one."""
    text = text.strip()
    if not text or len(text) > LONGEST_VALUE:
        return None
    if _PLAIN.fullmatch(text):
        number = Scalar(_constant_of(Fraction(text)), _ONE, "." in text)
        return Expression("scalar", "", number)
    return _read(text, budget)


def _read(text: str, budget: Budget) -> Expression:
    """The expression that a text is which is more than a number."""
    budget.spend(_STEPS_PER_CHARACTER * len(text))
    folded = "".join(_WRAP.sub(r"\1", text).split())
    bare = _WRAP.sub(_unwrapped, text)
    bare = _DEGREES.sub("", _SPACING.sub(" ", bare)).strip()
    bare = _UNIT.sub("", bare).strip().removesuffix(".").strip()
    if not bare:
        return Expression("text", folded)
    percent = _PERCENT.search(bare)
    if percent is not None:
        bare = bare[: percent.start()].strip()
    if _WORD.fullmatch(bare):
        return Expression("text", "".join(bare.split()))
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"\{?,\}?", "", bare)
    try:
        found = _Parser(bare).whole()
    except (_NoExpressionError, ZeroDivisionError, OverflowError, ValueError):
        return Expression("text", folded)
    if percent is None or found.scalar is None:
        return found
    return Expression("scalar", found.text, found.scalar, True)


def _unwrapped(wrap: re.Match[str]) -> str:
    return f" {wrap[1]} "


_BRACES: Final = r"\{[^{}]{1,40}\}"
# value = "$" text "$" | [ "-" ] ( fraction | [ number ] root | number [ "/" digits ] )
_VALUE: Final = re.compile(
    rf"\$(?P<inside>[^$\n]{{1,100}})\$|"
    rf"[-−]?(?:\\[dt]?frac{_BRACES}{_BRACES}|(?:\d{{1,40}}\s?)?\\sqrt{_BRACES}|"
    r"\d{1,40}(?:,\d{3})*(?:\.\d{1,40})?(?:/\d{1,40})?)"
)
#: What it takes to look for a value at a character.
_LOOK_STEPS: Final = 8


def last_value(text: str, budget: Budget) -> Expression | None:
    """The last value in a text: between ``$``, or else a number, a fraction or a root."""
    budget.spend(_LOOK_STEPS * len(text))
    last: str | None = None
    for match in _VALUE.finditer(text):
        last = match["inside"] or match[0]
    return None if last is None else read_expression(last, budget)


def equal_expressions(first: Expression, second: Expression) -> bool:
    """Whether both have the same value.

    A value with a decimal point need agree to six decimals, all others exactly. 25% is 0.25 and
    also 25; ``x = 3`` is 3; ``x > 2`` is the interval from 2; a set has no order.
    """
    if first.kind != second.kind:
        return False
    if first.scalar is not None and second.scalar is not None:
        return _equal_scalars(first, second)
    if first.kind == "text":
        return bool(first.text) and first.text == second.text
    if len(first.parts) != len(second.parts) or first.brackets != second.brackets:
        return False
    if first.kind == "set":
        return _equal_sets(first.parts, second.parts)
    pairs = zip(first.parts, second.parts, strict=True)
    return all(equal_expressions(one, other) for one, other in pairs)


def _equal_sets(first: tuple[Expression, ...], second: tuple[Expression, ...]) -> bool:
    """Whether each of as many has an equal one of its own."""
    left = list(second)
    for one in first:
        for place, other in enumerate(left):
            if equal_expressions(one, other):
                del left[place]
                break
        else:
            return False
    return True


def same_scalar(first: Expression, second: Expression) -> bool:
    """Whether both are one value each, and exactly the same, whatever stands behind it."""
    if first.scalar is None or second.scalar is None:
        return False
    return _same(first.scalar, second.scalar)


def letters_of(expression: Expression) -> frozenset[str]:
    """The letters that a value is made of; not its roots."""
    if expression.scalar is None:
        return frozenset()
    scalar = expression.scalar
    return frozenset(
        [
            name
            for polynomial in (scalar.over, scalar.under)
            for monomial in polynomial
            for name, _ in monomial
            if not name.startswith("√")
        ]
    )


def _equal_scalars(first: Expression, second: Expression) -> bool:
    assert first.scalar is not None
    assert second.scalar is not None
    for one in _readings(first):
        for other in _readings(second):
            if _same(one, other) or _close(one, other):
                return True
    return False


def _readings(expression: Expression) -> list[Scalar]:
    """A value; of a percentage, the share and the bare number."""
    scalar = expression.scalar
    assert scalar is not None
    if not expression.percent:
        return [scalar]
    return [scalar, Scalar(scalar.over, _scaled(scalar.under, Fraction(100)), scalar.decimal)]


def _same(first: Scalar, second: Scalar) -> bool:
    try:
        left, right = _product(first.over, second.under), _product(second.over, first.under)
    except _NoExpressionError:
        return False
    return left == right


def _close(first: Scalar, second: Scalar) -> bool:
    """Whether two constants, one of them with a decimal point, agree to six decimals."""
    if not (first.decimal or second.decimal):
        return False
    one, other = _constant(first), _constant(second)
    if one is None or other is None:
        return False
    return round(one, _DECIMALS) == round(other, _DECIMALS)


def _constant(scalar: Scalar) -> float | None:
    over, under = _size(scalar.over), _size(scalar.under)
    if over is None or not under:
        return None
    return over / under


def _size(polynomial: Polynomial) -> float | None:
    """The value of a polynomial without letters."""
    total = 0.0
    for monomial, factor in polynomial.items():
        value = float(factor)
        for name, exponent in monomial:
            if name == "pi":
                value *= math.pi**exponent
            elif name.startswith("√") and name[1:].isdecimal():
                value *= math.sqrt(int(name[1:])) ** exponent
            else:
                return None
        total += value
    return total if math.isfinite(total) else None


def _scaled(polynomial: Polynomial, factor: Fraction) -> Polynomial:
    return {monomial: value * factor for monomial, value in polynomial.items()}


def _sum(first: Polynomial, second: Polynomial) -> Polynomial:
    total = dict(first)
    for monomial, value in second.items():
        total[monomial] = total.get(monomial, Fraction(0)) + value
    return {monomial: value for monomial, value in total.items() if value}


def _product(first: Polynomial, second: Polynomial) -> Polynomial:
    if second is _ONE or first is _ONE:  # most have nothing under them
        return first if second is _ONE else second
    if len(first) * len(second) > _MOST_TERMS:
        raise _NoExpressionError
    total: Polynomial = {}
    for one, left in first.items():
        for other, right in second.items():
            monomial, factor = _joined(one, other)
            value = total.get(monomial, Fraction(0)) + left * right * factor
            if value.numerator.bit_length() + value.denominator.bit_length() > _MOST_BITS:
                raise _NoExpressionError
            total[monomial] = value
    return {monomial: value for monomial, value in total.items() if value}


def _joined(first: Monomial, second: Monomial) -> tuple[Monomial, Fraction]:
    """The product of two monomials, and what comes out of their roots."""
    if not first or not second:
        return first or second, _UNIT_FACTOR
    exponents = dict(first)
    for name, exponent in second:
        exponents[name] = exponents.get(name, 0) + exponent
    roots = [name for name in exponents if name.startswith("√") and name[1:].isdecimal()]
    factor, inside = Fraction(1), 1
    for name in roots:
        number, exponent = int(name[1:]), exponents.pop(name)
        factor *= number ** (exponent // 2)
        inside *= number ** (exponent % 2)
    outside, inside = _simplified(inside)
    if inside > 1:
        exponents[f"√{inside}"] = 1
    return tuple(sorted([item for item in exponents.items() if item[1]])), factor * outside


def _simplified(number: int) -> tuple[int, int]:
    """(a, b) so that the root of ``number`` is a times that of b, which holds no square."""
    if number > _LARGEST_ROOT:
        whole = math.isqrt(number)
        return (whole, 1) if whole * whole == number else (1, number)
    outside, inside, divisor = 1, 1, 2
    while divisor * divisor <= number:
        while number % (divisor * divisor) == 0:
            number //= divisor * divisor
            outside *= divisor
        if number % divisor == 0:
            number //= divisor
            inside *= divisor
        divisor += 1
    return outside, inside * number


def _power(polynomial: Polynomial, exponent: int) -> Polynomial:
    power = _ONE
    for _ in range(exponent):
        power = _product(power, polynomial)
    return power


def _named(scalar: Scalar) -> str:
    """A name for a value that only equals itself."""
    return f"{sorted(scalar.over.items())}/{sorted(scalar.under.items())}"


def _atom(name: str) -> Scalar:
    return Scalar({((name, 1),): Fraction(1)}, _ONE, False)


@final
class _Parser:
    """Reads an expression by recursive descent; raises ``_NoExpressionError``."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        place = 0
        while (match := _TOKEN.match(text, place)) is not None:
            self._tokens.append(match[0].strip())
            place = match.end()
        self._place = 0
        self._depth = 0

    def whole(self) -> Expression:
        """All of the text: a value, or several with commas between."""
        parts = self._list("")
        if self._place < len(self._tokens):
            raise _NoExpressionError
        return (
            parts[0] if len(parts) == 1 else Expression("list", "", brackets="", parts=tuple(parts))
        )

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._place += 1
        return token

    def _list(self, closing: str) -> list[Expression]:
        parts = [self._element()]
        while self._peek() == ",":
            self._place += 1
            parts.append(self._element())
        if closing and self._peek() not in {")", "]"} and self._peek() != closing:
            raise _NoExpressionError
        return parts

    def _element(self) -> Expression:
        """A value, a list in brackets, a set, or a relation."""
        token = self._peek()
        if token in {"(", "[", r"\{"}:
            start = self._place
            listed = self._bracketed()
            if listed is not None:
                return listed
            self._place = start
        left = self._sum()
        sides, relations = [left], list[str]()
        while self._peek() in _RELATIONS:
            relations.append(_RELATIONS[self._take()])
            sides.append(self._sum())
        return _related(sides, relations)

    def _bracketed(self) -> Expression | None:
        """A list or a set; ``None`` where the brackets are only those of a product or a sum."""
        opening = self._take()
        self._enter()
        parts = self._list(_CLOSING[opening])
        closing = self._take()
        self._depth -= 1
        if opening == r"\{":
            if closing != r"\}":
                raise _NoExpressionError
            return Expression("set", "", parts=tuple(parts))
        if len(parts) > 1 and closing in {")", "]"}:
            return Expression("list", "", brackets=opening + closing, parts=tuple(parts))
        return None

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _NoExpressionError

    def _sum(self) -> Scalar:
        self._enter()
        total = self._product()
        while (sign := self._peek()) in {"+", "-", "−"}:
            self._place += 1
            part = self._product()
            factor = Fraction(1 if sign == "+" else -1)
            over = _sum(
                _product(total.over, part.under), _scaled(_product(part.over, total.under), factor)
            )
            total = Scalar(over, _product(total.under, part.under), total.decimal or part.decimal)
        self._depth -= 1
        return total

    def _product(self) -> Scalar:
        total = self._signed()
        while True:
            token = self._peek()
            if token in _TIMES:
                self._place += 1
                total = _times(total, self._signed())
            elif token in _OVER:
                self._place += 1
                total = _times(total, _inverse(self._signed()))
            elif token and (token[0].isalnum() or token in {"(", "{"} or self._begins(token)):
                total = _times(total, self._raised())
            else:
                return total

    @staticmethod
    def _begins(token: str) -> bool:
        """Whether a command begins a factor."""
        return (
            len(token) > 2
            and token[0] == "\\"
            and token not in _RELATIONS
            and token not in _TIMES
            and token not in _OVER
        )

    def _signed(self) -> Scalar:
        negative = False
        while self._peek() in {"+", "-", "−"}:
            negative ^= self._take() != "+"
        factor = self._raised()
        if not negative:
            return factor
        return Scalar(_scaled(factor.over, Fraction(-1)), factor.under, factor.decimal)

    def _raised(self) -> Scalar:
        base = self._factor()
        if self._peek() != "^":
            return base
        self._place += 1
        exponent = self._signed_exponent()
        if exponent is None:
            raise _NoExpressionError
        if exponent < 0:
            base, exponent = _inverse(base), -exponent
        whole, half = int(exponent), exponent - int(exponent)
        if whole > _LARGEST_EXPONENT or half not in {0, Fraction(1, 2)}:
            raise _NoExpressionError
        power = Scalar(_power(base.over, whole), _power(base.under, whole), base.decimal)
        return _times(power, _root(base)) if half else power

    def _signed_exponent(self) -> Fraction | None:
        """A number behind ``^``; ``None`` where it is none."""
        negative = False
        if self._peek() in {"-", "−"}:
            self._place += 1
            negative = True
        scalar = self._factor()
        if set(scalar.over) - {()} or set(scalar.under) - {()}:
            return None
        value = scalar.over.get((), Fraction(0)) / scalar.under[()]
        return -value if negative else value

    def _factor(self) -> Scalar:
        token = self._take()
        if not token:
            raise _NoExpressionError
        if token[0].isdecimal() or (token[0] == "." and len(token) > 1):
            return Scalar(_constant_of(Fraction(token)), _ONE, "." in token)
        if token in {"(", "[", "{"}:
            inside = self._sum()
            if self._take() != _CLOSING[token]:
                raise _NoExpressionError
            return inside
        if token in _FRACTIONS:
            over = self._argument()
            return _times(over, _inverse(self._argument()))
        if token in _ROOTS:
            if self._peek() == "[":
                raise _NoExpressionError
            return _root(self._argument())
        if token in _FUNCTIONS:
            return _atom(f"{token}{_named(self._raised())}")
        name = _NAMES.get(token, token.removeprefix("\\"))
        if name.isalpha() or name == "∞":
            return _atom(name)
        raise _NoExpressionError

    def _argument(self) -> Scalar:
        r"""What stands behind ``\frac`` or ``\sqrt``: in braces, or one digit or letter."""
        token = self._peek()
        if token[:1].isdecimal() and len(token) > 1:
            self._tokens[self._place] = token[1:]
            return Scalar(_constant_of(Fraction(token[0])), _ONE, False)
        return self._factor()


def _constant_of(value: Fraction) -> Polynomial:
    return {(): value} if value else {}


def _times(first: Scalar, second: Scalar) -> Scalar:
    return Scalar(
        _product(first.over, second.over),
        _product(first.under, second.under),
        first.decimal or second.decimal,
    )


def _inverse(scalar: Scalar) -> Scalar:
    if not scalar.over:
        raise _NoExpressionError
    return Scalar(scalar.under, scalar.over, scalar.decimal)


def _root(scalar: Scalar) -> Scalar:
    """The square root; of what is no fraction of whole numbers, a name of its own."""
    constants = not (set(scalar.over) - {()} or set(scalar.under) - {()})
    if not constants:
        return _atom(f"√{_named(scalar)}")
    value = scalar.over.get((), Fraction(0)) / scalar.under[()]
    if value < 0:
        raise _NoExpressionError
    outside, inside = _simplified(value.numerator * value.denominator)
    factor = Fraction(outside, value.denominator)
    if inside == 0 or not value:
        return Scalar({}, _ONE, scalar.decimal)
    monomial: Monomial = ((f"√{inside}", 1),) if inside > 1 else ()
    return Scalar({monomial: factor}, _ONE, scalar.decimal)


_MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _related(sides: list[Scalar], relations: list[str]) -> Expression:
    """A value; ``x = value`` as the value; an inequality of a letter as its interval."""
    last = _expression(sides[-1])
    if not relations:
        return last
    if all(relation == "=" for relation in relations):
        return last
    letters = [_is_letter(side) for side in sides]
    if len(sides) == 2 and letters[0] != letters[1]:
        relation = relations[0] if letters[0] else _MIRRORED.get(relations[0], "")
        bound = _expression(sides[1] if letters[0] else sides[0])
        return _interval(relation, bound)
    rising = all(relation in {"<", "<="} for relation in relations)
    if len(sides) == 3 and letters == [False, True, False] and rising:
        brackets = ("[" if relations[0] == "<=" else "(") + ("]" if relations[1] == "<=" else ")")
        ends = (_expression(sides[0]), last)
        return Expression("list", "", brackets=brackets, parts=ends)
    raise _NoExpressionError


def _interval(relation: str, bound: Expression) -> Expression:
    endless = _atom("∞")
    if relation in {">", ">="}:
        brackets, parts = ("[)" if relation == ">=" else "()"), (bound, _expression(endless))
    elif relation in {"<", "<="}:
        below = Scalar(_scaled(endless.over, Fraction(-1)), _ONE, False)
        brackets, parts = ("(]" if relation == "<=" else "()"), (_expression(below), bound)
    else:
        raise _NoExpressionError
    return Expression("list", "", brackets=brackets, parts=parts)


def _expression(scalar: Scalar) -> Expression:
    return Expression("scalar", "", scalar)


def _is_letter(scalar: Scalar) -> bool:
    return scalar.under == _ONE and len(scalar.over) == 1 and _one_name(next(iter(scalar.over)))


def _one_name(monomial: Monomial) -> bool:
    return len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0].isalpha()
