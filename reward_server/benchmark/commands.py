"""``reward-server evaluate`` and ``reward-server replay``: what they do once they are asked."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import Progress

from ..networks.network_set import NetworkSet
from ..scorer import Scorer
from .replay import replay
from .replay_tables import print_replay
from .rollouts import STANDARD, Advance, UnusableError, read_rollouts, size_of
from .sides import IN_ROWS, FileSide, ProfileSide, RowSide, Side

#: Exit statuses. evaluate: a rollout is in error; replay: a reward changed.
FINE, FOUND, UNUSABLE = 0, 1, 2
_RESULT_FILES = (".jsonl", ".json", ".gz")


def run_evaluate(
    source: Path,
    scorer: Scorer,
    json: Path | None,
    html: Path | None,
    resamples: int,
    seed: int,
    console: Console,
) -> int:
    """Print the benchmark's numbers, write what is asked for, and return the exit status.

    Raises ``UnusableError`` where no rollout can be counted.
    """
    if importlib.util.find_spec("numpy") is None:
        raise UnusableError("evaluate needs numpy: pip install 'reward-server[report]'")
    from . import benchmark, report, tables  # noqa: PLC0415 - they need numpy
    from .estimates import Bootstrap  # noqa: PLC0415

    with _progress("Evaluating", source) as advance:
        rows = read_rollouts(source, advance)
        bootstrap = Bootstrap(resamples, seed)
        found = benchmark.evaluate_rows(rows, scorer, str(source), bootstrap)
    if not any(model.counted for model in found.models):
        why = found.errors[0] if found.errors else "the file is empty"
        raise UnusableError(f"{source}: none of its {found.rows} rollouts can be counted: {why}")
    # files first: whoever cuts the table off with `head` has them all the same
    if html is not None:
        _write(html, report.render(found).encode())
    if json is not None:
        _write(json, _as_json(found))
    if STANDARD not in (json, html):
        tables.print_evaluation(found, console)
    return FOUND if found.in_error else FINE


def run_replay(
    source: Path,
    scorer: Scorer,
    against: str,
    tolerance: float,
    examples: int,
    json: Path | None,
    console: Console,
) -> int:
    """Print what changes from ``against`` to ``scorer``, and return the exit status.

    Raises ``UnusableError`` where the two cannot be compared.
    """
    if not math.isfinite(tolerance):
        raise UnusableError(f"--tolerance: expected a finite number, got {tolerance}")
    with ExitStack() as stack:
        other = _side(against, scorer.networks, stack)
        advance = stack.enter_context(_progress("Replaying", source))
        rows = read_rollouts(source, advance)
        found = replay(rows, other, ProfileSide(scorer), str(source), tolerance, examples)
    if json is not None:
        _write(json, _as_json(found))
    if json != STANDARD:
        print_replay(found, console)
    return {"same": FINE, "changed": FOUND, "unusable": UNUSABLE}[found.verdict]


def _side(against: str, networks: NetworkSet, stack: ExitStack) -> Side:
    if against == IN_ROWS:
        return RowSide()
    if against.endswith(_RESULT_FILES):
        return FileSide(Path(against), stack)
    return ProfileSide(Scorer(networks, against))


def _as_json(record: object) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write(path: Path, content: bytes) -> None:
    if path == STANDARD:
        sys.stdout.buffer.write(content)
    else:
        path.write_bytes(content)


@contextmanager
def _progress(words: str, source: Path) -> Iterator[Advance]:
    """A progress bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=size_of(source) if source != STANDARD else None)
        yield lambda step: progress.advance(task, step)
