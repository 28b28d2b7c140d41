"""How the fields of an item are asked for: annotation -> input of a form, text -> value and back.

A task that somebody adds gets its inputs from the annotations of its fields alone.
"""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import orjson
import typing_extensions
from pydantic.fields import FieldInfo

Fields = Mapping[str, str]
"""The fields of a form: all text, empty or absent where there is nothing."""

Kind = Literal["text", "integer", "number", "choice", "texts", "json"]
"""What is typed into an input. ``texts``: one a line; ``json``: JSON, or a text as it is."""

#: The fields of the page's form that are no item's.
PAGE_FIELDS = ("profile", "map", "do")

_SIMPLE: Mapping[Any, Kind] = {str: "text", int: "integer", float: "number"}
_LISTS = (list, tuple, set, frozenset, Sequence)
_NOT_REQUIRED = (typing.NotRequired, typing_extensions.NotRequired)
_WRAPPERS = (
    *_NOT_REQUIRED,
    typing.Required,
    typing_extensions.Required,
    typing_extensions.ReadOnly,
)
#: Digits of the longest number that is read as one.
_LONGEST_NUMBER = 40


class Input(NamedTuple):
    """An input for one field of an item.

    ``blank``: what an empty input stands for: the field is left out, null, or has to be filled.
    ``choices``: value and words of each. ``size``: how many texts, 0 where any number will do.
    ``suggests``: the name of a list of texts to choose from. ``renews``: only these can be chosen,
    and another one asks another question.
    """

    name: str
    kind: Kind
    label: str
    blank: Literal["absent", "null", "refused"] = "refused"
    hint: str = ""
    placeholder: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    size: int = 0
    suggests: str = ""
    renews: bool = False

    @property
    def key(self) -> str:
        """Its name in the form."""
        return f"item.{self.name}" if self.name in PAGE_FIELDS else self.name

    def read(self, text: str) -> Any:  # noqa: ANN401 - of any kind
        """The value that a text stands for; else the text, for the item's check to tell of."""
        match self.kind:
            case "choice":
                values = {as_text(value): value for value, _ in self.choices}
                return values.get(text, text)
            case "texts":
                return [line.strip() for line in text.split("\n") if line.strip()]
            case "integer" | "number":
                return _number(text.strip(), self.kind)
            case "json":
                try:
                    return orjson.loads(text)
                except orjson.JSONDecodeError:
                    return text
        return text.strip()

    def write(self, value: object) -> str:
        """The text that stands for a value; empty for none."""
        if value is None:
            return ""
        if self.kind == "texts" and isinstance(value, list | tuple):
            return "\n".join(map(str, value))
        return json.dumps(value, ensure_ascii=False) if self.kind == "json" else as_text(value)


def as_text(value: object) -> str:
    """A value of a choice, or a number, as a form has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def inputs_of(fields: type) -> tuple[Input, ...]:
    """An input for each field of a typed dictionary, in order."""
    hints = get_type_hints(fields, include_extras=True)
    return tuple(_input(name, hint) for name, hint in hints.items())


def _input(name: str, annotation: Any) -> Input:  # noqa: ANN401 - an annotation of any form
    bare, described, may_be_absent = _unwrapped(annotation)
    info = next((each for each in described if isinstance(each, FieldInfo)), FieldInfo())
    kind, choices, size = _kind(bare)
    blank: Literal["absent", "null", "refused"] = "refused"
    if may_be_absent or not info.is_required():
        blank = "absent"
    elif NoneType in get_args(bare):
        blank = "null"
    default = None if info.is_required() else info.default
    return Input(
        name,
        kind,
        name,
        blank,
        info.description or "",
        "" if default is None else as_text(default),
        choices,
        size,
    )


def _unwrapped(annotation: Any) -> tuple[Any, list[Any], bool]:  # noqa: ANN401 - of any form
    """A type without what is annotated to it, that, and whether a field of it may be absent."""
    described: list[Any] = []
    may_be_absent = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            described += more
        elif origin in _WRAPPERS:
            may_be_absent = may_be_absent or origin in _NOT_REQUIRED
            (annotation,) = get_args(annotation)
        else:
            return annotation, described, may_be_absent


def _kind(bare: Any) -> tuple[Kind, tuple[tuple[Any, str], ...], int]:  # noqa: ANN401 - a type of any form
    """The kind of input for a type, its choices, and how many texts it has."""
    if get_origin(bare) in (Union, UnionType):
        forms = [form for form in get_args(bare) if form is not NoneType]
        # a type or nothing is asked for as the type; of several, any may be meant
        return _kind(_unwrapped(forms[0])[0]) if len(forms) == 1 else ("json", (), 0)
    if bare is bool:
        return "choice", ((True, "true"), (False, "false")), 0
    if get_origin(bare) is Literal:
        return "choice", tuple((value, as_text(value)) for value in get_args(bare)), 0
    origin, parts = get_origin(bare), [_unwrapped(part)[0] for part in get_args(bare)]
    if origin in _LISTS and parts and all(part in (str, Ellipsis) for part in parts):
        return "texts", (), len(parts) if origin is tuple and Ellipsis not in parts else 0
    return _SIMPLE.get(bare, "json"), (), 0


def _number(text: str, kind: Kind) -> int | float | str:
    """The number that a text is, finite; else the text."""
    if len(text) > _LONGEST_NUMBER:
        return text
    for read in (int,) if kind == "integer" else (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return text
