"""Small transit networks as text, questions about them, and the tokens of both.

A prompt is a city's lines and a question in a few words; a completion is an answer in the form of
the published templates, so that the product's own parser and rules score it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from reward_server.core.transit.build import build
from reward_server.core.transit.model import TaskName
from reward_server.core.transit.network import Network
from trainer_client.data.questions import Question, ask

#: Three letters each, no two alike enough to be taken for each other.
STATIONS = (
    *("Ada Bel Cor Dun Eix Fyn Gol Hay Ivo Jur Kem Lux".split()),
    *("Mir Nod Oss Pye Qua Rho Syl Tam Ulm Vaz Wye Yar".split()),
)
LINES = ("Line 1", "Line 2", "Line 3", "Line 4")
BOXED: tuple[TaskName, ...] = ("TorF1", "TorF2", "Counting1", "Counting2", "Counting3")
TASKS: tuple[TaskName, ...] = (*BOXED, "planning")
_CITIES, _SEED = 6, 1
_OF_EACH_KIND = 72
_END, _PAD, _GO = "<end>", "<pad>", "<go>"
_PIECES = (
    *STATIONS,
    *LINES,
    *TASKS,
    *(str(number) for number in range(10)),
    *"ABCD",
    "Yes",
    "No",
    "\\boxed{",
    "}",
    "Route Name: ",
    "\nDeparture Stop: ",
    "\nArrival Stop: ",
    "\n--\n",
    "\n",
    ": ",
    ", ",
    " ",
    ") ",
)


@dataclass(frozen=True)
class Example:
    """A question as text, its right answer, and its item of ``POST /score`` without completion."""

    prompt: str
    answer: str
    task: str
    item: Mapping[str, Any]
    lines: Mapping[str, Sequence[str]]


def tokenizer() -> PreTrainedTokenizerFast:
    """One token for each piece of text that this world is made of."""
    longest_first = sorted(_PIECES, key=len, reverse=True)
    pattern = "|".join(_escaped(piece) for piece in longest_first)
    vocabulary = {piece: number for number, piece in enumerate((_PAD, _END, _GO, "?", *_PIECES))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="?"))  # noqa: S106 - no password
    made.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
    made.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token=_END,
        pad_token=_PAD,
        bos_token=_GO,
        unk_token="?",  # noqa: S106
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\{})|.*+?[(^$" else sign for sign in text)


def questions() -> tuple[list[Example], list[Example]]:
    """The questions to train on, and others about the same cities to measure on."""
    every = list(_examples())
    Random(_SEED).shuffle(every)  # noqa: S311
    held_out = len(every) // 4
    return every[held_out:], every[:held_out]


def _examples() -> Iterator[Example]:
    for number in range(_CITIES):
        lines = _lines(Random(f"{_SEED} {number}"))  # noqa: S311
        network = build(f"small/{number}", lines)
        for question in (
            *ask(network, _OF_EACH_KIND, _SEED, BOXED),
            *ask(network, _OF_EACH_KIND, _SEED, ("planning",), ("short",)),
        ):
            yield _example(network, lines, question)


def _lines(rng: Random) -> dict[str, list[str]]:
    """Two to four lines of three to five stations; each crosses the one before it."""
    names = rng.sample(STATIONS, len(STATIONS))
    lines: list[list[str]] = []
    used = LINES[: rng.choice((2, 3, 4))]
    for _ in used:
        line = [names.pop() for _ in range(rng.choice((3, 4)))]
        if lines:
            line.insert(rng.randrange(len(line) + 1), rng.choice(lines[-1]))
        lines.append(line)
    rng.shuffle(lines)
    return dict(zip(used, lines, strict=True))


def _example(network: Network, lines: Mapping[str, Sequence[str]], question: Question) -> Example:
    item = {
        "task": question.task,
        "network": network.name,
        "station_1": question.station_1 or None,
        "station_2": question.station_2 or None,
        "answer": None if question.task == "planning" else question.answer,
        "options": None if question.options is None else list(question.options),
        "difficulty_city": "easy",
        "question_transfer_count": question.transfers if question.task == "planning" else None,
        "question_form": question.form,
    }
    return Example(_prompt(lines, question), _answer(question), question.task, item, lines)


def _prompt(lines: Mapping[str, Sequence[str]], question: Question) -> str:
    city = "\n".join(f"{line}: {', '.join(stations)}" for line, stations in lines.items())
    asked = [name for name in (question.station_1, question.station_2) if name]
    if question.task == "TorF2":
        asked.append(next(line for line in LINES if line in question.text))
    if question.options is not None:
        letters = zip("ABCD", question.options, strict=True)
        asked += [f"{letter}) {text}" for letter, text in letters]
    return f"{city}\n{question.task} {' '.join(asked)}{_GO}"


def _answer(question: Question) -> str:
    """The right answer in the asked form."""
    if question.task == "planning":
        return route(
            (segment["route_name"], segment["departure_stop"], segment["arrival_stop"])
            for segment in question.routes[0]
        )
    if question.task in ("TorF1", "TorF2"):
        return boxed("Yes" if question.answer else "No")
    return boxed("ABCD"[question.answer] if question.task == "Counting1" else str(question.answer))


def boxed(value: str) -> str:
    """An answer in a box."""
    return f"\\boxed{{{value}}}"


def route(segments: Iterable[tuple[str, str, str]]) -> str:
    """An answer of segments, each a line, a departure stop and an arrival stop."""
    return "\n--\n".join(
        f"Route Name: {line}\nDeparture Stop: {departure}\nArrival Stop: {arrival}"
        for line, departure, arrival in segments
    )


def told(example: Example, reliability: float, rng: Random) -> str:
    """What a teacher says who is right so often, and else answers in form but at random."""
    if rng.random() < reliability:
        return example.answer
    if example.task == "planning":
        rides = rng.choice((1, 2))
        return route(_any_segment(example.lines, rng) for _ in range(rides))
    if example.task in ("TorF1", "TorF2"):
        return boxed(rng.choice(("Yes", "No")))
    return boxed(rng.choice("ABCD" if example.task == "Counting1" else "1234"))


def _any_segment(lines: Mapping[str, Sequence[str]], rng: Random) -> tuple[str, str, str]:
    line = rng.choice(sorted(lines))
    departure, arrival = rng.sample(list(lines[line]), 2)
    return line, departure, arrival
