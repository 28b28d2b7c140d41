"""Planning answers: text -> segments. A segment is written "line/departure/arrival[/via]"."""

from __future__ import annotations

import pytest

from reward_server.core.budget import Budget
from reward_server.core.model import ParseFailure
from reward_server.core.transit.model import FormName, RouteClaim, Segment
from reward_server.core.transit.parse_route import LONGEST_RUN, parse_route


def text(segment: str, separator: str = "\n") -> str:
    """A segment as the template asks for it."""
    line, departure, arrival = segment.split("/")
    fields = [f"Route Name: {line}", f"Departure Stop: {departure}", f"Arrival Stop: {arrival}"]
    return separator.join(fields)


def claimed(completion: str, form: FormName = "short") -> RouteClaim:
    claim = parse_route(completion, form, Budget())
    assert isinstance(claim, RouteClaim)
    return claim


def segments(completion: str) -> list[str]:
    """The segments read, without the markdown that their values may keep."""
    read = claimed(completion).segments
    return [
        "/".join(part.strip("* ") for part in (one.line, one.departure, one.arrival))
        for one in read
    ]


ONE, TWO, THREE = text("1/A/B"), text("2/B/C"), text("3/C/D")


# --- what stands between segments

BETWEEN = {
    "--": True,
    "  -- ": True,
    "\n--\n": True,
    "\n\n \n--": True,
    # clear, but not what was asked
    "-": False,
    "---": False,
    "----------": False,
    "—": False,
    "***": False,
    "===": False,
    "**--**": False,
    "": False,
    "2.": False,
    "Segment 2": False,
    "Segment 2:": False,
    "### Segment 2": False,
    "**Step 2.**": False,
    "Leg #2": False,
    "第2段": False,
    "--\nSegment 2": False,
    "--\n--": False,
    "(change trains here)": False,
    "--\n[a short walk]": False,
    "（在此换乘）": False,
    "- change trains here": False,
    "* a bullet": False,
    "• a bullet\n--": False,
    "```\n--\n```": False,
}


@pytest.mark.parametrize(("between", "kept"), BETWEEN.items())
def test_segments_are_one_run_and_the_asked_separator_keeps_the_format(
    between: str, kept: bool
) -> None:
    completion = f"{ONE}\n{between}\n{TWO}"
    assert segments(completion) == ["1/A/B", "2/B/C"]
    assert claimed(completion).keeps_format is kept
    assert claimed(completion).signals == frozenset()


def test_nothing_at_all_between_segments_is_one_run() -> None:
    assert segments(f"{ONE}\n{TWO}\n{THREE}") == ["1/A/B", "2/B/C", "3/C/D"]


@pytest.mark.parametrize(
    "prose",
    [
        "Wait, that is not right.",
        "Or:",
        "Final answer",
        "(change) and walk",
        "Segment 2 goes on from here to the east and takes about five more minutes",
        "There are 2 segments",
        "Total",
        "Option 2: by the other line",
        "Note: this is the better way",
        "Answer:",
        "Let me check: is C on line 2?",
        "Wait: no",
        "So the route is: by the other line",
    ],
)
def test_a_line_of_prose_ends_a_run(prose: str) -> None:
    completion = f"{ONE}\n{prose}\n{TWO}"
    assert segments(completion) == ["2/B/C"]
    assert claimed(completion).keeps_format is True
    assert claimed(completion).signals == {"several_answers"}


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "Let me see -- the map.\n{}",
        "I think so:\n\n- Line 1\n- Line 2\n\n{}",
        "{}\n\nHave a nice trip!",
        "{}\n--",
        "{}\n--\nEnjoy.",
        "```\n{}\n```",
        "The route is: {}",
        "<think>" + THREE + "</think>{}",
        "<answer>{}</answer>",
        THREE + "\nNo:\n{}",
    ],
)
def test_what_stands_around_the_run_changes_nothing(around: str) -> None:
    completion = around.format(f"{ONE}\n--\n{TWO}")
    assert segments(completion) == ["1/A/B", "2/B/C"]
    assert claimed(completion).keeps_format is True


@pytest.mark.parametrize(
    "aside",
    [
        *("(on the red line)", "- on the red line", "```text", "Direction: east", "Colour: red"),
        *("Non-stop: yes", "--", "-", "---", "Segment 2:", "2."),
    ],
)
def test_an_aside_within_a_segment_costs_the_format_alone(aside: str) -> None:
    completion = ONE.replace("\nArrival", f"\n{aside}\nArrival")
    assert segments(completion) == ["1/A/B"]
    assert claimed(completion).keeps_format is False


# --- labels and values

LABELS = {
    "the template": "Route Name: 1\nDeparture Stop: A\nArrival Stop: B",
    "lower case": "route name: 1\ndeparture stop: A\narrival stop: B",
    "upper case": "ROUTE NAME: 1\nDEPARTURE STOP: A\nARRIVAL STOP: B",
    "bold, colon inside": "**Route Name:** 1\n**Departure Stop:** A\n**Arrival Stop:** B",
    "bold, colon outside": "**Route Name**: 1\n**Departure Stop**: A\n**Arrival Stop**: B",
    "underlined": "__Route Name__: 1\n__Departure Stop__: A\n__Arrival Stop__: B",
    "code": "`Route Name`: 1\n`Departure Stop`: A\n`Arrival Stop`: B",
    "bullets": "- Route Name: 1\n- Departure Stop: A\n- Arrival Stop: B",
    "stars": "* Route Name: 1\n* Departure Stop: A\n* Arrival Stop: B",
    "dots": "• Route Name: 1\n• Departure Stop: A\n• Arrival Stop: B",
    "quoted": "> Route Name: 1\n> Departure Stop: A\n> Arrival Stop: B",
    "full-width colons": "Route Name：1\nDeparture Stop：A\nArrival Stop：B",
    "no space": "Route Name:1\nDeparture Stop:A\nArrival Stop:B",
    "many spaces": "  Route  Name :   1  \nDeparture Stop:A\t\n\tArrival Stop: B",
    "station for stop": "Route Name: 1\nDeparture Station: A\nArrival Station: B",
    "carriage returns": "Route Name: 1\r\nDeparture Stop: A\r\nArrival Stop: B\r\n",
    "blank lines": "Route Name: 1\n\nDeparture Stop: A\n\n\nArrival Stop: B",
}


@pytest.mark.parametrize("completion", LABELS.values(), ids=LABELS)
def test_decorated_labels_are_labels_and_keep_the_format(completion: str) -> None:
    assert segments(completion) == ["1/A/B"]
    assert claimed(completion).keeps_format is True


MIDLINE = {
    "one line": "Route Name: 1 Departure Stop: A Arrival Stop: B",
    "glued": "Route Name: 1Departure Stop: AArrival Stop: B",
    "another order": "Departure Stop: A\nArrival Stop: B\nRoute Name: 1",
}


@pytest.mark.parametrize("completion", MIDLINE.values(), ids=MIDLINE)
def test_labels_count_anywhere_but_only_fields_in_order_and_one_a_line_keep_the_format(
    completion: str,
) -> None:
    assert segments(completion) == ["1/A/B"]
    assert claimed(completion).keeps_format is False


def test_a_table_or_json_is_read_by_its_labels() -> None:
    table = "| Route Name: 1 | Departure Stop: A | Arrival Stop: B |"
    json = '[{"Route Name": "1", "Departure Stop": "A", "Arrival Stop": "B"},\n'
    json += '{"Route Name": "2", "Departure Stop": "B", "Arrival Stop": "C"}]'
    assert len(claimed(table).segments) == 1
    assert len(claimed(json).segments) == 2
    assert claimed(json).keeps_format is False


def test_a_value_keeps_its_spelling_and_its_colons() -> None:
    (segment,) = claimed(
        "Route Name: Line: 1 (Red)\nDeparture Stop: [A]\nArrival Stop: B."
    ).segments
    assert segment == Segment("Line: 1 (Red)", "[A]", "B.")


def test_a_word_that_only_ends_like_a_label_is_none() -> None:
    assert isinstance(
        parse_route("Route Name: 1\nDeparture Stop: A\nNon-stop: B", "short", Budget()),
        ParseFailure,
    )


# --- via fields

VIA: list[tuple[FormName, str, str | None, str | None, bool]] = [
    ("short", "", None, None, True),
    ("short", "\nNumber of Via Stops: 2", "2", None, False),
    ("short", "\nVia Stops: X, Y", None, "X, Y", False),
    ("via_count", "\nNumber of Via Stops: 2", "2", None, True),
    ("via_count", "\n**Number of Via Stops**: 2", "2", None, True),
    ("via_count", "\nnumber of via stop：2", "2", None, True),
    ("via_count", "", None, None, False),
    ("via_count", "\nVia Stops: X, Y", None, "X, Y", False),
    ("via_count", "\nNumber of Via Stops:", "", None, True),
    ("via_stops", "\nVia Stops: X, Y", None, "X, Y", True),
    ("via_stops", "\nVia Stops:", None, "", True),
    ("via_stops", "\nVia Stops: -", None, "-", True),
    ("via_stops", "\nVia Stops: none", None, "none", True),
    ("via_stops", "", None, None, False),
    ("via_stops", "\nNumber of Via Stops: 2\nVia Stops: X, Y", "2", "X, Y", False),
    ("via_stops", " Via Stops: X", None, "X", False),
]


@pytest.mark.parametrize(("form", "more", "count", "stops", "kept"), VIA)
def test_via_questions_ask_for_a_fourth_field(
    form: FormName, more: str, count: str | None, stops: str | None, kept: bool
) -> None:
    claim = claimed(ONE + more, form)
    assert claim.segments == (Segment("1", "A", "B", count, stops),)
    assert claim.keeps_format is kept


def test_each_segment_needs_its_fourth_field() -> None:
    full = f"{ONE}\nNumber of Via Stops: 0\n--\n{TWO}\nNumber of Via Stops: 0"
    assert claimed(full, "via_count").keeps_format is True
    lacking = f"{ONE}\n--\n{TWO}\nNumber of Via Stops: 0"
    assert claimed(lacking, "via_count").keeps_format is False


# --- where an answer ends, and where there is none


@pytest.mark.parametrize(
    "cut",
    [
        "\n--\nRoute Name: 3",
        "\n--\nRoute Name: 3\nDeparture Stop: C",
        "\n--\nRoute Name: 3\nDeparture Stop: C\nArrival Stop:",
        "\nRoute Name: 3\nArrival Stop: D",
    ],
)
def test_a_last_segment_that_was_cut_off_is_dropped(cut: str) -> None:
    claim = claimed(f"{ONE}\n--\n{TWO}{cut}")
    assert [one.line for one in claim.segments] == ["1", "2"]
    assert claim.signals == {"truncated"}
    assert claim.keeps_format is False


def test_an_incomplete_segment_in_the_middle_ends_the_run() -> None:
    claim = claimed(f"{ONE}\n--\nRoute Name: 2\nDeparture Stop: B\n--\n{THREE}")
    assert [one.line for one in claim.segments] == ["3"]
    assert claim.signals == {"several_answers"}


def test_an_open_answer_tag_is_cut_off() -> None:
    assert claimed(f"<answer>{ONE}").signals == {"truncated"}


FAILURES = {
    "nothing": ("", "empty", {"empty"}),
    "white space": (" \n ", "empty", {"empty"}),
    "prose": ("Take line 1 from A to B.", "no_answer", set()),
    "no values": ("Route Name:\nDeparture Stop:\nArrival Stop:", "no_answer", set()),
    "decoration for values": (
        "Route Name: **\nDeparture Stop: -\nArrival Stop: []",
        "no_answer",
        set(),
    ),
    "cut off": ("Route Name: 1\nDeparture Stop: A", "no_answer", {"truncated"}),
    "thinking that does not end": (
        f"<think>{ONE}",
        "empty",
        {"empty", "truncated", "answer_only_in_thinking"},
    ),
    "in the thinking only": (
        f"<think>{ONE}</think>So be it.",
        "no_answer",
        {"answer_only_in_thinking"},
    ),
}


@pytest.mark.parametrize(("completion", "kind", "signals"), FAILURES.values(), ids=FAILURES)
def test_where_no_segment_is_there_is_no_answer(
    completion: str, kind: str, signals: set[str]
) -> None:
    claim = parse_route(completion, "short", Budget())
    assert isinstance(claim, ParseFailure)
    assert claim.kind == kind
    assert signals <= claim.signals


def test_64_segments_are_read_and_65_are_no_answer() -> None:
    assert LONGEST_RUN == 64
    many = [text(f"1/{number}/{number + 1}") for number in range(65)]
    assert len(claimed("\n--\n".join(many[:64])).segments) == 64
    claim = parse_route("\n--\n".join(many), "short", Budget())
    assert isinstance(claim, ParseFailure)
    assert claim.kind == "very_long"
    assert claim.signals == {"very_long"}


def test_a_long_run_before_the_answer_is_no_matter() -> None:
    completion = "\n--\n".join([ONE] * 65) + "\nNo, rather:\n" + TWO
    assert segments(completion) == ["2/B/C"]
