"""``reward-server benchmark`` and ``reward-server replay``: what they do once they are asked."""

from __future__ import annotations

import importlib.util
import math
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console

from ..networks.network_set import NetworkSet
from ..score_file import show_progress
from ..scorer import Scorer
from ..wire.files import STANDARD
from .replay import replay
from .replay_tables import print_replay
from .rollouts import UnusableError, read_rollouts, size_of
from .sides import IN_ROWS, FileSide, ProfileSide, RowSide, Side

#: Exit statuses of a benchmark, and of a replay by its verdict.
FINE, IN_ERROR = 0, 1
VERDICTS: Final = {"same": 0, "changed": 1, "unusable": 2}
_RESULT_FILES = (".jsonl", ".json", ".gz")


def run_benchmark(
    source: Path,
    scorer: Scorer,
    *,
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
        raise UnusableError("benchmark needs numpy: pip install 'reward-server[report]'")
    from .benchmark import benchmark  # noqa: PLC0415 - these need numpy
    from .estimates import Bootstrap  # noqa: PLC0415
    from .report import render  # noqa: PLC0415
    from .tables import print_benchmark  # noqa: PLC0415

    with show_progress("Benchmarking", size_of(source)) as advance:
        rows = read_rollouts(source, scorer.profile, advance)
        numbers = benchmark(rows, scorer, str(source), Bootstrap(resamples, seed))
    if not any(model.counted for model in numbers.models):
        why = numbers.errors[0] if numbers.errors else "the file is empty"
        raise UnusableError(f"{source}: none of its {numbers.rows} rollouts can be counted: {why}")
    # files first: whoever cuts the table off with `head` has them all the same
    if html is not None:
        _write(html, render(numbers).encode())
    if json is not None:
        _write(json, _as_json(numbers))
    if STANDARD not in (json, html):
        print_benchmark(numbers, console)
    return IN_ERROR if numbers.in_error else FINE


def run_replay(
    source: Path,
    scorer: Scorer,
    *,
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
        before = _side(against, scorer.networks, stack)
        advance = stack.enter_context(show_progress("Replaying", size_of(source)))
        rows = read_rollouts(source, scorer.profile, advance)
        numbers = replay(rows, before, ProfileSide(scorer), str(source), tolerance, examples)
    if json is not None:
        _write(json, _as_json(numbers))
    if json != STANDARD:
        print_replay(numbers, console)
    return VERDICTS[numbers.verdict]


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
