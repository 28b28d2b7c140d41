"""The promises of profile ``robust`` about routes (docs/reward.md).

They are promises of ``robust`` alone: ``released`` is the authors' code with its faults, and
``paper`` the formula as printed, in which a wrong route can earn more than a right one.

Each runs on random cities and on ReasonMap's 30, and tries the same in every run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reward_server.core.model import ParseFailure
from reward_server.core.transit.build import build
from tests.scoring import form_of, make_question

from .cities import City, city_of
from .errors import random_error, spoil
from .journeys import (
    FORMS,
    STRANGERS,
    Asked,
    Route,
    Segment,
    as_asked,
    as_tolerated,
    ask,
    is_right,
    ride,
    right_routes,
    said_once,
)

DrawCity = Callable[[Random], City]
# seeded by hypothesis: much more varied than what it draws itself
RANDOM = st.randoms(use_true_random=True)
SLACK = 1e-9

examples = settings(max_examples=2 * settings().max_examples)


def ask_any(draw_city: DrawCity, rng: Random) -> Asked:
    asked = ask(draw_city(rng), rng)
    assume(asked)
    assert asked
    return asked


def any_route(asked: Asked, rng: Random) -> Route:
    """A right route, or one with up to three errors."""
    route = rng.choice(right_routes(asked, rng, 2))
    return spoil(route, [random_error(route, asked, rng) for _ in range(rng.randrange(4))])


@examples
@given(rng=RANDOM)
def test_any_route_of_fewest_rides_earns_everything_in_every_form(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    for form in FORMS:
        asked = asked._replace(question={**asked.question, "question_form": form})
        for route in right_routes(asked, rng, 4):
            scored = asked.reward(asked.text(route))
            assert scored.correct
            assert scored.reward == pytest.approx(16 * scored.weight), asked.text(route)


@examples
@given(rng=RANDOM)
def test_a_right_route_in_a_tolerated_spelling_loses_the_format_point_at_most(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    for route in right_routes(asked, rng, 3):
        text = as_tolerated(route, form_of(asked.question), rng)
        scored = asked.reward(text)
        assert scored.correct, text
        assert scored.detail == pytest.approx(10), text


@examples
@given(rng=RANDOM)
def test_a_route_counts_as_right_where_it_can_be_ridden_and_no_wrong_one_outscores_it(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    for _ in range(4):
        route = any_route(asked, rng)
        scored = asked.reward(asked.text(route))
        assert scored.correct == (bool(route) and is_right(route, asked)), asked.text(route)
        if scored.correct:
            assert 10 * scored.weight - SLACK <= scored.reward <= 16 * scored.weight + SLACK
        else:
            assert 0 <= scored.reward <= 6 * scored.weight + SLACK


@examples
@given(rng=RANDOM, text=st.text(max_size=80))
def test_what_cannot_be_read_never_beats_an_attempt(
    draw_city: DrawCity, rng: Random, text: str
) -> None:
    asked = ask_any(draw_city, rng)
    nothing = asked.reward(text)
    assert isinstance(nothing.claim, ParseFailure)
    attempt = asked.reward(asked.text(any_route(asked, rng)) or "x")
    assert nothing.reward == 0 <= attempt.reward


PROSE = (
    "Let me look at the map: it has {n} lines.",
    "从地图上看，先找到起点站。",
    "Route 1 departs at noon.",
    "I first considered another way, but it is longer!",
    "Answer: 3. The answer is B, \\boxed{{7}}.",
    "So it is. Stops: [A, B]",
)
THINKING = (
    "<think>{other}</think>",
    "<think>hm</think>\n{other}\n<think>{prose}</think>\n",
    "◁think▷{other}◁/think▷",
    "<thinking>{prose}\n{other}</thought>\n",
    "[THINK]{other}[/THINK]{prose}\n",
    "<|begin_of_thought|>{other}<|end_of_thought|>",
)
BEFORE = (
    "{prose}\n",
    "{prose} ",
    "\n\n{prose}\n\n",
    "{other}\n{prose}\n",
    "{other}\n\n{prose} ",
    "{other}\n--\nRoute Name: Line 9\nDeparture Stop: somewhere\n{prose}\n",
    "{prose}\n{other} </think> ",
    "<answer>{other}</answer>\n{prose}\n",
    "**{prose}**\n```\n{other}\n```\n# {prose}\n",
    *THINKING,
)


@examples
@given(rng=RANDOM)
def test_what_stands_before_the_answer_never_changes_the_reward(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    text = asked.text(any_route(asked, rng))
    assume(text)
    plain = asked.reward(text).reward
    for before in BEFORE:
        other = asked.text(any_route(asked, rng))
        prose = rng.choice(PROSE).format(n=7)
        start = before.format(other=other, prose=prose)
        if "<answer>" in start:
            text = f"<answer>{text}</answer>"
        assert asked.reward(start + text).reward == plain, start + text


BOILERPLATE = (
    "<|im_end|>",
    "</s><pad><pad>",
    "<|im_end|>\n<|im_start|>user\n{prose}",
    "\nTravel Time: 5 min",
    "\n{prose}",
    "\n\n{prose}\n{prose}",
    "\n--\n",
    "\n--\n--\n--",
    "\n\n(one transfer)",
    "\n- have a good trip",
    "\nI hope this helps! --",
    "\n```",
    "\n\n\n",
    "\nRoute Name:",
    "\n--\nRoute Name: Line 1",
    "\n--\nRoute Name: Line 1\nDeparture Stop: somewhere",
)


@examples
@given(rng=RANDOM)
def test_boilerplate_around_the_answer_never_raises_the_reward(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    text = asked.text(any_route(asked, rng))
    assume(text)
    plain = asked.reward(text).reward
    for behind in BOILERPLATE:
        more = text + behind.format(prose=rng.choice(PROSE).format(n=7))
        assert asked.reward(more).reward <= plain + SLACK, more


REPEATED: dict[str, Callable[[Route, int], Route]] = {
    "all twice": lambda route, _: route * 2,
    "all three times": lambda route, _: route * 3,
    "the last": lambda route, _: route + route[-1:],
    "from one to the end": lambda route, at: route + route[at:],
    "one at its place": lambda route, at: route[: at + 1] + route[at:],
    "one many times": lambda route, at: route[:at] + route[at : at + 1] * 5 + route[at + 1 :],
    "the first at the end": lambda route, _: route + route[:1],
    "any at the end": lambda route, at: route + route[at : at + 1],
    "all backwards": lambda route, _: route + route[::-1],
}


@pytest.mark.parametrize("repeat", REPEATED.values(), ids=REPEATED)
@examples
@given(rng=RANDOM)
def test_repeating_segments_never_raises_the_reward(
    draw_city: DrawCity, repeat: Callable[[Route, int], Route], rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    route = any_route(asked, rng)
    assume(route)
    # one that repeats itself whole has lost the format point already
    route = said_once(route, asked)
    longer = repeat(route, rng.randrange(len(route)))
    plain, more = (asked.reward(asked.text(one)).reward for one in (route, longer))
    assert more <= plain + SLACK, asked.text(longer)


def test_a_void_segment_earns_no_destination() -> None:
    lines = {"1": ["A", "B", "C"]}
    asked = Asked(city_of(build("t", lines), lines), make_question("planning", "C", "B"), 1)
    asked = asked._replace(question={**asked.question, "question_transfer_count": 1})
    route = (Segment("1", "A", "B"), Segment("1", "B", "C"))
    plain = asked.reward(asked.text(route)).reward
    assert asked.reward(asked.text(route + route[:1])).reward <= plain


def test_a_void_segment_earns_no_progress() -> None:
    lines = {"1": ["A", "B", "C"], "2": ["B", "D"]}
    asked = Asked(city_of(build("t", lines), lines), make_question("planning", "A", "D"), 2)
    asked = asked._replace(question={**asked.question, "question_transfer_count": 3})
    route = (Segment("1", "A", "B"), Segment("1", "B", "C"))
    plain = asked.reward(asked.text(route)).reward
    assert asked.reward(asked.text(route[:1] + route)).reward <= plain


@examples
@given(rng=RANDOM)
def test_appending_segments_to_a_complete_route_never_raises_the_reward(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    for route in right_routes(asked, rng, 3):
        plain = asked.reward(asked.text(route)).reward
        longer = route
        for _ in range(3):
            here = longer[-1].arrival
            lines = [line for line, stops in asked.city.stops.items() if here in stops]
            line = rng.choice([*(lines or asked.city.stops), STRANGERS[1]])
            goal = rng.choice([*asked.city.stations(), asked.destination, STRANGERS[0]])
            longer = (*longer, ride(asked.city, line, here, goal, rng))
            assert asked.reward(asked.text(longer)).reward <= plain + SLACK, asked.text(longer)


@examples
@given(rng=RANDOM)
def test_a_ride_split_where_it_passes_earns_what_the_whole_ride_earns(
    draw_city: DrawCity, rng: Random
) -> None:
    asked = ask_any(draw_city, rng)
    for route in right_routes(asked, rng, 3):
        at = rng.randrange(len(route))
        _, departure, arrival, via, _ = route[at]
        stops = {stop for segment in route for stop in (segment.departure, segment.arrival)}
        assert via is not None
        passed = [i for i, stop in enumerate(via) if stop not in stops and via.count(stop) == 1]
        if not passed:
            continue
        cut = rng.choice(passed)
        pieces = []
        for start, end, between in (
            (departure, via[cut], via[:cut]),
            (via[cut], arrival, via[cut + 1 :]),
        ):
            pieces.append(route[at]._replace(departure=start, arrival=end, via=between))
            pieces[-1] = pieces[-1]._replace(number=len(between))
        text = asked.text((*route[:at], *pieces, *route[at + 1 :]))
        scored = asked.reward(text)
        assert scored.reward == pytest.approx(16 * scored.weight), text


NUMBERS = ("9" * 200, "9" * 5000, "-1", "1e400", "nan", "inf", "10**9", "٣", "²", "½", "0x10", "-0")


@examples
@given(rng=RANDOM)
def test_every_number_of_a_breakdown_is_finite(draw_city: DrawCity, rng: Random) -> None:
    asked = ask_any(draw_city, rng)
    for number in NUMBERS:
        route = any_route(asked, rng)
        text = as_asked(route, "via_count") + f"\nNumber of Via Stops: {number}"
        text = text.replace("Stops: 1", f"Stops: {number}")
        scored = asked.reward(text)
        numbers = (scored.reward, scored.weight, scored.detail, *scored.terms.values())
        assert all(math.isfinite(number) for number in numbers if number is not None)
