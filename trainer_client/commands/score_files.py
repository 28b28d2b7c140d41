"""``trainer-client score``: rewards for files of rollouts, by a service or in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from reward_server.score_file import MALFORMED, Tally, print_tally
from reward_server.wire.results import Failure, Result, Verbosity, failed

from ..client.client import RewardClient
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

    ``client``: one that keeps malformed items.

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

            _score_file(
                client, read, written, verbosity=verbosity, prefix=prefix, tally=tally, show=show
            )
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
    scored = iter(client.score_sync([row.item for row in rows if row.problem is None]).results)
    results: list[Result] = []
    for row in rows:
        if row.problem is None:
            result = next(scored)
        else:
            result = failed(None, Failure(MALFORMED, row.problem), verbosity)
        error = result["error"]
        is_malformed = error is not None and error["kind"] == MALFORMED
        tally.add(MALFORMED if is_malformed else str(row.item["task"]), result)
        results.append(result)
    return results
