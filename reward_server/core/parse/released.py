"""How the authors' released code reads a completion: profile ``released`` only, bug for bug.

Source: ``reason_map.py`` and ``reasonmap_utils.py`` of fscdc/RewardMap at 15428ac.
"""

from __future__ import annotations

from typing import NamedTuple

from ..model import ParseFailure, Question

_MISSING = "Wrong"


class ReleasedSegment(NamedTuple):
    """A segment as the authors' patterns see it.

    ``exact``: its markers stand there in their exact case; only such segments count for
    correctness, the others count for detail alone (D13).
    """

    line: str
    departure: str
    arrival: str
    exact: bool


def parse_route(completion: str, _: Question) -> list[ReleasedSegment] | ParseFailure:
    """The sections between ``--`` that hold the three markers, in order."""
    segments = []
    for section in completion.split("--"):
        exact = "Route Name:" in section and "Departure Stop:" in section
        exact = exact and "Arrival Stop:" in section
        if not exact:
            lower = section.lower()
            if "route name:" not in lower or "departure stop:" not in lower:
                continue
            if "arrival stop:" not in lower:
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


def parse_boxed(completion: str, _: Question) -> str | ParseFailure:
    """The answer to a boxed question as the authors extract it, in lower case; may be empty."""
    answer = completion
    boxes = answer.count("oxed{")
    if not boxes:
        for lead_in in _LEAD_INS:
            found = lead_in in answer
            answer = answer.rpartition(lead_in)[2].strip()
            if found:
                answer = answer.partition("\n")[0].partition(". ")[0]
    elif boxes > 1:
        answer = "\\boxed{" + answer.rpartition("oxed{")[2]

    inside = _inside_box(answer)
    answer = _without_pairs(answer) if inside is None else inside
    closing = answer.find("}")
    if closing >= 0 and "{" not in answer[:closing]:
        answer = answer[:closing]
    answer = answer.rpartition("=")[2].rpartition("\\approx")[2]

    for old, new in _REPLACEMENTS:
        answer = answer.replace(old, new)
    if answer.startswith("."):
        answer = "0" + answer
    if answer.count("\\approx") == 1:
        answer = answer.partition("\\approx")[2]
    return answer.rstrip(".").lstrip(":").strip()


def _inside_box(answer: str) -> str | None:
    """What stands between ``oxed{`` and the last ``}``, once pairs ``{}`` are gone."""
    before, box, after = answer.rpartition("oxed{")
    # a text without a bracket before its box cannot get another one: no need to look through it
    lower = _without_pairs(box + after if box and "{" not in before else answer)
    start, end = lower.find("oxed{"), lower.rfind("}")
    return lower[start + len("oxed{") : end] if 0 <= start < end else None


def _without_pairs(answer: str) -> str:
    return answer.lower().replace("{}", "")
