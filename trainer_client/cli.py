"""``trainer-client``: score rollouts, look after the service's reach, make data, train."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reward_server.wire.results import Verbosity

from .client.client import (
    FINGERPRINT_VARIABLE,
    PROFILE_VARIABLE,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    RewardClient,
)
from .client.errors import RewardClientError
from .commands.score_files import score_files
from .data import cli as data
from .data.wording import SYSTEM

if TYPE_CHECKING:
    from .data.load import Ask

#: Exit statuses: some row has no score, or something is wrong; the command itself cannot run.
FAULTY, WRONG_USE = 1, 2
#: Where no terminal says how wide it is.
_WIDTH = 160
_SIGNS = {"well": ("ok", "green"), "odd": ("odd", "yellow"), "wrong": ("WRONG", "red")}

app = typer.Typer(
    help="The trainer's side of reward_server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")

Url = Annotated[
    str | None,
    typer.Option(envvar=URL_VARIABLE, help="The service's address; several with commas."),
]
Token = Annotated[
    str | None, typer.Option(envvar=TOKEN_VARIABLE, help="Better in the variable than here.")
]
Profile = Annotated[
    str | None, typer.Option(envvar=PROFILE_VARIABLE, help="Default: the service's.")
]
ExpectFingerprint = Annotated[
    str | None,
    typer.Option(envvar=FINGERPRINT_VARIABLE, help="Of the one reward that is wanted."),
]
Deadline = Annotated[float, typer.Option(help="Seconds for one call of the service.")]


@app.callback()
def _root() -> None:
    """Commands for people who train on the reward."""


@app.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A .jsonl, a .parquet or a folder.")],
    out: Annotated[Path, typer.Option(metavar="OUT", help="A file of the same kind, or a folder.")],
    url: Url = None,
    token: Token = None,
    profile: Profile = None,
    expect_fingerprint: ExpectFingerprint = None,
    networks: Annotated[
        Path | None, typer.Option(help="Without a url: folder of <country>/<city>.json.")
    ] = None,
    verbosity: Annotated[Verbosity, typer.Option(help="How much a result says.")] = "components",
    prefix: Annotated[str, typer.Option(help="Before the names of the columns added.")] = "",
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Go on where a former run ended.")
    ] = False,
    deadline_s: Deadline = 120.0,
) -> None:
    """Score files of rollouts; each row keeps its columns and gets those of its result.

    Without a url they are scored in this process. A file appears under its name when it is whole;
    what is no item gets an error of kind "malformed". Exits with 0 where every row has a score,
    with 1 where any is in error, with 2 where nothing can be scored.
    """
    console = _console(stderr=True)
    with (
        _wrong_use(),
        RewardClient(
            url,
            token=token,
            profile=profile,
            expect_fingerprint=expect_fingerprint,
            networks=networks,
            verbosity=verbosity,
            keep_malformed=True,
            deadline_s=deadline_s,
        ) as client,
    ):
        tally = score_files(
            client, source, out, verbosity, prefix, console, skip_existing=skip_existing
        )
    if tally.errors:
        raise typer.Exit(FAULTY)


@app.command()
def doctor(
    url: Url = None,
    token: Token = None,
    profile: Profile = None,
    expect_fingerprint: ExpectFingerprint = None,
    connect_timeout_s: Annotated[float, typer.Option(help="Seconds to connect.")] = 2.0,
    deadline_s: Deadline = 10.0,
    seconds: Annotated[float, typer.Option(help="For how long to measure the throughput.")] = 2.0,
) -> None:
    """Tell whether a service would do for a run from here, and what is wrong with it.

    Exits with 0 where a run may start, with 1 where something is wrong, with 2 where there is no
    address to look at.
    """
    with _wrong_use():
        if not url:
            raise ValueError(f"give the service's address: --url, or {URL_VARIABLE}")
        from .commands.doctor import Wanted, difference, examine  # noqa: PLC0415 - needs aiohttp

        urls = RewardClient(url).urls
        wanted = Wanted(token, profile, expect_fingerprint, connect_timeout_s, deadline_s, seconds)
        reports = []
        for address in urls:
            report = asyncio.run(examine(address, wanted))
            reports.append(report)
            table = Table("", "", "", title=Text(address), show_header=False, title_justify="left")
            for what, verdict, words in report.findings:
                sign, style = _SIGNS[verdict]
                table.add_row(Text(sign, style), what, Text(words))
            _console().print(table)
    faults = [f"{report.url}: {fault}" for report in reports for fault in report.faults]
    faults += difference(reports)
    for fault in faults:
        typer.echo(f"trainer-client: {fault}", err=True)
    if faults:
        raise typer.Exit(FAULTY)
    typer.echo("A run may start.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def train(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(help="The YAML, see deploy/train.")],
) -> None:
    """Train with GRPO as a YAML says; `--key value` after it sets a key otherwise.

    Exits with 1 where the run was stopped: rewards that are missing or all equal, another reward
    than the expected one, a vLLM that does not sample from the model that is trained.
    """
    options = context.args
    with _wrong_use(), _needs("trainer"):
        from .data.published import SourceError  # noqa: PLC0415
        from .training.guards import RunStoppedError  # noqa: PLC0415
        from .training.train import launcher, parse  # noqa: PLC0415
        from .training.train import train as run  # noqa: PLC0415

        command = launcher(config, options)
        if command is not None:
            os.execv(command[0], command)  # noqa: S606 - it becomes accelerate's launcher
        parsed = parse(config, options)
    try:
        run(*parsed)
    except SourceError as error:
        _stop(f"{parsed[0].dataset}: {error}")
    except (RunStoppedError, RewardClientError, ConnectionError) as error:
        typer.echo(f"trainer-client: the run was stopped: {error}", err=True)
        raise typer.Exit(FAULTY) from error


@app.command("eval")
def evaluate(
    model: Annotated[str, typer.Argument(help="A folder, such as a run's, or a name on the hub.")],
    dataset: Annotated[str, typer.Argument(help="A name on the hub, or a folder, see `data`.")],
    out: Annotated[Path, typer.Option(metavar="OUT", help="The rollouts, .jsonl.")],
    split: Annotated[str, typer.Option(help="Whose questions are asked.")] = "test",
    asks: Annotated[
        list[str] | None,
        typer.Option("--question", help="`short` or `long` of a ReasonMap row; default: both."),
    ] = None,
    samples: Annotated[int, typer.Option(help="Answers to each question.")] = 1,
    temperature: Annotated[float, typer.Option(help="0: greedy, as the paper evaluates.")] = 0.0,
    max_tokens: Annotated[int, typer.Option(help="Of an answer.")] = 2048,
    seed: Annotated[int, typer.Option(help="Of sampling.")] = 0,
    system: Annotated[str, typer.Option(help="The system's message; as in training.")] = SYSTEM,
    max_pixels: Annotated[
        int | None, typer.Option(help="Maps with more are made smaller; as in training.")
    ] = None,
    images: Annotated[bool, typer.Option(help="Whether the maps are shown.")] = True,
    name: Annotated[
        str | None, typer.Option(help="What to call the model; default: as it is given.")
    ] = None,
    max_model_len: Annotated[
        int | None, typer.Option(help="Tokens of prompt and answer that vLLM makes room for.")
    ] = None,
    tensor_parallel_size: Annotated[int, typer.Option(help="GPUs for one model.")] = 1,
) -> None:
    """Sample answers with vLLM, and write rollouts for `reward-server benchmark`."""
    with _wrong_use(), _needs("trainer"):
        from .data.load import load  # noqa: PLC0415
        from .training.rollouts import Sampling, engine, write_rollouts  # noqa: PLC0415

        sampling = Sampling(samples, temperature, max_tokens)
        rows = load(
            dataset,
            split,
            asks=cast("Sequence[Ask]", asks or ("short", "long")),
            system=system or None,
            max_pixels=max_pixels,
        )
    if not images:
        rows = rows.remove_columns("image")
    llm = engine(model, max_model_len, tensor_parallel_size, seed, images=images)
    written = write_rollouts(rows, llm, sampling, name or model, out)
    typer.echo(f"{out}: {written} rollouts")


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_WIDTH)


@contextmanager
def _wrong_use() -> Iterator[None]:
    """Ends the program with one sentence where it cannot do what it is asked."""
    try:
        yield
    except OSError as error:
        _stop(f"{error.filename}: {error.strerror}")
    except (RewardClientError, ValueError) as error:
        _stop(str(error).partition("\n")[0])  # of a folder of networks, the first fault


@contextmanager
def _needs(extra: str) -> Iterator[None]:
    """Ends the program with one sentence where a library of an extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        _stop(f"{error.name} is not installed; pip install 'reward-server[{extra}]' brings it")


def _stop(message: str) -> None:
    typer.echo(f"trainer-client: {message}", err=True)
    raise typer.Exit(WRONG_USE)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
