"""Whether gold holds: against the city's files, and by what the reward gives for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reward_server import Scorer
from trainer_client.client.rows import item

from .witness import Witness, faults, perfect, wrong

#: Reward / W of a perfect answer: format 1, correctness 10, and half of 10 where there is detail.
FULL = {"TorF1": 11.0, "TorF2": 11.0}
FULL_WITH_DETAIL = 16.0


class Confirmed(Counter[str]):
    """What was confirmed, counted; ``problems`` has what was not."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []


def confirm(rows: Iterable[Mapping[str, Any]], networks: Path) -> Confirmed:
    """Confirm loaded rows by the city's files and by ``robust`` on the same folder."""
    scorer = Scorer(networks=networks, profile="robust")
    witnesses: dict[str, Witness] = {}
    confirmed = Confirmed()
    for row in rows:
        name = row["network"]
        if name not in witnesses:
            witnesses[name] = Witness(networks, name)
        witness = witnesses[name]
        confirmed[row["task"]] += 1
        problems = list(faults(row, witness))
        full = FULL.get(row["task"], FULL_WITH_DETAIL)
        right_answers, wrong_answers = list(perfect(row, witness)), list(wrong(row))
        confirmed["perfect answers"] += len(right_answers)
        confirmed["wrong answers"] += len(wrong_answers)
        if not right_answers or not wrong_answers:
            problems.append("nothing to score")
        for answer, result in _scored(scorer, row, right_answers):
            if not result["correct"] or abs(result["reward"] - full * result["weight"]) > 1e-9:
                problems.append(f"a perfect answer has {result['reward']}: {answer!r}")
        for answer, result in _scored(scorer, row, wrong_answers):
            if result["correct"] or result["reward"] > 6.0 * result["weight"]:
                problems.append(f"a wrong answer has {result['reward']}: {answer!r}")
        confirmed.problems += (f"{name} {row['task']}: {problem}" for problem in problems)
    return confirmed


def _scored(
    scorer: Scorer, row: Mapping[str, Any], answers: list[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    results = scorer.score([item(row, answer) for answer in answers])
    for answer, result in zip(answers, results, strict=True):
        if result["status"] != "ok":
            raise AssertionError(f"{row['network']}: {result['error']}")
        yield answer, result
