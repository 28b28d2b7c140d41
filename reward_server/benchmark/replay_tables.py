"""A replay as tables on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..wire.results import COMPONENTS
from .replay import Example, Replay, TaskChange

#: Characters of a completion shown of an example.
_LONGEST_SHOWN = 400


def print_replay(replay: Replay, console: Console) -> None:
    """What changed, by task; what GRPO sees of it; the examples."""
    table = Table("task", "compared", "changed", f"mean {replay.before}", f"mean {replay.after}")
    for head in ("mean |change|", "largest", "wrong -> right", "right -> wrong", *COMPONENTS):
        table.add_column(head)
    for task, change in replay.tasks.items():
        _add_change(table, task, change)
    table.add_section()
    _add_change(table, "all", replay.overall)
    table.title = Text(
        f"from {replay.fingerprint_before or replay.before} to "
        f"{replay.fingerprint_after or replay.after}, "
        f"tolerance {replay.tolerance:g}"
    )
    console.print(table)
    _print_agreement(replay, console)
    for number, example in enumerate(replay.examples, 1):
        _print_example(number, example, replay, console)
    for kind, count in replay.status_changed.items():
        console.print(f"{count} rollouts have no reward on one side ({kind})", highlight=False)
    if replay.in_error_on_both:
        console.print(f"{replay.in_error_on_both} rollouts are in error on both sides")
    for problem in replay.problems:
        console.print(problem, markup=False, highlight=False)
    if replay.malformed:
        console.print(f"{replay.malformed} of {replay.rows} rows are no item")
    console.print(
        f"{replay.verdict}: {replay.overall.changed} of {replay.overall.compared} rewards"
    )


def _add_change(table: Table, task: str, change: TaskChange) -> None:
    means = (change.mean_before, change.mean_after, change.mean_absolute_change)
    mean_before, mean_after, mean_change = (
        "-" if mean is None else f"{mean:.3f}" for mean in means
    )
    moved = ["-" if count is None else str(count) for count in change.components.values()]
    table.add_row(
        task,
        str(change.compared),
        str(change.changed),
        mean_before,
        mean_after,
        mean_change,
        f"{change.largest_change:.3f}",
        str(change.wrong_to_right),
        str(change.right_to_wrong),
        *moved,
    )


def _print_agreement(replay: Replay, console: Console) -> None:
    groups = replay.groups
    if not groups.groups:
        return
    table = Table("what GRPO sees", "")
    tau = "-" if groups.kendall_tau is None else f"{groups.kendall_tau:.4f}"
    for words, value in (
        ("groups (rollouts)", f"{groups.groups} ({groups.rollouts})"),
        ("Kendall's tau-b in groups that vary under both", f"{tau} ({groups.ranked_groups})"),
        ("advantages whose sign flips", groups.sign_flips),
        ("advantages that become 0, or stop being 0", f"{groups.to_zero}, {groups.from_zero}"),
        ("groups that gain variance, lose it", f"{groups.gain_variance}, {groups.lose_variance}"),
        (
            f"groups without variance under {replay.before}, {replay.after}",
            f"{groups.without_variance_before}, {groups.without_variance_after}",
        ),
    ):
        table.add_row(words, str(value))
    console.print(table)


def _print_example(number: int, example: Example, replay: Replay, console: Console) -> None:
    names = [
        f"row {example.row}",
        example.id and f"id {example.id}",
        example.group and f"group {example.group}",
    ]
    where = ", ".join(filter(None, [*names, example.task, example.network]))
    console.print(
        Text(f"{number}. {where}: {example.reward_before:g} -> {example.reward_after:g}", "bold")
    )
    for name, said in (
        (replay.before, example.explanation_before),
        (replay.after, example.explanation_after),
    ):
        if said is not None:
            console.print(f"   {name}: {said}", markup=False, highlight=False)
    shown = example.completion.strip()
    # the answer stands at the end
    cut = "..." if len(shown) > _LONGEST_SHOWN else ""
    console.print(Text(f"   {cut}{shown[-_LONGEST_SHOWN:]!r}", "dim"))
