"""What functions and classes say of themselves, inside the package and outside."""

from __future__ import annotations

from dataclasses import dataclass

from reward_server.core.transit.constants import Planning
from reward_server.core.transit.gold import route_gold
from reward_server.explorer.sources import attribute_docs, place, says


@dataclass
class Points:
    near: float = 1.0
    """For a number that
    is ``near``."""
    far: float = 0.0


def outside() -> None:
    """Says ``this``
    in two lines.

    And more.
    """


def test_the_first_paragraph_of_a_docstring_is_told() -> None:
    assert says(route_gold) == "Gold for rules that ride the network; raises GoldError."
    assert says(outside) == "Says this in two lines."
    assert place(route_gold) == "core.transit.gold.route_gold"


def test_attributes_have_the_docstring_below_them() -> None:
    assert attribute_docs(Planning)["lines_direct"] == "In place of lines where one ride is enough."
    assert attribute_docs(Points) == {"near": "For a number that is near."}


def test_what_has_no_source_says_nothing() -> None:
    scope: dict[str, type] = {}
    exec("class Made: pass\ndef made(): pass", scope)  # noqa: S102 - what no file holds
    assert attribute_docs(scope["Made"]) == {}
    assert says(scope["made"]) == ""
    assert says(lambda: None) == ""
