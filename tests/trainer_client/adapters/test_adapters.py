"""The adapters, called as their frameworks call them, on a real service.

``make frameworks`` has the frameworks themselves load and call them.
"""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from trainer_client import adapters
from trainer_client.adapters.openrlhf import reward_func
from trainer_client.adapters.samples import NotScoredError
from trainer_client.adapters.slime import reward
from trainer_client.adapters.verifiers import rewardmap
from trainer_client.adapters.verl import compute_score
from trainer_client.client.rows import ColumnError

from ...serving import fetch
from .conftest import Json, Sample, parts_of, requests_for_scores

BAD = {"task": "TorF1"}  # no answer


def of_verl(samples: list[Sample], **kwargs: object) -> list[Json]:
    """What verl's reward loop gathers: a call for each sample."""

    async def together() -> list[Json]:
        return list(
            await asyncio.gather(
                *(
                    compute_score(
                        data_source="maps",
                        solution_str=one.completion,
                        ground_truth=json.dumps(one.gold),
                        extra_info={"num_turns": 2, "rollout_reward_scores": {}},
                        **kwargs,  # type: ignore[arg-type]
                    )
                    for one in samples
                )
            )
        )

    return asyncio.run(together())


def test_verl_gets_each_score_and_its_parts_under_the_same_keys_from_few_requests(
    url: str, samples: list[Sample]
) -> None:
    before = requests_for_scores(url)
    found = of_verl(samples * 20)
    assert requests_for_scores(url) - before <= 4
    for one, said in zip(samples * 20, found, strict=True):
        parts = parts_of(one.result)
        assert said == {"score": one.result["reward"], "acc": parts["correct"], **parts}
    assert len({tuple(said) for said in found}) == 1
    assert all(isinstance(value, float) for said in found for value in said.values())


def test_verls_reward_kwargs_say_where_and_how(url: str, samples: list[Sample]) -> None:
    (found,) = of_verl([Sample({"task": "TorF1", "answer": 1}, "\\boxed{yes}", {})], url=url)
    assert found["score"] == 11.0
    released = of_verl(samples[:1], url=url, profile="released", reward_router_address="x")
    assert released[0]["format"] == 0.0
    with pytest.raises(TypeError, match="profil"):
        of_verl(samples[:1], url=url, profil="released")


def test_verls_gold_may_stand_in_its_extra_info(url: str) -> None:
    extra = {"task": "TorF1", "difficulty_city": "hard", "split": "train", "index": 7}
    for answer in (1, "1"):
        call = compute_score("maps", "\\boxed{yes}", answer, {**extra, "url": url})
        assert asyncio.run(call)["score"] == 16.5


def test_verl_is_told_of_a_sample_that_cannot_be_scored(url: str) -> None:
    with pytest.raises(NotScoredError, match="missing_gold"):
        of_verl([Sample(BAD, "\\boxed{yes}", {})], url=url)


@dataclass
class SlimeSample:
    """What slime has of a sample."""

    response: str
    label: Any
    metadata: Json = field(default_factory=dict)


def of_slime(sample: SlimeSample | list[SlimeSample], key: str | None = None) -> Any:  # noqa: ANN401
    arguments = SimpleNamespace(reward_key=key, rm_type=None)
    return asyncio.run(reward(arguments, sample))  # type: ignore[arg-type]


def test_slime_gets_a_number_or_where_it_picks_one_out_the_parts_too(
    url: str, samples: list[Sample]
) -> None:
    assert url
    for one in samples:
        sample = SlimeSample(f"{one.completion}<|im_end|>\n", json.dumps(one.gold))
        assert of_slime(sample) == one.result["reward"]
        category = "correct" if one.result["correct"] else "wrong"
        wanted = {"reward": one.result["reward"], "category": category, **parts_of(one.result)}
        assert of_slime(sample, "reward") == wanted


def test_slime_gets_a_group_from_one_request(url: str, samples: list[Sample]) -> None:
    before = requests_for_scores(url)
    group = [SlimeSample(one.completion, one.gold) for one in samples]
    assert of_slime(group) == [one.result["reward"] for one in samples]
    assert requests_for_scores(url) - before == 1


def test_slimes_columns_may_stand_in_its_metadata(url: str) -> None:
    assert url
    sample = SlimeSample("\\boxed{yes}", "1", {"task": "TorF1", "difficulty_city": "middle"})
    assert of_slime(sample) == pytest.approx(13.2)


@pytest.mark.parametrize("grouped", [True, False])
def test_slime_is_told_of_a_sample_that_cannot_be_scored(url: str, grouped: bool) -> None:
    assert url
    bad = SlimeSample("\\boxed{yes}", BAD)
    good = SlimeSample("\\boxed{yes}", {**BAD, "answer": 1})
    with pytest.raises(NotScoredError, match="missing_gold"):
        of_slime([good, bad] if grouped else bad)


class MapData(BaseModel):
    """A task's data as verifiers has it, its gold in a field."""

    prompt: str = "?"
    gold: str | Json | None = None


class FlatData(BaseModel):
    """Likewise with the columns for fields."""

    prompt: str = "?"
    task: str
    answer: int | None = None
    network_allow: list[str] = ["*"]


class Trace:
    """What is used of a trace of verifiers."""

    def __init__(self, reply: str) -> None:
        self.last_reply = reply
        self.metrics: dict[str, float] = {}

    def record_metrics(self, values: Any) -> None:  # noqa: ANN401
        self.metrics.update(values)


def test_verifiers_gets_the_reward_and_its_parts_as_metrics(
    url: str, samples: list[Sample]
) -> None:
    assert url
    for one in samples:
        for gold in (one.gold, json.dumps(one.gold)):
            trace = Trace(one.completion)
            assert asyncio.run(rewardmap(MapData(gold=gold), trace)) == one.result["reward"]
            assert trace.metrics == parts_of(one.result)
    trace = Trace("\\boxed{yes}")
    assert asyncio.run(rewardmap(FlatData(task="TorF1", answer=1), trace)) == 11.0
    with pytest.raises(NotScoredError, match="missing_gold"):
        asyncio.run(rewardmap(FlatData(task="TorF1"), trace))


PROMPT = "<|im_start|>user\nIs it so?<|im_end|>\n<|im_start|>assistant\n"


def test_openrlhf_gets_each_reward_from_threads_that_share_requests(
    url: str, samples: list[Sample]
) -> None:
    def call(one: Sample) -> Json:
        query = f"{PROMPT}{one.completion}<|im_end|>"
        return reward_func([query], [PROMPT], [json.dumps(one.gold)])

    before = requests_for_scores(url)
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(call, samples))
    assert requests_for_scores(url) - before < len(samples)
    for one, said in zip(samples, found, strict=True):
        parts = parts_of(one.result)
        scores = parts["correct"]
        wanted = {"rewards": one.result["reward"], "scores": scores, "extra_logs": parts}
        assert said == wanted


def test_openrlhf_may_ask_for_many_and_for_none(url: str) -> None:
    assert url
    gold = {"task": "TorF1", "answer": 1}
    said = reward_func([f"{PROMPT}\\boxed{{yes}}", f"{PROMPT}?"], [PROMPT] * 2, [gold] * 2)
    assert said["rewards"] == [11.0, 0.0]
    assert reward_func([], [], [])["rewards"] == []
    with pytest.raises(ColumnError, match="prompt"):
        reward_func(["no prompt"], [PROMPT], [gold])


def test_the_readmes_rows_and_requests_are_scored(url: str) -> None:
    readme = Path(adapters.__file__).with_name("README.md").read_text(encoding="utf-8")
    row = re.search(r"```json\n(.*?)```", readme, re.DOTALL)
    body = re.search(r"/verify.*? -d '(.*?)'\n", readme, re.DOTALL)
    assert row is not None
    assert body is not None
    gold = json.loads(row[1])["reward_model"]["ground_truth"]
    assert asyncio.run(compute_score("maps", "\\boxed{yes}", gold, {}))["score"] == 11.0
    status, reply = fetch(
        f"{url}/verify", json.loads(body[1]), {"Content-Type": "application/json"}
    )
    assert (status, json.loads(reply)["reward"]) == (200, 11.0)
