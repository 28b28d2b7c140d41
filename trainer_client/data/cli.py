"""``trainer-client data``: fetch, make and look at datasets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from reward_server.core.model import DifficultyName
from reward_server.core.transit.model import NetworkError
from reward_server.networks.load import NetworkFileError

if TYPE_CHECKING:
    from .card import Card
    from .city import City
    from .make import Made, Wanted

WRONG_USE = 2
#: Where no terminal says how wide it is.
_WIDE = 160

app = typer.Typer(help="Fetch, make and look at datasets.", no_args_is_help=True)

_New = Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is new or empty.")]
_Seed = Annotated[int, typer.Option(help="The same seed makes the same dataset.")]
_PerCity = Annotated[int, typer.Option(min=1, help="Questions of each city.")]
_HeldOut = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of the cities kept for the split test.")
]
_Size = Annotated[
    int | None,
    typer.Option(min=256, help="Pixels of a map's longer side. Default: what its letters need."),
]
_Fonts = Annotated[
    list[Path] | None,
    typer.Option(
        "--font", help="A file (TTF, OTF) with letters that the installed fonts lack; repeatable."
    ),
]
_Workers = Annotated[int, typer.Option(min=1, help="Processes.")]
_Tasks = Annotated[
    list[str] | None,
    typer.Option("--task", help="Only this task; may be repeated. Default: all six."),
]
_Split = Annotated[str | None, typer.Option(help="Default: train, or the only one.")]
_Root = Annotated[
    Path | None, typer.Option(help="Folder that the rows' paths start from, if another.")
]


@app.command()
def synth(
    out: _New,
    cities: Annotated[int, typer.Option(min=1, help="How many cities to invent.")] = 50,
    difficulty: Annotated[DifficultyName, typer.Option(help="Of their maps.")] = "hard",
    seed: _Seed = 0,
    per_city: _PerCity = 168,
    tasks: _Tasks = None,
    held_out: _HeldOut = 0.1,
    size: _Size = None,
    workers: _Workers = 2,
) -> None:
    """Invent cities, draw them, and ask about them: a dataset in ReasonMap-Train's columns."""
    with _wrong_use():
        from .synth.make import synth as invent  # noqa: PLC0415

        wanted = _wanted(per_city, seed, tasks, size)
        _generate(invent(cities, difficulty, seed), cities, out, wanted, held_out, workers)


@app.command()
def questions(
    networks: Annotated[Path, typer.Argument(help="Folder of <country>/<city>.json.")],
    out: _New,
    maps: Annotated[
        Path | None,
        typer.Option(help="Folder of <country>/<city>.png to take; without it maps are drawn."),
    ] = None,
    seed: _Seed = 0,
    per_city: _PerCity = 168,
    tasks: _Tasks = None,
    held_out: _HeldOut = 0.1,
    size: _Size = None,
    fonts: _Fonts = None,
    workers: _Workers = 2,
) -> None:
    """Ask about the cities of a folder, as the service loads it: a dataset like synth's."""
    with _wrong_use():
        from .city import cities_of  # noqa: PLC0415
        from .make import cities_in  # noqa: PLC0415

        names = cities_of(networks)
        if not names:
            _stop(f"{networks}: no networks there; expected <country>/<city>.json")
        missing = [name for name in names if maps and not (maps / f"{name}.png").is_file()]
        if missing:
            _stop(f"{maps}: no map {missing[0]}.png ({len(missing)} missing)")
        wanted = _wanted(per_city, seed, tasks, size, maps, tuple(fonts or ()))
        if maps is None:  # before hours of drawing
            from .draw import check_letters  # noqa: PLC0415

            for city in cities_in(networks, names):
                check_letters(city, wanted.fonts)
        _generate(cities_in(networks, names), len(names), out, wanted, held_out, workers)


@app.command()
def gtfs(
    feed: Annotated[Path, typer.Argument(help="A GTFS feed: a zip, or the folder it came in.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="What questions reads, and a service.")
    ],
    name: Annotated[str, typer.Option(help="Of the city, country/city.")],
    modes: Annotated[
        str | None,
        typer.Option(
            help="Some of metro,tram,rail,monorail,cable,funicular. Default: all of them."
        ),
    ] = None,
    rare: Annotated[
        float,
        typer.Option(min=0, max=0.5, help="Leave out where fewer of a line's trains go."),
    ] = 0.02,
    as_json: Annotated[bool, typer.Option("--json", help="The report, whole, as JSON.")] = False,
) -> None:
    """Make a network of a city's GTFS feed, and say what was dropped, merged and renamed."""
    with _wrong_use("gtfs"):
        from .gtfs.make import import_feed  # noqa: PLC0415
        from .gtfs.report import print_report  # noqa: PLC0415

        city, report = import_feed(feed, name, modes.split(",") if modes else None, rare)
        file = city.write(out)
        if as_json:
            typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
        else:
            print_report(report, _console())
            typer.echo(f"{file}: {city.difficulty}, {_many(len(city.lines), 'line')}")


@app.command()
def pull(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to put the datasets into.")],
    source: Annotated[
        str,
        typer.Option("--from", help="Account on the hub, or a folder with copies of the datasets."),
    ] = "FSCCS",
) -> None:
    """Fetch ReasonMap, ReasonMap-Plus and ReasonMap-Train, with their maps and networks."""
    with _wrong_use():
        from .pull import pull as fetch  # noqa: PLC0415

        with _quiet_datasets():
            for name, dataset in fetch(source, out):
                typer.echo(f"{out / name}: {dataset}")


@app.command("export-networks")
def export(
    source: Annotated[str, typer.Argument(help="A dataset: folder, parquet, or name on the hub.")],
    out: Annotated[Path, typer.Argument(metavar="DIR", help="What --networks of a service reads.")],
    split: _Split = None,
    root: _Root = None,
) -> None:
    """Write the networks of a dataset's rows into a folder that the service loads."""
    with _wrong_use(), _quiet_datasets():
        from .export import export_networks  # noqa: PLC0415
        from .published import read  # noqa: PLC0415

        networks = export_networks(read(source, split, root), out)
        typer.echo(f"{out}: {_many(len(networks), 'network')}")


@app.command()
def show(
    source: Annotated[str, typer.Argument(help="A dataset: folder, parquet, or name on the hub.")],
    sheet: Annotated[
        Path | None,
        typer.Option(help="The contact sheet, PNG; default: contact_sheet.png in the folder."),
    ] = None,
    root: _Root = None,
    seed: Annotated[int, typer.Option(help="Which maps and questions the sheet shows.")] = 0,
    fonts: _Fonts = None,
) -> None:
    """Count what is in a dataset, and put some of its maps on a sheet, a question under each."""
    with _wrong_use(), _quiet_datasets():
        from .card import card  # noqa: PLC0415
        from .load import load  # noqa: PLC0415
        from .published import splits_of  # noqa: PLC0415
        from .sheet import draw_sheet  # noqa: PLC0415

        loaded = {split: load(source, split, root=root) for split in splits_of(source)}
        for split, dataset in loaded.items():
            _print_card(split, card(dataset.remove_columns("image")))
        file = sheet or (Path(source) if Path(source).is_dir() else Path()) / "contact_sheet.png"
        file.write_bytes(draw_sheet(loaded, seed, fonts or ()))
        typer.echo(f"contact sheet: {file}")


def _wanted(
    per_city: int,
    seed: int,
    tasks: list[str] | None,
    size: int | None,
    maps: Path | None = None,
    fonts: tuple[Path, ...] = (),
) -> Wanted:
    from .make import Wanted  # noqa: PLC0415
    from .questions import PUBLISHED_COUNTS  # noqa: PLC0415

    unknown = [task for task in tasks or () if task not in PUBLISHED_COUNTS]
    if unknown:
        _stop(f"--task {unknown[0]}: expected one of {', '.join(PUBLISHED_COUNTS)}")
    # in the order of the table, each once
    chosen = tuple(task for task in PUBLISHED_COUNTS if not tasks or task in tasks)
    return Wanted(per_city, seed, chosen, size=size, maps=maps, fonts=fonts)


def _generate(
    cities: Iterable[City],
    count: int,
    out: Path,
    wanted: Wanted,
    share: float,
    workers: int,
) -> None:
    """Make the dataset while bars show how far it is, and say what came of it."""
    with _quiet_datasets():
        from .generate import generate  # noqa: PLC0415
        from .make import held_out  # noqa: PLC0415

        test = held_out(count, share, wanted.seed)
        asked: Counter[str] = Counter()
        with _bars() as bars:
            done = bars.add_task("cities", total=count)
            rows = bars.add_task("questions", total=count * wanted.per_city)

            def made(city: Made) -> None:
                asked.update(row["type"] for row in city.rows)
                bars.advance(done)
                bars.advance(rows, len(city.rows))

            generate(cities, out, wanted, test, workers, made)
        listed = ", ".join(f"{asked[task]} {task}" for task in wanted.tasks)
        typer.echo(
            f"{out}: {_many(asked.total(), 'question')} ({listed}) on {_many(count, 'city')}, "
            f"{len(test)} of them held out in the split test"
        )
        if asked.total() < count * wanted.per_city:
            typer.echo(
                "fewer than asked for: some networks are too small to ask about so often without "
                "repeating a question, have only one line, or few stations with several"
            )


def _bars() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:>9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _print_card(split: str, counts: Card) -> None:
    from .card import DIFFICULTIES, TASKS  # noqa: PLC0415

    console = _console()
    table = Table("task", *DIFFICULTIES, "all", "answers", title=Text(f"{split}: {counts.rows}"))
    for task in TASKS:
        by_difficulty = [counts.tasks[task, difficulty] for difficulty in DIFFICULTIES]
        answers = counts.answers[task]
        spread = ", ".join(f"{answer}: {answers[answer]}" for answer in sorted(answers, key=_order))
        table.add_row(task, *map(str, by_difficulty), str(sum(by_difficulty)), spread)
    console.print(table)
    if counts.forms:
        forms = ", ".join(f"{form}: {count}" for form, count in counts.forms.most_common())
        typer.echo(f"forms of planning: {forms}")
    cities = Table("city", "difficulty", "questions", title=_many(len(counts.networks), "city"))
    for network, count in sorted(counts.networks.items()):
        cities.add_row(Text(network), counts.difficulties[network], str(count))
    console.print(cities)


def _many(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    return f"{count} {what.removesuffix('y')}ies" if what.endswith("y") else f"{count} {what}s"


def _order(answer: str) -> tuple[int, str]:
    number = answer.split(maxsplit=1)[0]
    return (int(number), "") if number.isdigit() else (0, answer)


@contextmanager
def _quiet_datasets() -> Iterator[None]:
    """No bars of ``datasets`` among ours."""
    from datasets import (  # noqa: PLC0415
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    were_hidden = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not were_hidden:
            enable_progress_bars()


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


def _stop(message: str) -> None:
    typer.echo(f"trainer-client: {message}", err=True)
    raise typer.Exit(WRONG_USE)


@contextmanager
def _wrong_use(extra: str = "data") -> Iterator[None]:
    """Ends the program with one sentence where an argument names what is not there or not sound."""
    try:
        yield
    except ModuleNotFoundError as error:
        _stop(f"{error.name} is not installed; pip install 'reward-server[{extra}]' brings it")
    except ImportError as error:
        _stop(str(error))
    except (FileExistsError, NetworkError, NetworkFileError) as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except ValueError as error:
        _stop(str(error))
