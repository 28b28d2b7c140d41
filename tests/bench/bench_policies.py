"""What lazy and gaming answers earn beside honest and right ones, for each task and form.

Reward / W, mean over the cities. Planning questions are drawn as in the dataset, 20 : 15 : 5 by
0, 1, 2 or more transfers in each city (what a city does not have is left out); yes and no are
even, and so are the letters and the counts that a city has.

A *blind* answer needs only the question and names learned by heart; a *guess* also knows the
lines of one station; an *honest* one has one thing wrong; a *model* is right in 8 of 10; a
*right* one is right, though not always quite as asked. Where a question has no place for an
answer (a wrong transfer in a direct route), that question does not count for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from reward_server.core.transit.model import FormName
from reward_server.core.transit.network import Network
from reward_server.profiles import RELEASED, ROBUST
from tests.bench.common import arguments, cities_in_words, load_cities, print_table
from tests.bench.policies.boxed import BOXED
from tests.bench.policies.case import BLIND, GUESS, MODEL, RIGHT
from tests.bench.policies.earnings import PROFILES, Earned, earn
from tests.bench.policies.planning import planning_policies
from tests.bench.policies.questions import boxed_cases, planning_cases
from tests.bench.policies.variance import GROUP, has_no_variance, wrong_groups

FORMS: tuple[FormName, ...] = ("short", "via_count", "via_stops")


def main() -> None:
    quick = arguments(__doc__).quick
    networks = list(load_cities().values())
    print(f"{cities_in_words({n.name: n for n in networks})}; reward / W, mean over the cities\n")
    times = 1 if quick else 10
    for form in FORMS:
        cases = {n.name: planning_cases(n, form, times) for n in networks}
        show(f"planning, {form}", earn(cases, planning_policies(form)))
    for task, (draw, policies) in BOXED.items():
        cases = {n.name: boxed_cases(n, task, draw, 12 * times) for n in networks}
        show(task, earn(cases, policies))
    show_zero_variance(networks, times)


def show(title: str, table: Sequence[Earned]) -> None:
    rows = []
    for policy, rewards, right, when_wrong in table:
        expected = "" if policy.expected is None else f"{policy.expected:.1f}"
        wrong = "" if when_wrong is None else f"{when_wrong:.2f}"
        amounts = [f"{reward:.2f}" for reward in rewards]
        rows.append([policy.name, policy.kind, *amounts, expected, f"{right:.0%}", wrong])
    heads = [title, "kind", *(p.name for p in PROFILES), "expected", "right", "when wrong"]
    print_table(heads, rows, words=2)
    print(f"{title}: {verdict(table)}\n\n")


def verdict(table: Sequence[Earned]) -> str:
    """The best policy of each kind beside a model and the right answer, under ``robust``."""
    best: dict[str, Earned] = {}
    for earned in table:
        best.setdefault(earned.policy.kind, earned)
    said = [
        f"{kind} {best[kind].rewards[-1]:.1f} ({best[kind].policy.name})"
        for kind in (MODEL, BLIND, GUESS)
        if kind in best
    ]
    return f"right {best[RIGHT].rewards[-1]:.1f}; best {'; best '.join(said)}"


def show_zero_variance(networks: Sequence[Network], prompts: int) -> None:
    """How many groups of wrong answers teach nothing, for all their rewards are equal."""
    print(
        f"Groups of {GROUP} tries that are all wrong and all have the right ends: the share whose"
        "\nrewards are all equal, so that GRPO learns nothing from them. A try at a direct question"
        "\nrides any line; at one with a transfer a line of a's to any stop of it, then any line."
        "\n(How the tries behind the expected figures were made is not written down.)\n"
    )
    expected = {RELEASED.name: ("100%", "100%"), ROBUST.name: ("52%", "6%")}
    rows = []
    for transfers, title in enumerate(("direct", "one transfer")):
        groups = wrong_groups(networks, transfers, prompts)
        for profile in PROFILES:
            share = fmean(has_no_variance(*group, profile) for group in groups)
            figure = expected.get(profile.name, ("", ""))[transfers]
            rows.append([title, profile.name, str(len(groups)), f"{share:.0%}", figure])
    print_table(["question", "profile", "groups", "equal", "expected"], rows, words=2)


if __name__ == "__main__":
    main()
