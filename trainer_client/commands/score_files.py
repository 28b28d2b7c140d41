"""``trainer-client score``: rewards for files of rollouts, by a service or in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from reward_server.score_file import MALFORMED, Tally, print_tally
from reward_server.wire.items import ITEM
from reward_server.wire.problems import problems
from reward_server.wire.results import Result, Verbosity, failed

from ..client.client import RewardClient
from ..client.results import Item
from .rollout_files import Row, find, opened

#: Steps of a progress bar for one file.
_STEPS = 1000


def score_files(
    client: RewardClient,
    source: Path,
    out: Path,
    verbosity: Verbosity,
    prefix: str,
    console: Console,
    *,
    skip_existing: bool,
) -> Tally:
    """Score a file, or each file of a folder, and say on ``console`` how it went.

    Raises ``RolloutFileError``, ``MissingExtraError`` and what ``RewardClient.score`` raises.
    """
    tally = Tally()
    began = time.perf_counter()
    files = find(source, out)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        for read, written in files:
            if skip_existing and written.exists():
                console.print(f"{written} is there already", highlight=False, markup=False)
                continue
            bar = progress.add_task(read.name, total=_STEPS)

            def show(part: float, bar: object = bar) -> None:
                progress.update(bar, completed=part * _STEPS)  # type: ignore[arg-type]

            _score_file(client, read, written, verbosity, prefix, tally, show)
    print_tally(tally, client.fingerprint or "", time.perf_counter() - began, console, "rows")
    return tally


def _score_file(
    client: RewardClient,
    read: Path,
    written: Path,
    verbosity: Verbosity,
    prefix: str,
    tally: Tally,
    show: Callable[[float], None],
) -> None:
    with opened(read, written, prefix, full=verbosity == "full") as file:
        for window in file.windows():
            results = _score_rows(client, window.rows, verbosity, tally)
            file.write(window, results, client.fingerprint or "")
            show(window.read)


def _score_rows(
    client: RewardClient, rows: Sequence[Row], verbosity: Verbosity, tally: Tally
) -> list[Result]:
    """A result for each row, in order; one that is no item has an error of kind malformed."""
    results: list[Result | None] = [None] * len(rows)
    sent: list[Item] = []
    places: list[int] = []
    for place, row in enumerate(rows):
        problem = row.problem or _problem_of(row.item)
        if problem is None:
            sent.append(row.item)
            places.append(place)
        else:
            result = failed(None, MALFORMED, problem, verbosity)
            results[place] = result
            tally.add(MALFORMED, result)
    for place, item, result in zip(places, sent, client.score_sync(sent).results, strict=True):
        results[place] = result
        tally.add(str(item["task"]), result)
    return [result for result in results if result is not None]


def _problem_of(item: Item) -> str | None:
    """Why it is no item; ``None`` where it is one."""
    try:
        ITEM.validate_python(item)
    except ValidationError as error:
        return "; ".join(map(str, problems(error)))
    return None
