"""What mending one error of an answer does to its reward under profile ``robust``.

A right answer gets one to three errors, one of them is mended, and both are scored: the reward
should not fall. Prints, for each kind of mended error, how often it does and a short example.

    python tests/bench/bench_mending.py --edits 100000 --seed 1
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reward_server.networks.load import load_bundled, load_folder
from tests.properties.cities import City, city_of
from tests.properties.mending import Mended, Tally, tally

ROOT = Path(__file__).resolve().parent.parent.parent


def cities() -> list[City]:
    """ReasonMap's cities where they are, else the bundled ones."""
    folder = Path(os.environ.get("REASONMAP_DIR", ROOT.parent / "shared" / "reasonmap"))
    networks = load_folder(folder / "stations") if folder.is_dir() else load_bundled()
    return [city_of(one.network, one.lines, one.overlay) for one in networks.loaded.values()]


def show(found: dict[str, Tally], console: Console) -> None:
    table = Table("mended error", "edits", "reward falls", "mean fall / W", "most", "mostly beside")
    for kind, one in sorted(found.items(), key=lambda pair: -pair[1].share):
        falls = one.falls or [0.0]
        beside = ", ".join(f"{other} {n}" for other, n in one.beside.most_common(3))
        numbers = f"{one.share:.3%}", f"{sum(falls) / len(falls):.2f}", f"{max(falls):.2f}"
        table.add_row(kind, str(one.edits), *numbers, beside)
    edits = sum(one.edits for one in found.values())
    exceptions = sum(len(one.falls) for one in found.values())
    console.print(table)
    console.print(f"{exceptions} exceptions in {edits} edits: {exceptions / edits:.3%}\n")
    for kind, one in found.items():
        if one.shortest:
            console.rule(f"{kind}: the shortest exception", align="left")
            console.print(_example(one.shortest), markup=False, highlight=False)


def _example(mended: Mended) -> str:
    question = mended.asked.question
    before, after = (mended.asked.reward(text) for text in (mended.before, mended.after))
    return (
        f"{question['station_1']} -> {question['station_2']}, fewest rides {mended.asked.need}, "
        f"asked for {question['question_transfer_count']} transfers, {question['question_form']}; "
        f"beside: {', '.join(mended.others) or 'nothing'}\n"
        f"before, {before.reward / before.weight:.2f} W {dict(before.terms)}:\n{mended.before}\n"
        f"after, {after.reward / after.weight:.2f} W {dict(after.terms)}:\n{mended.after}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    show(tally(cities(), given.edits, given.seed), Console(width=120))


if __name__ == "__main__":
    main()
