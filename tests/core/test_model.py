"""Records: what the stages hand on is compared and printed by its fields."""

from __future__ import annotations

import pytest

from reward_server.core.model import ParseFailure, Record
from reward_server.core.transit.model import Ride, Segment, ValueClaim

RIDE = Ride(1, 2, 3)


@pytest.mark.parametrize(
    "other",
    [Ride(0, 2, 3), Ride(1, 0, 3), Ride(1, 2, 0), Ride(1, 2, 3, 4), ValueClaim(1, True), (1, 2, 3)],
    ids=repr,
)
def test_records_that_differ_in_a_field_or_in_their_kind_differ(other: object) -> None:
    assert other != RIDE


def test_records_with_equal_fields_are_equal_and_have_one_hash() -> None:
    assert Ride(1, 2, 3, None) == RIDE
    assert len({RIDE, Ride(1, 2, 3)}) == 1


@pytest.mark.parametrize(
    ("record", "printed"),
    [
        (RIDE, "Ride(line=1, departure=2, arrival=3, via=None)"),
        (ParseFailure("empty"), "ParseFailure(kind='empty', signals=frozenset())"),
        (
            Segment("1", "A", "B", "2"),
            "Segment(line='1', departure='A', arrival='B', via_count='2', via_stops=None)",
        ),
    ],
)
def test_a_record_is_printed_with_its_fields(record: Record, printed: str) -> None:
    assert repr(record) == printed


def test_a_record_with_some_fields_changed_is_another_record() -> None:
    assert RIDE._replace(arrival=4, via=1) == Ride(1, 2, 4, 1)
    assert Ride(1, 2, 3) == RIDE
    assert RIDE._asdict() == {"line": 1, "departure": 2, "arrival": 3, "via": None}
