"""How the authors' released code reads a completion: profile ``released`` only, bug for bug.

Source: ``reason_map.py`` and ``reasonmap_utils.py`` of fscdc/RewardMap at 15428ac.
"""

from __future__ import annotations

from typing import Final, final

from ...budget import Budget
from ...model import ParseFailure, Record

_MISSING = "Wrong"
_MARKERS = ("route name", "departure stop", "arrival stop")
#: What a section takes however short it is.
_SECTION_STEPS: Final = 20
_LONGEST_MARKER = max(map(len, _MARKERS))


@final
class ReleasedSegment(Record):
    """A segment as the authors' patterns see it.

    ``exact``: its markers stand there in their exact case; only such segments count for
    correctness, the others count for detail alone (D13).
    """

    _fields = ("line", "departure", "arrival", "exact")
    __slots__ = _fields

    def __init__(self, line: str, departure: str, arrival: str, exact: bool) -> None:
        self.line: Final = line
        self.departure: Final = departure
        self.arrival: Final = arrival
        self.exact: Final = exact


def parse_route(completion: str, budget: Budget) -> list[ReleasedSegment] | ParseFailure:
    """The sections between ``--`` that hold the three markers, in order."""
    segments = []
    for section in completion.split("--"):
        budget.spend(_SECTION_STEPS + len(section))
        if ":" not in section:
            continue
        exact = "Route Name:" in section and "Departure Stop:" in section
        exact = exact and "Arrival Stop:" in section
        if not exact and not _has_markers(section):
            continue
        segments.append(
            ReleasedSegment(
                _field(section, "Route Name: ").strip(),
                _field(section, "Departure Stop: "),
                section.rpartition("Arrival Stop:")[2].strip(),
                exact,
            )
        )
    return segments or ParseFailure("no_answer")


def _has_markers(section: str) -> bool:
    """Whether a section holds the three markers in any case; to lower all of it takes longer."""
    missing = set(_MARKERS)
    colon = section.find(":")
    while colon >= 0 and missing:
        before = section[max(colon - _LONGEST_MARKER, 0) : colon].lower()
        if before.endswith(_MARKERS):
            missing = {marker for marker in missing if not before.endswith(marker)}
        colon = section.find(":", colon + 1)
    return not missing


def _field(section: str, label: str) -> str:
    """What follows the first ``label``, up to a line feed that must be there."""
    start = section.find(label)
    if start >= 0:
        start += len(label)
        end = section.find("\n", start)
        if end >= 0:
            return section[start:end]
    return _MISSING


_LEAD_INS = (
    "the final answer is",
    "The final answer is",
    "the answer is",
    "The answer is",
    "the correct answer is",
    "The correct answer is",
    "the answer should be",
    "The answer should be",
)

# The order matters. Left out of the authors' list is what cannot change whether an answer is
# accepted: braces for \sqrt and \frac, 0.5 and a/b as fractions, and patterns with a space or a
# "=", which are gone by then.
_REPLACEMENTS = (
    (" ", ""),
    ("\\,", ""),
    ("∞", "\\infty"),
    ("+\\infty", "\\infty"),
    ("\\\\", "\\"),
    ("\n", ""),
    ("\\text", ""),
    ("\\mbox", ""),
    ("bmatrix", "pmatrix"),
    ("\\left", ""),
    ("\\right", ""),
    ("^{\\circ}", ""),
    ("^\\circ", ""),
    ("{m}^3", ""),
    ("m^3", ""),
    ("{units}", ""),
    ("units", ""),
    ("{km}", ""),
    ("km", ""),
    ("\\!", ""),
    ("\\\\", "\\"),
    ("tfrac", "frac"),
    ("dfrac", "frac"),
    ("\\left", ""),
    ("\\right", ""),
    ("^{\\circ}", ""),
    ("^\\circ", ""),
    ("\\$", ""),
    ("$", ""),
    ("\\%", ""),
)


# all that can change a text that has no backslash, and gets none from a sign for infinity
_PLAIN_REPLACEMENTS = tuple(pair for pair in _REPLACEMENTS if "\\" not in "".join(pair))


def parse_boxed(completion: str, budget: Budget) -> str:
    """The answer to a boxed question as the authors extract it, in lower case; may be empty."""
    # each of its replacements looks through the text once
    budget.spend(len(completion))
    answer = completion
    boxes = answer.count("oxed{")
    if not boxes and "nswer" not in answer:
        answer = answer.strip()
    elif not boxes:
        for lead_in in _LEAD_INS:
            found = lead_in in answer
            answer = answer.rpartition(lead_in)[2].strip()
            if found:
                answer = answer.partition("\n")[0].partition(". ")[0]
    elif boxes > 1:
        answer = "\\boxed{" + answer.rpartition("oxed{")[2]

    answer = _inside_box(answer) if "{" in answer else answer.lower()
    closing = answer.find("}")
    if closing >= 0 and "{" not in answer[:closing]:
        answer = answer[:closing]
    answer = answer.rpartition("=")[2].rpartition("\\approx")[2]

    plain = "\\" not in answer and "∞" not in answer
    for old, new in _PLAIN_REPLACEMENTS if plain else _REPLACEMENTS:
        answer = answer.replace(old, new)
    if answer.startswith("."):
        answer = "0" + answer
    if answer.count("\\approx") == 1:
        answer = answer.partition("\\approx")[2]
    return answer.rstrip(".").lstrip(":").strip()


def _inside_box(answer: str) -> str:
    """What stands between ``oxed{`` and the last ``}``, else all, once pairs ``{}`` are gone."""
    brace = answer.find("{")
    start = brace - len("oxed")
    # a text has no box before its first bracket: no need to look through it
    if answer.startswith("oxed", max(start, 0)):
        inside = _between(answer[start:].lower().replace("{}", ""))
        if inside is not None:
            return inside
    lower = answer.lower().replace("{}", "")
    inside = _between(lower)
    return lower if inside is None else inside


def _between(lower: str) -> str | None:
    start, end = lower.find("oxed{"), lower.rfind("}")
    return lower[start + len("oxed{") : end] if 0 <= start < end else None
