"""No completion takes more than linear time, whatever stands in it.

Not time is measured but work: core is imported once more with every step counted (``counted``),
down to the backtracking of its regular expressions (``regex_steps``). A text four times as
long may take four times the steps, and a little for the logarithm in lists of via stops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from reward_server.core.transit.model import FormName, TaskName
from reward_server.core.transit.name_index import EFFORT_STEPS, READING_STEPS

from ..scoring import make_question
from .counted import UncountedError, Work, counted_lines
from .counted_core import WORK, build, steps_of_item

KB = 1024
SHORT, LONG = (2 * KB, 8 * KB), (64 * KB, 256 * KB)
MOST = 4.6
#: Look-ups by similarity in one completion: its effort, in names of the eight letters below.
FUZZY = EFFORT_STEPS // (8 * READING_STEPS)

STATIONS = [f"{letter}{letter}berg Station" for letter in "ABCDEFGHIJKLMNOP"]
CITY = build("city", {"Line 1": STATIONS[:12], "Line 2": [*STATIONS[9:], STATIONS[3]]})

SEGMENT = (
    "Route Name: Line 1\nDeparture Stop: AAberg Station\nArrival Stop: LLberg Station\n"
    "Number of Via Stops: 10\nVia Stops: BBberg Station, CCberg Station"
)
MARKERS = (
    *("| Route Name | Departure Stop | Arrival Stop |\n", "| a ", "途经站：", "Via Stops:\n- a\n"),
    *("Direction: a\n", "First leg:\n", "Segment 1: a\n", "Transfer: a\n", "a: ", "在换乘"),
    *("Route Name: ", "Route Name: x\n", "Arrival Stop: x\n", "Number of Via Stops: 1\n"),
    *("Route Name:Departure Stop:Arrival Stop:", "route name", "via stops: ", f"{SEGMENT}\n--\n"),
    "Route Name: a\nDeparture Stop: b\n",
)
SIGNS = (
    *(
        "-",
        "--",
        "-- ",
        "--\n",
        "-\n",
        "- x\n",
        "1.\n",
        "1. ",
        "(x)\n",
        "x\n",
        ":",
        "：",
        "**",
        "`",
    ),
    *(
        "(",
        "()",
        ")",
        "（",
        "(（)",
        "[",
        "[]",
        "[a",
        "]",
        "{",
        "{}",
        "}",
        "}{",
        "|",
        ",",
        "、",
        "->",
    ),
    *(" ", "\t", "\n", "\r\n", "\u3000", "\u2028", "$", "\\", "\\text{", "\\text{}", "=", "<", ">"),
)
TAGS = (
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "<answer></answer>",
    "<think></think>",
    "</",
    "◁think▷",
    "[THINK]",
    "<think a",
    "<|pad|>",
    "<|im_start|>",
    "<|channel|>a",
    "<b>",
    "<|begin_of_box|>",
    "[/",
)
BOXES = (
    *(
        "oxed{",
        "\\boxed{",
        "\\boxed{}",
        "\\boxed{1}",
        "\\boxed{A} or ",
        "\\boxed {1",
        "oxed ",
        "oxed",
    ),
    *(
        "answer ",
        "answer is ",
        "Answer: ",
        "answer is\n",
        "Answer**",
        "答案是",
        "是",
        "yes no ",
        "A ",
        "1",
    ),
    *(
        "Stops: [",
        "Stops: [A, ",
        "tops: []",
        "tops:",
        "Stops: [a]\n",
        "九",
        "one ",
        "or ",
        "或",
        ". ",
    ),
)
WORDS = (
    *("\\\\", "\\text", "\\begin{", "\\color{a}", "~3", "####", "twenty-", "three ", "3 (", "and "),
    *(" - ", " and a", "1. a 2. ", "no a stops", "3: ", "(a), "),
    "Station ",
    "站",
    "(a)",
    "é",
    "the answer is ",
    "\\approx",
    "Metro",
    "Univ",
    "x" * 300 + "\n",
)
EVERYTHING = (*MARKERS, *SIGNS, *TAGS, *BOXES, *WORDS)
# those that much may go wrong with: for routes, and for boxes
LONG_ROUTES = ("Route Name: x\n", f"{SEGMENT}\n--\n", "--\n", "x: ", "Station ", "</think>")
LONG_BOXES = ("{", "\\boxed{A} or ", "answer is ", "Stops: [A, ", " ", "<answer>")


class Reader(NamedTuple):
    """One way through ``evaluate``; the texts stand between ``before`` and ``behind``."""

    profile: str
    task: TaskName
    form: FormName = "short"
    before: str = ""
    behind: str = ""

    def steps(self, text: str) -> int:
        answer = None if self.task == "planning" else 1
        question = make_question(
            self.task, STATIONS[0], STATIONS[-1], answer, question_form=self.form
        )
        completion = f"{self.before}{text}{self.behind}"
        steps = steps_of_item(completion, question, CITY, self.profile)
        assert WORK.fuzzy <= FUZZY
        return steps


READ = [
    Reader("robust", "planning"),
    Reader("robust", "planning", "short", f"{SEGMENT}\n"),
    Reader("robust", "planning", "via_count", "Number of Via Stops: ", f"\n{SEGMENT}"),
    Reader("robust", "TorF1"),
    Reader("robust", "Counting1"),
    Reader("robust", "Counting2", "short", "\\boxed{", "}"),
    Reader("robust", "Counting3", "short", "", "\\boxed{3}"),
    Reader("released", "planning"),
    Reader("released", "planning", "short", "Route Name: ", f"\n{SEGMENT}"),
    Reader("released", "TorF2", "short", "\\boxed{", "}"),
    Reader("released", "Counting2"),
]
LISTS = [
    Reader("robust", "planning", "via_stops", f"{SEGMENT}, "),
    Reader("robust", "Counting1", "short", "\\boxed{B} Stops: [", "]"),
]
READERS = pytest.mark.parametrize(
    "reader",
    [*READ, *LISTS],
    ids=lambda one: f"{one.profile}-{one.task}-{one.form}-{one.before[:12]!r}",
)


def growth(steps: Callable[[str], int], atom: str, sizes: tuple[int, int]) -> float:
    """How much more work the longer of two texts takes, made of one atom again and again."""
    shorter, longer = (steps(atom * (size // len(atom))) for size in sizes)
    return longer / shorter


@READERS
def test_four_times_the_text_takes_four_times_the_work(reader: Reader) -> None:
    growths = {atom: growth(reader.steps, atom, SHORT) for atom in EVERYTHING}
    assert {atom: ratio for atom, ratio in growths.items() if ratio > MOST} == {}


@READERS
def test_256_kb_take_four_times_the_work_of_64_kb(reader: Reader) -> None:
    atoms = LONG_ROUTES if reader.task == "planning" else LONG_BOXES
    growths = {atom: growth(reader.steps, atom, LONG) for atom in atoms}
    assert {atom: ratio for atom, ratio in growths.items() if ratio > MOST} == {}


@pytest.mark.parametrize("form", ["short", "via_count", "via_stops"])
def test_misspelt_names_are_compared_a_bounded_number_of_times(form: FormName) -> None:
    def misspelt(many: int, mark: str) -> str:
        via = ", ".join(f"Berg{form}{mark}{i:05}" for i in range(many))
        names = [f"Route{form}{mark}{i:05}" for i in range(60)]
        return "\n--\n".join(
            f"Route Name: {name}\nDeparture Stop: {name}\nArrival Stop: {name}\n"
            f"Number of Via Stops: 3\nVia Stops: {via}"
            for name in names
        )

    reader = Reader("robust", "planning", form)
    shorter, longer = (reader.steps(misspelt(many, "pq"[many > 20])) for many in (20, 80))
    assert 0 < WORK.fuzzy <= FUZZY
    assert longer / shorter < MOST


# -- and the counting itself: what is quadratic shows, what is linear does not

QUADRATIC = {
    "cuts off the head": "while text:\n    text = text[1:]",
    "looks from the start": "while i < len(text):\n    i += 1\n    text.find('#')",
    "looks for it by in": "while i < len(text):\n    i += 1\n    '#' in text",
    "splits again": "for _ in text:\n    text.split(',')",
    "strips a little": "while text:\n    text = text.removeprefix('ab').removeprefix('-')",
    "replaces one by one": "while 'a' in text:\n    text = text.replace('a', '', 1)",
    "adds to a string": "shape = ''\nfor c in text:\n    shape += c",
    "adds to an attribute": "f.shape = ''\nfor c in text:\n    f.shape += c",
    "writes an f-string": "shape = ''\nfor c in text:\n    shape = f'{shape}{c}'",
    "keeps a list of the seen": "for i, _ in enumerate(text):\n    i in seen or seen.append(i)",
    "takes from the front": "seen = list(text)\nwhile seen:\n    seen.pop(0)",
    "makes lists anew": "for c in text:\n    seen = [*seen, c]",
    "two loops": "for a in text:\n    for b in text:\n        pass",
    "a comprehension in a loop": "for a in text:\n    sum(1 for b in text)",
    "backtracks": "re.compile(r'a[ab-]*#').search(text)",
    "backtracks in a group": "re.compile(r'(?:ab|-)+#').search(text)",
    "backtracks to each end": "re.compile(r'(?s)a.*?#').sub('', text)",
}
LINEAR = {
    "goes by position": "while i < len(text):\n    i += text[i : i + 1] == text[:1] or 1",
    "looks on from there": "while (i := text.find('a', i) + 1):\n    pass",
    "splits once": "for part in text.split(','):\n    part.strip()",
    "joins": "''.join([c for c in text])",
    "keeps a set": "seen = set()\nfor i, _ in enumerate(text):\n    i in seen or seen.add(i)",
    "finds all": "for m in re.compile(r'a[^a]*').finditer(text):\n    m.group()",
    "takes from the end": "seen = list(text)\nwhile seen:\n    seen.pop()",
}


def steps_of(body: str) -> Callable[[str], int]:
    """What a parser of these lines costs."""
    work = Work()
    work.strict = True
    body = "\n".join(f"    {line}" for line in f"i, seen = 0, []\n{body}".splitlines())
    names: dict[str, Any] = counted_lines(f"import re\ndef f(text):\n{body}\n", work)
    work.strict = False

    def steps(text: str) -> int:
        work.steps = 0
        names["f"](text)
        return work.steps

    return steps


@pytest.mark.parametrize("body", QUADRATIC.values(), ids=QUADRATIC)
def test_the_count_finds_a_quadratic_parser(body: str) -> None:
    assert growth(steps_of(body), "ab-", (200, 800)) > 10


@pytest.mark.parametrize("body", LINEAR.values(), ids=LINEAR)
def test_the_count_lets_a_linear_parser_pass(body: str) -> None:
    assert growth(steps_of(body), "ab-", (200, 800)) < 4.1


def test_what_has_no_known_cost_is_not_counted_as_free() -> None:
    work = Work()
    quote = counted_lines("from urllib import parse\nf = lambda t: parse.unquote_to_bytes(t)", work)
    lines = counted_lines("import math\ndef f(text):\n    return math.log(len(text))", work)
    work.strict = True
    assert quote["f"]("a") == b"a"  # Python code of others has no cost of its own
    with pytest.raises(UncountedError):
        lines["f"]("a")
