"""Questions of all tasks on maps, on all bundled networks, with each completion to try."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from reward_server.explorer.form import as_item
from reward_server.explorer.transit.tasks import MAP_TASKS, task_inputs
from reward_server.networks.load import load_bundled
from reward_server.profiles import ROBUST

NETWORKS = load_bundled()


class Answer(NamedTuple):
    """``kind``: what the completion is, in the page's words."""

    task: str
    kind: str
    item: dict[str, Any]


def _answers() -> Iterator[Answer]:
    chance = random.Random(1)  # noqa: S311 - the same questions on every run
    for name, network in NETWORKS.items():
        for task, shown in MAP_TASKS.items():
            inputs = task_inputs(task, ROBUST.tasks[task])
            for form in ("short", "via_count", "via_stops"):
                fields = {"network": name, "question_form": form}
                fields |= shown.question(network, chance)
                for kind, completion in shown.samples(network, fields).items():
                    item = as_item(task, inputs, {**fields, "completion": completion})
                    yield Answer(task, kind, item)


ANSWERS = list(_answers())
