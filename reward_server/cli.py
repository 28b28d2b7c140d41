"""``reward-server``: serve, score a file, look at networks, profiles and the wire."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import openapi
from .app import create_app
from .benchmark.commands import run_benchmark, run_replay
from .benchmark.rollouts import UnusableError
from .core.tasks import ProfileError
from .networks.check import Remark, check_folder
from .networks.describe import describe
from .networks.load import BUNDLED_FOLDER, NetworkFileError, load_networks
from .networks.network_set import NetworkSet
from .networks.overlay_files import shown as shown_overlay
from .own.check import check
from .own.new import NewProfileError, write_profile
from .profile_files import find_profile
from .profiles import PROFILES
from .score_file import Tally, print_tally, score_lines, show_progress
from .scorer import Scorer
from .serve import serve
from .settings import (
    CONFIG_VARIABLE,
    SECRETS,
    Settings,
    SettingsError,
    default_of,
    load_settings,
    shown,
)
from .wire.files import STANDARD, FileError, open_lines, size_of
from .wire.results import Verbosity

#: What ``load_settings`` gives.
Configured = tuple[Settings, dict[str, str]]
#: Exit statuses: some line or file has an error; the command itself cannot run.
FAULTY, WRONG_USE = 1, 2
PROFILE_HELP = "A name, or the path of a TOML or Python file."
#: Where no terminal says how wide it is.
_WIDE = 160

app = typer.Typer(
    help="Rewards for completions on transit maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
networks_app = typer.Typer(help="Look at the networks of a folder.", no_args_is_help=True)
app.add_typer(networks_app, name="networks")

NetworksOption = Annotated[
    Path | None,
    typer.Option("--networks", help="Folder of <country>/<city>.json; default: bundled cities."),
]
OverlaysOption = Annotated[
    str | None,
    typer.Option(
        "--overlays",
        help="Overlays for them: reasonmap, or a folder of <country>/<city>.overlay.json.",
    ),
]


def _with_settings(command: Callable[[Configured], None]) -> Callable[..., None]:
    """The command with a flag for each setting and for the file of settings."""

    def run(**given: object) -> None:
        file = cast("Path | None", given.pop("config"))
        flags = {name: value for name, value in given.items() if value}
        with _wrong_use():
            command(load_settings(flags, file))

    options: dict[str, object] = {
        "config": Annotated[
            Path | None, typer.Option(help=f"TOML file of settings; default: {CONFIG_VARIABLE}.")
        ]
    }
    for name, field in Settings.model_fields.items():
        if name in SECRETS:
            continue
        help_ = f"{field.description} Default: {default_of(name)}."
        kind = list[str] if name == "profiles" else str
        options[name] = Annotated[kind | None, typer.Option(help=help_)]
    run.__annotations__ = options
    run.__doc__ = command.__doc__
    run.__signature__ = Signature(  # type: ignore[attr-defined]  # which typer reads
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=option)
            for name, option in options.items()
        ]
    )
    return run


@app.command("serve")
@_with_settings
def serve_until_stopped(configured: Configured) -> None:
    """Serve POST /score and its companions until stopped.

    A setting is taken from its flag, else from REWARD_SERVER_<NAME>, else from the file, else
    it has its default.
    """
    serve(configured[0])


@app.command("config")
@_with_settings
def show_config(configured: Configured) -> None:
    """Show each setting that serve would have, and where it is from."""
    settings, origins = configured
    table = Table("setting", "value", "from")
    for name in Settings.model_fields:
        table.add_row(name, Text(shown(settings, name)), Text(origins.get(name, "default")))
    _console().print(table)


@app.command()
def score(
    source: Annotated[
        Path, typer.Argument(metavar="IN.jsonl", help="One item a line; - is stdin.")
    ],
    out: Annotated[Path, typer.Option(metavar="OUT.jsonl", help="- is stdout.")] = STANDARD,
    profile: Annotated[str, typer.Option(help=PROFILE_HELP)] = "robust",
    networks: NetworksOption = None,
    overlays: OverlaysOption = None,
    verbosity: Annotated[Verbosity, typer.Option(help="How much a result says.")] = "components",
) -> None:
    """Score a file: one result a line, in the order of the items.

    A line that is no item gives a result in error of kind "malformed", so that lines stay
    aligned. A summary goes to stderr. Exits with 0 where every line has a score, with 1 where
    any is in error, with 2 where nothing can be scored.
    """
    tally, console = Tally(), _console(stderr=True)
    with ExitStack() as stack:
        with _wrong_use():
            scorer = Scorer(networks, profile, overlays=overlays)
            advance = stack.enter_context(show_progress("Scoring", size_of(source)))
            lines = stack.enter_context(open_lines(source, advance))
            writer = _writer(out, source, stack)
        started = time.perf_counter()
        try:
            for result in score_lines(lines, scorer, verbosity, tally):
                writer.write(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))
        except FileError as error:
            _stop(str(error))
        writer.flush()
        seconds = time.perf_counter() - started
    print_tally(tally, scorer.fingerprint, seconds, console, "items")
    if tally.errors:
        raise typer.Exit(FAULTY)


@app.command("evaluate", hidden=True)
@app.command("benchmark")
def benchmark(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="ROLLOUTS", help="JSONL or parquet; - is stdin.")
    ],
    profile: Annotated[str, typer.Option(help="Whose verdict counts as correct.")] = "paper",
    networks: NetworksOption = None,
    overlays: OverlaysOption = None,
    json: Annotated[Path | None, typer.Option(help="Write all numbers; - is stdout.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a report in one file; - is stdout.")
    ] = None,
    resamples: Annotated[int, typer.Option(min=100, help="For the intervals.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the resamples.")] = 0,
) -> None:
    """Give the benchmark's own numbers for a file of rollouts, beside the published ones.

    Exits with 0 where every rollout counts, with 1 where any is in error and counts nowhere,
    with 2 where none can be counted.
    """
    if context.info_name == "evaluate":
        typer.echo("reward-server: evaluate is now called benchmark", err=True)
    with _wrong_use():
        status = run_benchmark(
            source,
            Scorer(networks, profile, overlays=overlays),
            json=json,
            html=html,
            resamples=resamples,
            seed=seed,
            console=_console(),
        )
    raise typer.Exit(status)


@app.command()
def replay(
    source: Annotated[
        Path, typer.Argument(metavar="ROLLOUTS", help="JSONL or parquet; - is stdin.")
    ],
    against: Annotated[
        str,
        typer.Option(
            help="A profile, a file of results (.jsonl, one a rollout), or 'stored': the "
            "rollouts' own column 'reward'."
        ),
    ],
    profile: Annotated[str, typer.Option(help=PROFILE_HELP)] = "robust",
    networks: NetworksOption = None,
    overlays: OverlaysOption = None,
    tolerance: Annotated[float, typer.Option(min=0, help="A reward may differ by it.")] = 0.0,
    examples: Annotated[int, typer.Option(min=0, help="So many are shown.")] = 5,
    json: Annotated[Path | None, typer.Option(help="Write all numbers; - is stdout.")] = None,
) -> None:
    """Tell what changes where rollouts are scored in another way, and what GRPO sees of it.

    Exits with 0 where all rewards are the same, with 1 where any changed by more than the
    tolerance, with 2 where the rollouts cannot be compared or some of them are no items.
    """
    with _wrong_use():
        status = run_replay(
            source,
            Scorer(networks, profile, overlays=overlays),
            against=against,
            tolerance=tolerance,
            examples=examples,
            json=json,
            console=_console(),
        )
    raise typer.Exit(status)


@networks_app.command("list")
def list_networks(networks: NetworksOption = None, overlays: OverlaysOption = None) -> None:
    """List the networks with their sizes and digests."""
    table = Table("network", "lines", "stations", "transfer stations", "digest")
    for loaded in _load(networks, overlays).loaded.values():
        shown = describe(loaded)
        counts = (len(shown.lines), shown.station_count, len(shown.transfer_stations))
        table.add_row(Text(shown.name), *map(str, counts), shown.digest[:16])
    _console().print(table)


@networks_app.command("show")
def show_network(
    name: str, networks: NetworksOption = None, overlays: OverlaysOption = None
) -> None:
    """Show the lines and stations of one network, such as china/beijing."""
    loaded = _load(networks, overlays).loaded
    if name not in loaded:
        _stop(f"no network {name!r}; expected one of {', '.join(loaded)}")
    shown = describe(loaded[name])
    transfers = set(shown.transfer_stations)
    table = Table(
        "line", "stations (transfer stations in bold)", title=Text(shown.name), show_lines=True
    )
    for line in shown.lines:
        stations = Text(" - ").join(
            Text(stop, "bold" if stop in transfers else "") for stop in line.stations
        )
        if line.loop:
            stations.append(" - (loop)")
        for branch in line.branches:
            stations.append(f"\nbranch at {branch.junction}: {' - '.join(branch.stations)}")
        table.add_row(Text(line.name), stations)
    _console().print(table)


@networks_app.command("check")
def check_networks(networks: NetworksOption = None, overlays: OverlaysOption = None) -> None:
    """Tell what is wrong, what is merely odd, and which cities have an overlay, in a folder.

    Exits with 1 for what is wrong.
    """
    checked = check_folder(networks or BUNDLED_FOLDER, overlays)
    console = _console()
    for name, remarks in checked.remarks.items():
        count = "1 remark" if len(remarks) == 1 else f"{len(remarks) or 'no'} remarks"
        files = " and ".join(map(shown_overlay, checked.overlays[name]))
        overlay = f"overlay: {files}" if files else "no overlay"
        offered = "".join(f" (--overlays {known} has one)" for known in checked.offered[name])
        console.print(f"{name}: {count}, {overlay}{offered}", style="bold", markup=False)
        for remark in remarks:
            _print_remark(console, remark)
    for error in checked.errors:
        console.print(f"error: {error}", style="red", markup=False)
    if checked.unused_overlays:
        cities = ", ".join(checked.unused_overlays)
        console.print(f"no network for the overlays of {cities}", markup=False)
    overlaid = sum(map(bool, checked.overlays.values()))
    console.print(
        f"{len(checked.remarks)} networks are sound, {len(checked.errors)} errors, "
        f"{overlaid} with an overlay"
    )
    if checked.errors:
        raise typer.Exit(FAULTY)


@app.command("profiles")
def show_profiles(
    profiles: Annotated[
        list[str] | None,
        typer.Option(help="A further one: a name, or a TOML or Python file; may be repeated."),
    ] = None,
) -> None:
    """Show the constants of the profiles."""
    with _wrong_use():
        shown = [*PROFILES.values(), *map(find_profile, profiles or [])]
    constants = [profile.constants() for profile in shown]
    table = Table("constant", *(f"{profile.name} {profile.version}" for profile in shown))
    table.add_row("base", *(profile.base for profile in shown), end_section=True)
    for part in dict.fromkeys(part for tables in constants for part in tables):
        columns = [tables.get(part, {}) for tables in constants]
        for name in dict.fromkeys(name for column in columns for name in column):
            values = (f"{column[name]:g}" if name in column else "" for column in columns)
            table.add_row(f"{part}.{name}", *values)
        table.add_section()
    _console().print(table)


@app.command("new-profile")
def new_profile(
    name: Annotated[Path, typer.Argument(help="Of the profile and its file, such as my_reward.")],
) -> None:
    """Write a file with rules to make one's own of, and a test beside it."""
    with _wrong_use():
        for path in write_profile(name):
            typer.echo(path)


@app.command("check")
def check_profile(
    profile: Annotated[str, typer.Argument(help=PROFILE_HELP)],
    cases: Annotated[
        Path, typer.Argument(metavar="CASES.jsonl", help="One item a line; - is stdin.")
    ],
    networks: NetworksOption = None,
    overlays: OverlaysOption = None,
) -> None:
    """Tell whether a profile can be trained on, by cases: items, with "expected" or without.

    Exits with 1 where a reward is missing, not finite, not the same each time, or not the
    expected one; with 2 where nothing can be scored.
    """
    console = _console()
    with _wrong_use():
        scorer = Scorer(networks, profile, overlays=overlays)
        with open_lines(cases) as lines:
            findings = check(scorer, lines)
    for fault in findings.faults:
        console.print(f"fault: {fault}", style="red", markup=False, highlight=False)
    for remark in findings.remarks:
        console.print(f"remark: {remark}", markup=False, highlight=False)
    console.print(
        f"{scorer.fingerprint}: {findings.cases} cases, {findings.scored} scored, "
        f"{findings.microseconds:.1f} µs each; {len(findings.faults)} faults, "
        f"{len(findings.remarks)} remarks",
        markup=False,
        highlight=False,
    )
    if findings.faults:
        raise typer.Exit(FAULTY)


@app.command("openapi")
def write_openapi(
    out: Annotated[Path, typer.Option(help="- is stdout.")] = STANDARD,
) -> None:
    """Write the OpenAPI document: the same bytes on every machine."""
    text = openapi.text(create_app(Settings()))
    if out == STANDARD:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_WIDE)


def _stop(message: str) -> None:
    typer.echo(f"reward-server: {message}", err=True)
    raise typer.Exit(WRONG_USE)


@contextmanager
def _wrong_use() -> Iterator[None]:
    """Ends the program with one sentence where an option names what is not there or not sound."""
    try:
        yield
    except NetworkFileError as error:
        more = len(error.faults) - 1
        hint = f" ({more} more: reward-server networks check --networks DIR)" if more else ""
        _stop(error.faults[0] + hint)
    except OSError as error:
        _stop(f"{error.filename}: {error.strerror}")
    except (FileError, NewProfileError, ProfileError, SettingsError, UnusableError) as error:
        _stop(str(error))


def _load(folder: Path | None, overlays: str | None) -> NetworkSet:
    with _wrong_use():
        return load_networks(folder, overlays)


def _print_remark(console: Console, remark: Remark) -> None:
    console.print(f"  {remark.kind}: {remark.message}", markup=False, highlight=False)


def _writer(out: Path, source: Path, stack: ExitStack) -> BinaryIO:
    if out == STANDARD:
        return sys.stdout.buffer
    if source != STANDARD and out.exists() and out.samefile(source):
        _stop(f"{out}: IN and OUT are the same file")
    return stack.enter_context(out.open("wb"))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
