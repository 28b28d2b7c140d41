"""What the core makes of many completions, a line for each: ``outcomes.py FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from reward_server.core.model import GoldError
from reward_server.core.transit.model import Question
from reward_server.core.transit.network import Network
from reward_server.fingerprint import code_digest
from reward_server.metadata import core_form
from reward_server.profiles import PROFILES
from tests.bench.common import load_cities, seeded, shared_items, valid
from tests.fuzz.completions import cases
from tests.fuzz.draws import Draws
from tests.scoring import evaluate, explain

MUTATED = 10_000

Asked = tuple[str, Question, Network | None]


def completions() -> Iterator[Asked]:
    """The shared completions, and as many and more that are answers with errors, or no answers."""
    cities = load_cities()
    for item in valid(shared_items()[0]):
        asked = cast("Question", item)
        yield str(item["completion"]), asked, cities.get(asked["network"] or "")
    chance = seeded("compiled")
    for _ in range(MUTATED):
        draws = Draws(chance.randbytes(chance.randrange(120)))
        case = draws.pick(cases())
        start = draws.spoiled(draws.pick(case.answers), case.atoms) if draws.number(3) else ""
        yield start + draws.text(case.atoms), case.question, case.city.network


def outcomes() -> Iterator[str]:
    """How the core runs; a digest of its sources; then for each completion and profile all of its
    breakdown, or what is wrong with the gold."""
    yield core_form()
    yield code_digest()
    for completion, question, network in completions():
        for profile in PROFILES.values():
            try:
                found = evaluate(completion, question, network, profile)
            except GoldError as error:
                yield f"{profile.name} {question!r} {error.kind}: {error}"
                continue
            why = explain(completion, question, network, profile)
            # gold holds its network, of which an address would be shown
            shown = found._replace(gold=None)
            yield f"{profile.name} {question!r} {completion!r} {shown!r} {why!r}"


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        file.writelines(f"{outcome}\n" for outcome in outcomes())
