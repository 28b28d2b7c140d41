"""What the fields of records are made of: strict texts and numbers, and what else is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler, Strict, with_config
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict

from ..core.model import DifficultyName

#: Marks a record that refuses fields it does not know.
closed = with_config(ConfigDict(extra="forbid"))
#: Marks a record that leaves fields it does not know alone, and drops them.
lenient = with_config(ConfigDict(extra="ignore"))
#: Marks a record that keeps fields it does not know beside its own, unread.
extensible = with_config(ConfigDict(extra="allow"))

#: An object of more fields is none of ours: validation would tell of each that it does not know.
MANY_FIELDS = 256

#: Marks, in the location of a validation error, the form that was tried; no field of ours.
FORM = "form:"


class AlsoAccepts:
    """Annotation: another form is taken as well, and is converted to the annotated type."""

    def __init__(self, other: object) -> None:
        self._other = other

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        own, other = handler(source), handler.generate_schema(self._other)
        return core_schema.union_schema(
            [(own, f"{FORM}own"), (other, f"{FORM}other")], mode="left_to_right"
        )


Text = Annotated[str, Strict()]
Integer = Annotated[int, Strict(), Field(ge=-(2**63), le=2**63 - 1)]
Label = Annotated[str, Strict(), AlsoAccepts(Annotated[Integer, AfterValidator(str)])]
"""A caller's own name for something; an integer is taken and comes back as a string."""
Difficulty = Annotated[
    DifficultyName, AlsoAccepts(Annotated[Literal["medium"], AfterValidator(lambda _: "middle")])
]
NotRead = Annotated[Any, Field(description="Taken, but not read.")]


def typed_dict(name: str, fields: Mapping[str, Any], says: str | None) -> Any:  # noqa: ANN401 - a class
    """A typed dictionary whose fields are only known when the program runs; ``says``: of it."""
    make: Any = TypedDict  # which the type checker knows as a form of the language only
    record = make(name, dict(fields))
    record.__doc__ = says
    return record
