"""The completions to try are what they say."""

from __future__ import annotations

import pytest

from reward_server.explorer.transit.tasks import MAP_TASKS
from reward_server.scorer import Scorer
from tests.explorer.answers import ANSWERS, NETWORKS


def test_the_samples_are_what_they_say() -> None:
    results = Scorer(NETWORKS).score([answer.item for answer in ANSWERS])
    may_be_right = {"right", "thinking first", "wrong via", "two answers", "no box"}
    for answer, result in zip(ANSWERS, results, strict=True):
        assert result["status"] == "ok", result
        if answer.kind in ("right", "thinking first"):
            assert result["correct"], answer
        if answer.kind not in may_be_right:
            assert not result["correct"], answer


@pytest.mark.parametrize("answer", ["", "x", "²", "-1", "9" * 5000])
@pytest.mark.parametrize("task", MAP_TASKS)
def test_a_question_without_sound_gold_has_none(task: str, answer: str) -> None:
    network = NETWORKS["velmora/aldrina"]
    fields = {"station_1": "Atlantis", "station_2": "Nowhere", "answer": answer}
    assert MAP_TASKS[task].samples(network, fields) == {}
