"""A replay as tables on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .replay import COMPONENTS, Example, Replay, TaskChange

#: Characters of a completion shown of an example.
_LONGEST_SHOWN = 400


def print_replay(found: Replay, console: Console) -> None:
    """What changed, by task; what GRPO sees of it; the examples."""
    table = Table("task", "compared", "changed", f"mean {found.before}", f"mean {found.after}")
    for head in ("mean |change|", "largest", "wrong -> right", "right -> wrong", *COMPONENTS):
        table.add_column(head)
    for task, one in found.tasks.items():
        _add_change(table, task, one)
    table.add_section()
    _add_change(table, "all", found.overall)
    table.title = Text(
        f"from {found.fingerprint_before or found.before} to "
        f"{found.fingerprint_after or found.after}, "
        f"tolerance {found.tolerance:g}"
    )
    console.print(table)
    _print_agreement(found, console)
    for number, example in enumerate(found.examples, 1):
        _print_example(number, example, found, console)
    for kind, count in found.status_changed.items():
        console.print(f"{count} rollouts have no reward on one side ({kind})", highlight=False)
    if found.in_error_on_both:
        console.print(f"{found.in_error_on_both} rollouts are in error on both sides")
    for problem in found.problems:
        console.print(problem, markup=False, highlight=False)
    if found.malformed:
        console.print(f"{found.malformed} of {found.rows} rows are no item")
    console.print(f"{found.verdict}: {found.overall.changed} of {found.overall.compared} rewards")


def _add_change(table: Table, task: str, one: TaskChange) -> None:
    means = (one.mean_before, one.mean_after, one.mean_absolute_change)
    mean_before, mean_after, mean_change = (
        "-" if mean is None else f"{mean:.3f}" for mean in means
    )
    moved = ["-" if count is None else str(count) for count in one.components.values()]
    table.add_row(
        task,
        str(one.compared),
        str(one.changed),
        mean_before,
        mean_after,
        mean_change,
        f"{one.largest_change:.3f}",
        str(one.wrong_to_right),
        str(one.right_to_wrong),
        *moved,
    )


def _print_agreement(found: Replay, console: Console) -> None:
    groups = found.groups
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
            f"groups without variance under {found.before}, {found.after}",
            f"{groups.without_variance_before}, {groups.without_variance_after}",
        ),
    ):
        table.add_row(words, str(value))
    console.print(table)


def _print_example(number: int, one: Example, found: Replay, console: Console) -> None:
    names = [f"row {one.row}", one.id and f"id {one.id}", one.group and f"group {one.group}"]
    where = ", ".join(filter(None, [*names, one.task, one.network]))
    console.print(Text(f"{number}. {where}: {one.reward_before:g} -> {one.reward_after:g}", "bold"))
    for name, said in (
        (found.before, one.explanation_before),
        (found.after, one.explanation_after),
    ):
        if said is not None:
            console.print(f"   {name}: {said}", markup=False, highlight=False)
    shown = one.completion.strip()
    # the answer stands at the end
    cut = "..." if len(shown) > _LONGEST_SHOWN else ""
    console.print(Text(f"   {cut}{shown[-_LONGEST_SHOWN:]!r}", "dim"))
