"""What is asked, in words, and what the words of a question say of it.

The sentences have the style of the published ones: what is asked for, where the answer goes, then
"According to the subway map". Readers of a dataset learn a planning question's form and a choice's
options from its text alone, so what is written here can be read back, and so can the originals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reward_server.core.transit.model import FormName

#: The system's message before each question, in training and in evaluation, as published.
SYSTEM = "You are a helpful assistant."
_LETTERS = "ABCD"
_BOXED = {
    "yes_no": 'Please solve the problem and put your answer, only yes or no, in one "\\boxed{}".',
    "choice": (
        "Please solve the multiple choice problem and put your answer, one of A, B, C and D, in "
        'one "\\boxed{}".'
    ),
    "count": 'Please solve the problem and put your answer, an integer, in one "\\boxed{}".',
}
_MAP = " According to the subway map, "

_SEGMENT = "Route Name: Line x\nDeparture Stop: xx Station\nArrival Stop: xx Station"
_VIA = {
    "short": "",
    "via_count": "\nNumber of Via Stops: x",
    "via_stops": "\nVia Stops: xx Station, xx Station",
}
_ASKED = {
    "short": "with only the line name and the departure and arrival stations",
    "via_count": (
        "with the line name, the departure and arrival stations, and the number of via stops of "
        "each section (excluding its departure and arrival stations)"
    ),
    "via_stops": (
        "with the line name, the departure and arrival stations, and all the via stops of each "
        "section (excluding its departure and arrival stations), separated by commas"
    ),
}

# option = line-start or blank, letter, ")" or ".", text up to the next option or the end
_OPTION = re.compile(r"(?:^|(?<=\s))([A-D])[).]\s*(.*?)\s*(?=\s[A-D][).]|\Z)", re.DOTALL)


def same_line(station_1: str, station_2: str) -> str:
    """The TorF1 question."""
    return (
        f"{_BOXED['yes_no']}{_MAP}is it true that {station_1} is on the same line as {station_2}?"
    )


def on_line(station: str, line: str) -> str:
    """The TorF2 question."""
    named = line if any(word in line.casefold() for word in ("line", "线")) else f"the line {line}"
    return f"{_BOXED['yes_no']}{_MAP}is it true that {station} is on {named}?"


def stops_between(station_1: str, station_2: str, options: Sequence[str]) -> str:
    """The Counting1 question with its four options."""
    choices = "".join(
        f"\n{letter}) {text} " for letter, text in zip(_LETTERS, options, strict=True)
    )
    return (
        f"{_BOXED['choice']}{_MAP}how many intermediate stops are there between {station_1} and "
        f"{station_2} (not counting these two)?{choices}\n"
    )


def lines_at(station: str) -> str:
    """The Counting2 question."""
    return f"{_BOXED['count']}{_MAP}how many lines pass through {station}?"


def lines_in_total() -> str:
    """The Counting3 question."""
    return f"{_BOXED['count']}{_MAP}how many subway (metro) lines are there in total?"


def route(station_1: str, station_2: str, form: FormName) -> str:
    """The planning question in one of its forms."""
    return (
        f"According to the subway map, how do I get from {station_1} to {station_2}? Provide only "
        f"one optimal route, {_ASKED[form]}. The format should be strictly followed, with a line "
        f'"--" between the sections of a route:\n{_SEGMENT}{_VIA[form]}\n--\n{_SEGMENT}{_VIA[form]}'
    )


def form_of(question: str) -> FormName:
    """The form that a planning question asks for, by the fields it shows."""
    shown = question.casefold()
    if "number of via stops" in shown:
        return "via_count"
    return "via_stops" if "via stops" in shown else "short"


def options_of(question: str) -> tuple[str, str, str, str] | None:
    """The texts of A to D of a choice; ``None`` where the question does not show all four, once."""
    _, _, after = question.rpartition("?")
    found = _OPTION.findall(after)
    if [letter for letter, _ in found] != list(_LETTERS) or not all(text for _, text in found):
        return None
    a, b, c, d = (text for _, text in found)
    return a, b, c, d
