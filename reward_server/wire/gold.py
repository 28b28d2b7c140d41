"""The fields of gold that items can have, whatever their tasks."""

from __future__ import annotations

from typing import Final

from .transit import TransitFields

#: The records of gold that come with the package.
RECORDS: Final = (TransitFields,)
#: The names of their fields: which columns of a dataset are gold.
GOLD_FIELDS: Final = tuple(
    dict.fromkeys(name for record in RECORDS for name in record.__annotations__)
)
