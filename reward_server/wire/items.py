"""The records of items: in ``POST /score``, on a line of ``score`` and in ``Scorer.score``.

Typed dictionaries, not model classes: pydantic-core checks them and fills in what is absent, so
an item is ready to be scored with no second pass in Python. Tasks that have the same fields share
a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from .fields import MANY_FIELDS, Label, closed, extensible, typed_dict
from .messages import Completion
from .problems import Problem, problems, too_wide

#: So many items are checked before problems are told: of all their problems at the most.
_CHECKED_TOGETHER = 128


class Item(TypedDict):
    """What the items of all tasks have; each has the fields of its task besides."""

    # once validated, every key is there
    id: Annotated[
        Label | None,
        Field(
            default=None,
            description="The caller's label, given back; need not be unique: results keep the "
            "order of the items.",
        ),
    ]
    group: Annotated[
        Label | None,
        Field(default=None, description="The prompt's label; asks for statistics of its items."),
    ]
    task: Annotated[str, Field(description="The kind of question.")]
    completion: Annotated[
        Completion,
        Field(
            description="The text of one sample, or chat messages, of which the text of the "
            "assistant's last turn is taken."
        ),
    ]


class ItemsError(ValueError):
    """Items that are not as expected, before anything is scored.

    ``index`` and ``field`` say where the first problem is, ``problems`` holds them all.
    """

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.problems = tuple(found)
        index, _, field = found[0].path.removeprefix("items[").partition("]")
        self.index = int(index) if index.isdigit() else None
        self.field = field.removeprefix(".") or None


class Items:
    """The items that a profile scores: a record for each set of tasks that have the same fields.

    ``records``: name -> typed dictionary. ``fields``: the names of the fields of any task.
    ``more``: columns that may stand beside an item's own; with them, any others may too.
    """

    def __init__(self, fields: Mapping[str, type], more: Mapping[str, Any] | None = None) -> None:
        self.tasks = tuple(fields)
        tasks: dict[type, list[str]] = {}
        for task, of_task in fields.items():
            tasks.setdefault(of_task, []).append(task)
        marked = closed if more is None else extensible
        records = [marked(item_record(of_task, names, more)) for of_task, names in tasks.items()]
        self.records = {record.__name__: record for record in records}
        self.fields = tuple(
            dict.fromkeys(name for record in records for name in get_type_hints(record))
        )
        self._tagged = len(self.records) > 1
        item: Any = Union[tuple(records)]  # noqa: UP007 - made of a list
        if self._tagged:
            item = Annotated[item, Field(discriminator="task")]
        self._one: TypeAdapter[Item] = TypeAdapter(item)
        self._many: TypeAdapter[list[Item]] = TypeAdapter(list[item])

    def read(self, items: object, look: Callable[[], object] = bool) -> list[Item]:
        """A list of items, checked, with every field that their tasks have. Raises ``ItemsError``.

        Paths of problems begin with ``items``; no more is checked behind the first that are found.
        ``look`` is called now and then; what it raises ends the work.
        """
        if not isinstance(items, list):
            return self._read(items, 0)
        checked: list[Item] = []
        for first in range(0, len(items), _CHECKED_TOGETHER):
            look()
            checked += self._read(items[first : first + _CHECKED_TOGETHER], first)
        return checked

    def _read(self, items: object, first: int) -> list[Item]:
        if isinstance(items, list) and not _all_narrow(items):
            for index, item in enumerate(items, first):
                if problem := too_wide(item, f"items[{index}]"):
                    raise ItemsError([problem])
        try:
            return self._many.validate_python(items)
        except ValidationError as error:
            found = self._problems(error, first)
            raise ItemsError([Problem(f"items{path}", text) for path, text in found]) from error

    def read_one(self, item: object) -> Item:
        """One item; raises ``ItemsError``, whose paths begin with the item's field."""
        if problem := too_wide(item):
            raise ItemsError([problem])
        try:
            return self._one.validate_python(item)
        except ValidationError as error:
            raise ItemsError(self._problems(error)) from error

    def read_json(self, text: bytes) -> Item:
        """One item from its JSON; raises ``ItemsError`` as ``read_one`` does."""
        try:
            return self._one.validate_json(text)
        except ValidationError as error:
            raise ItemsError(self._problems(error)) from error

    def schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON schema of each record by its name, with those that they refer to."""
        named: dict[str, dict[str, Any]] = {}
        for name, record in self.records.items():
            schema = TypeAdapter(record).json_schema(ref_template="#/components/schemas/{model}")
            named |= schema.pop("$defs", {})
            named[name] = schema
        return named

    def _problems(self, error: ValidationError, first: int = 0) -> list[Problem]:
        return problems(error, self.tasks if self._tagged else (), first)


def _all_narrow(items: list[Any]) -> bool:
    """Whether no item has too many fields, as quickly as that can be told of many."""
    try:
        return max(map(len, items), default=0) <= MANY_FIELDS
    except TypeError:  # some are no objects
        return False


@lru_cache
def items_of(fields: tuple[tuple[str, type], ...]) -> Items:
    """The items of a table of tasks: (task, its typed dictionary of fields), in order.

    Profiles with the same table share what checks their items.
    """
    return Items(dict(fields))


def item_record(
    fields: type,
    tasks: Sequence[str],
    more: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - a typed dictionary that is made here
    """The typed dictionary of items of these tasks, with their fields and ``more`` columns.

    Where both have a name, it is the tasks' field.
    """
    common = get_type_hints(Item, include_extras=True)
    named: Any = Literal[tuple(tasks)]
    columns = {
        "id": common["id"],
        "group": common["group"],
        "task": Annotated[(named, *common["task"].__metadata__)],
        **(more or {}),
        **get_type_hints(fields, include_extras=True),
        "completion": common["completion"],
    }
    name = f"{fields.__name__.removesuffix('Fields')}Item"
    return typed_dict(name, columns, fields.__doc__)
