"""Fields that the golds of published rewards share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict
from typing_extensions import TypedDict

from .fields import Integer, Text, closed

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
#: A number that stays what it is: 12 is no 12.0 where it is compared as text.
ExactNumber = Integer | Annotated[float, Strict(), Field(allow_inf_nan=False)]
TrueOrFalse = Annotated[bool, Strict()]
Box = tuple[Number, Number, Number, Number]
Point = tuple[Number, Number]
Label = Annotated[Text | None, Field(default=None)]


@closed
class BoxRegion(TypedDict):
    """A box, [x1, y1, x2, y2], with or without a label."""

    box: Box
    label: Label


@closed
class NamedBoxRegion(TypedDict):
    """A box, [x1, y1, x2, y2], with its label."""

    box: Box
    label: Text


@closed
class PointedRegion(TypedDict):
    """A box and a point in it."""

    box: Box
    point: Point
    label: Label


@closed
class SpaceRegion(TypedDict):
    """A box along the axes: two opposite corners, [x1, y1, z1, x2, y2, z2]."""

    box: tuple[Number, Number, Number, Number, Number, Number]
    label: Label
