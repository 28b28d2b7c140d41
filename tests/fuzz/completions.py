"""Any text to each completion parser, by ``evaluate`` under all three profiles.

A finding is: anything raised but ``GoldError``; a number that is not finite; under ``robust`` a
wrong answer that has more than 6 W or a right one less than 10 W; more time than is linear in the
text; an explanation that cannot be given.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple, get_args

from reward_server.core.model import Breakdown, DifficultyName, GoldError, ParseFailure
from reward_server.core.tasks import Profile
from reward_server.core.transit.model import FormName, Question, TaskName
from reward_server.profiles import PROFILES
from tests.fuzz.draws import Draws
from tests.properties.cities import City, random_city
from tests.properties.errors import random_errors, spoil
from tests.properties.journeys import Asked, as_tolerated, ask, right_routes
from tests.scoring import evaluate, explain, form_of, make_question

TASKS: tuple[TaskName, ...] = get_args(TaskName)
FORMS: tuple[FormName, ...] = get_args(FormName)
HARDNESS: tuple[DifficultyName, ...] = get_args(DifficultyName)
#: Seconds of a core that a text may take, and more for each of its characters: some fifty times
#: what it does take, as others may use the machine.
_SECONDS, _SECONDS_EACH = 0.1, 20e-6
_SLACK = 1e-9

_FIELDS = ("Route Name", "Departure Stop", "Arrival Stop", "Number of Via Stops", "Via Stops")
_ATOMS = (
    *(f"{label}: " for label in _FIELDS),
    *(f"\n{label}: " for label in _FIELDS),
    *(f"**{label}:** " for label in _FIELDS),
    *("route name:", "ROUTE NAME：", "Stops: [", "Stops: ", "Answer: ", "The answer is ", "答案是"),
    *("\\boxed{", "oxed{", "\\boxed {", "\\text{", "\\mathrm{", "\\frac{1}{2}", "\\approx", "\\("),
    *("<think>", "</think>", "<answer>", "</answer>", "<|im_end|>", "</s>", "<eos>", "<"),
    *("\n--\n", "--", "\n-\n", "\n---\n", "—", "\n\n", "\n", "\r\n", "\t", " ", "  ", "\n* * *\n"),
    *(
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "（",
        "）",
        "【",
        "】",
        "$",
        "`",
        '"',
        "'",
        "*",
        "_",
        "|",
        "~~",
    ),
    *(
        ",",
        "，",
        "、",
        ";",
        "；",
        "->",
        "→",
        "=>",
        ":",
        "：",
        "=",
        "/",
        "\\",
        ".",
        "。",
        "!",
        "#",
        ">",
    ),
    *("\u3000", "\u2028", "\u00a0", "\u200b", "\ufeff", "\u0301", "\u202e", "\x00", "\x85", "\x1c"),
    *("0", "1", "2", "10", "-1", "+3", "1.0", "1e400", "nan", "inf", "٣", "৩", "²", "½", "Ⅳ", "①"),
    *(
        "三",
        "十二",
        "九" * 40,
        "9" * 300,
        "9" * 5000,
        "0x10",
        "1_000",
        "1,000",
        "１２",
        "𝟜",
        "0" * 4400,
    ),
    *(
        "yes",
        "no",
        "Yes",
        "NO",
        "true",
        "False",
        "是",
        "否",
        "不是",
        "not ",
        "or ",
        "或",
        "and ",
        "maybe ",
    ),
    *(
        "A",
        "B",
        "C",
        "D",
        "(a)",
        "option B",
        "A.",
        "b)",
        "Ａ",
        "none",
        "Line 1",
        "1号线",
        "Station",
        "站",
    ),
    *(
        "one",
        "two",
        "twenty",
        "stops",
        "stations",
        "transfer",
        "Segment 1:",
        "1. ",
        "- ",
        "> ",
        "### ",
    ),
    *(
        "#",
        "!",
        ">",
        "~~",
        "１２",
        "and ",
        "maybe ",
        "none",
        "İ",
        "ß",
        "ŉ",
        "ﬃ",
        "ǅ",
        "É",
        "e\u0301",
        "K",
        "ſ",
        "Σ",
        "ς",
    ),
)


class Case(NamedTuple):
    """A question of a city, texts that answer it well or badly, and what else texts may hold."""

    question: Question
    city: City
    answers: tuple[str, ...]
    atoms: tuple[str, ...]


class Found(NamedTuple):
    """A text under a profile for which something does not hold."""

    case: Case
    profile: Profile
    completion: str

    def __str__(self) -> str:
        network = f"lines={dict(self.case.city.lines)!r}, overlay={self.case.city.overlay!r}"
        return (
            f"profile {self.profile.name}, {self.case.question!r}, {network},\n"
            f"completion {self.completion!r}"
        )


@lru_cache
def cases() -> tuple[Case, ...]:
    """The questions, the same on every run: of each form and each task, in 24 small cities."""
    made: list[Case] = []
    for seed in range(24):
        rng = Random(seed)  # noqa: S311 - no secret
        city = random_city(rng)
        names = (*city.stops, *city.stations())
        made += _planning(city, names, rng)
        for task in TASKS:
            if task != "planning":
                made.append(_boxed(task, city, names, rng))
    return tuple(made)


def _planning(city: City, names: tuple[str, ...], rng: Random) -> Iterator[Case]:
    for form in FORMS:
        asked = None
        for _ in range(20):
            asked = asked or ask(city, rng, form)
        if asked is not None:
            answers = tuple(_routes(asked, rng))
            pieces = {line for text in answers for line in text.splitlines(keepends=True)}
            yield Case(asked.question, city, answers, (*_ATOMS, *names, *sorted(pieces)))


def _routes(asked: Asked, rng: Random) -> Iterator[str]:
    """Right routes and ones with errors, as asked for and as else tolerated."""
    form = form_of(asked.question)
    for right in right_routes(asked, rng, 3):
        wrong = [spoil(right, random_errors(right, asked, rng, 3)) for _ in range(3)]
        for route in (right, *wrong):
            yield asked.text(route)
            yield as_tolerated(route, form, rng)


#: Task -> what its answers may be, in the order of the golds.
_VALUES: Mapping[str, Sequence[str]] = {
    "TorF1": ("no", "yes"),
    "TorF2": ("no", "yes"),
    "Counting1": "ABCD",
    "Counting2": tuple(map(str, range(12))),
    "Counting3": tuple(map(str, range(40))),
}


def _boxed(task: TaskName, city: City, names: tuple[str, ...], rng: Random) -> Case:
    origin, destination = rng.sample(city.stations(), 2)
    values = _VALUES[task]
    gold = rng.randrange(len(values))
    options = None
    if task == "Counting1" and rng.randrange(2):
        options = (str(rng.randrange(4)), "5 stops", rng.choice(names), rng.choice(_ATOMS))
    question = make_question(task, origin, destination, gold, rng.choice(HARDNESS), options=options)
    answers: list[str] = []
    for value in (values[gold], values[gold], *values):
        box = f"\\boxed{{{value}}}"
        listed = f"Stops: [{', '.join(rng.sample(names, rng.randrange(1, 4)))}]\n{box}"
        answers += [box, f"<answer>{box}</answer>", f"The answer is {value}.", listed, value]
    return Case(question, city, tuple(answers), (*_ATOMS, *names, *values))


def try_completion(data: bytes, seen: Counter[str], slower: float = 1.0) -> None:
    """Score the text that ``data`` draws; ``seen`` counts what became of it.

    ``slower``: how many times longer than usual everything takes. Raises ``AssertionError``, or
    what ``evaluate`` raises, with a note of the shortest text that was found to do the same.
    """
    draws = Draws(data)
    case = draws.pick(cases())
    question = case.question
    if draws.one_in(16):
        question = _odd_gold(question, draws, case.atoms)
    if draws.number(3):
        completion = draws.spoiled(draws.pick(case.answers), case.atoms)
        if draws.one_in(4):
            completion = draws.text(case.atoms) + completion
        elif draws.one_in(4):
            completion += draws.text(case.atoms)
    else:
        completion = draws.text(case.atoms)
    case = case._replace(question=question)
    for profile in PROFILES.values():
        found = Found(case, profile, completion)
        try:
            seen[f"{profile.name} {question['task']} {_check(found, slower)}"] += 1
        except Exception as error:
            error.add_note(str(found._replace(completion=_shortest(found, type(error)))))
            raise


def _odd_gold(question: Question, draws: Draws, atoms: Sequence[str]) -> Question:
    """A question that may be no good."""
    match draws.number(6):
        case 0:
            return {**question, "station_1": draws.spoiled(str(question["station_1"]), atoms)}
        case 1:
            return {**question, "station_2": draws.pick([None, "", draws.pick(atoms)])}
        case 2:
            return {**question, "answer": draws.pick([None, -1, 4, 2**63 - 1, -(2**63)])}
        case 3:
            count = draws.pick([None, -1, 0, 1, 99, 2**63 - 1, -(2**63)])
            return {**question, "question_transfer_count": count}
        case 4:
            drawn = tuple(draws.pick(atoms) for _ in range(4))
            return {**question, "options": drawn}
        case _:
            return {**question, "question_form": draws.pick(FORMS)}


def _check(found: Found, slower: float) -> str:
    """What became of a text: that its gold is bad, that it is right, wrong or unreadable."""
    case, profile, completion = found
    question, network = case.question, case.city.network
    most = slower * (_SECONDS + _SECONDS_EACH * len(completion))
    for _ in range(3):  # a busy machine is slow once, not each time
        started = time.thread_time()
        try:
            scored = evaluate(completion, question, network, profile)
        except GoldError as error:
            return error.kind
        finally:
            seconds = time.thread_time() - started
        if seconds <= most:
            break
    else:
        raise AssertionError(f"{seconds:.3f} s for {len(completion)} characters")
    _check_numbers(scored, profile)
    assert explain(completion, question, network, profile).sentence
    if isinstance(scored.claim, ParseFailure):
        return scored.claim.kind
    return "right" if scored.correct else "wrong"


def _check_numbers(scored: Breakdown, profile: Profile) -> None:
    numbers = (scored.reward, scored.weight, scored.format, scored.correctness, scored.detail)
    for number in (*numbers, *scored.terms.values()):
        assert number is None or math.isfinite(number), scored
    assert scored.weight > 0, scored
    if profile.name == "robust":
        if scored.correct:
            assert scored.reward >= 10 * scored.weight - _SLACK, scored
        else:
            assert 0 <= scored.reward <= 6 * scored.weight + _SLACK, scored
    if isinstance(scored.claim, ParseFailure):
        assert scored.reward == 0, scored


def _shortest(found: Found, kind: type[Exception]) -> str:
    """A part of the completion that does the same, with no part of it to spare."""

    def does_the_same(text: str) -> bool:
        try:
            _check(found._replace(completion=text), 1.0)
        except Exception as error:  # noqa: BLE001 - whatever it is
            return type(error) is kind
        return False

    text = found.completion
    size = len(text)
    deadline = time.monotonic() + 20
    while size and time.monotonic() < deadline:
        start = 0
        while start < len(text) and time.monotonic() < deadline:
            shorter = text[:start] + text[start + size :]
            if does_the_same(shorter):
                text = shorter
            else:
                start += size
        size //= 2
    return text
