"""verifiers' own NeMoGymTaskset asks a real service for the reward of a trace.

Runs where verifiers is installed. A dataset is loaded, a rollout set up and its trace scored by
its code; the model's message is put into the trace instead of being sampled.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sample

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code
Json = dict[str, Any]

vf = pytest.importorskip(
    "verifiers.v1", reason="needs verifiers (pip install verifiers)", exc_type=ImportError
)
nemo_gym = pytest.importorskip("verifiers.v1.tasksets.nemo_gym", exc_type=ImportError)
graph = pytest.importorskip("verifiers.v1.graph", exc_type=ImportError)
types = pytest.importorskip("verifiers.v1.types", exc_type=ImportError)
state = pytest.importorskip("verifiers.v1.state", exc_type=ImportError)
trace_of = pytest.importorskip("verifiers.v1.trace", exc_type=ImportError)

Scores = Callable[[Json, str], Any]


@pytest.fixture
def score(served: str, tmp_path: Path) -> Scores:
    """The trace of a completion with a gold, as verifiers scored it."""

    def trace(gold: Json, completion: str) -> Any:  # noqa: ANN401 - a class that mypy has not
        dataset = tmp_path / "rows.jsonl"
        row = {
            "responses_create_params": {"input": [{"role": "user", "content": "Is it so?"}]},
            "verifier_metadata": gold,
        }
        dataset.write_text(json.dumps(row), encoding="utf-8")
        where = nemo_gym.NeMoGymTaskConfig(resources_url=served)
        config = nemo_gym.NeMoGymConfig(dataset=dataset, task=where)
        (task,) = nemo_gym.NeMoGymTaskset(config)
        return asyncio.run(_score(task, completion))

    return trace


async def _score(task: Any, completion: str) -> Any:  # noqa: ANN401
    trace = vf.Trace(
        task=trace_of.TraceTask(type="x", data=task.data, key=task.key, hash=task.hash),
        state=state.state_cls(type(task))(),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
    )
    await task.setup(trace, None)
    asked = graph.MessageNode(message=types.UserMessage(content="Is it so?"))
    said = types.AssistantMessage(content=completion or None)
    trace.nodes += [asked, graph.MessageNode(parent=0, message=said, sampled=True)]
    await task.score(trace)
    return trace


def test_traces_have_the_rewards_of_score(score: Scores, samples: list[Sample]) -> None:
    for one in samples:
        trace = score(one.gold, one.completion)
        assert trace.reward == one.result["reward"]
        components = {name: value or 0.0 for name, value in one.result["components"].items()}
        right = {"correct": float(one.result["correct"]), "weight": one.result["weight"]}
        assert trace.metrics == {**components, **right}
        assert trace.info["nemo_gym"]["verifier_metadata"] == one.gold


@pytest.mark.parametrize("gold", [{"task": "TorF1"}, {"task": "TorF1", "anwser": 1}, {}])
def test_a_trace_that_cannot_be_scored_is_an_error_without_a_reward(
    score: Scores, gold: Json
) -> None:
    with pytest.raises(vf.TaskError, match="422"):
        score(gold, "\\boxed{yes}")
