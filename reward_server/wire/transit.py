"""The fields of questions on maps, in the dataset's columns."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from ..core.transit.model import FormName
from .fields import Difficulty, Integer, Text

#: Characters of an option's text: an answer that is so long is prose.
LONGEST_OPTION = 1000

Option = Annotated[Text, Field(max_length=LONGEST_OPTION)]


class TransitFields(TypedDict):
    """One completion with its question and gold, in the dataset's columns."""

    network: Annotated[
        Text | None,
        Field(
            default=None,
            description="A name of `networks` or of a loaded network, such as `china/beijing`; "
            "not needed where the task never looks at the network.",
        ),
    ]
    station_1: Annotated[
        Text | None,
        Field(
            default=None,
            description="Gold of planning, where the route starts; also needed by Counting1 where "
            "the profile looks at its network.",
        ),
    ]
    station_2: Annotated[
        Text | None,
        Field(default=None, description="Gold of planning, where the route ends; likewise."),
    ]
    answer: Annotated[
        Integer | None,
        Field(
            default=None,
            description="Gold of the boxed tasks: TorF 1 yes / 0 no; Counting1 0-3 for A-D; "
            "Counting2 and Counting3 the count.",
        ),
    ]
    options: Annotated[
        tuple[Option, Option, Option, Option] | None,
        Field(default=None, description="Counting1: the texts of A to D."),
    ]
    difficulty_city: Annotated[
        Difficulty | None, Field(default=None, description="Absent or null: easy.")
    ]
    question_transfer_count: Annotated[
        Integer | None,
        Field(
            default=None,
            description="Planning: transfers of the reference route. Absent or null: the "
            "network's fewest rides - 1.",
        ),
    ]
    question_form: Annotated[
        FormName | None,
        Field(default=None, description="Planning: the asked form. Absent or null: short."),
    ]
