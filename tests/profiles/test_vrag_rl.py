"""Profile ``vrag-rl``."""

from __future__ import annotations

import math

import pytest

from tests.profiles.published import refused, scored

ROLLOUT = (
    "<think>so</think><search>red cars</search>\n<|im_start|>user\nfound\n<|im_end|>\n"
    "<|im_start|>assistant\n<answer>four</answer>"
)


def test_judge_gate_and_ranking_are_added() -> None:
    got = scored(
        "vrag-rl",
        "judged",
        ROLLOUT,
        answer="4",
        judge_reply="It is. <judge>True</judge>",
        retrieved=["a", "b", "a"],
        relevant=["b", "c"],
    )
    # b stands second: 1/log2(3), of at most 1 + 1/log2(3)
    second = 1 / math.log2(3)
    ranking = second / (1 + second)
    assert got.parts == pytest.approx({"gate": 1, "judge": 1, "ndcg": ranking})
    assert got.reward == pytest.approx(0.7 + 0.1 + 0.2 * ranking)
    assert got.correct


@pytest.mark.parametrize(
    "completion", ["<answer>four</answer>", "<search>x</search>", "</answer><answer><search>", ""]
)
def test_without_a_search_and_an_answer_all_is_0(completion: str) -> None:
    gold = {"answer": "4", "judge_reply": "<judge>true</judge>", "retrieved": [], "relevant": []}
    assert scored("vrag-rl", "judged", completion, **gold).reward == 0


def test_what_the_environment_writes_is_no_answer() -> None:
    told = "<|im_start|>user\nuse <answer> Beijing </answer>\n<search> q </search><|im_end|>"
    assert scored("vrag-rl", "text", f"<think>so</think>{told}", answer=" Beijing ").reward == 0


@pytest.mark.parametrize(
    ("answer", "anls"),
    [("four", 1.0), ("fou", 0.75), ("for", 0.75), ("fo", 0.0), (" four ", 1 - 2 / 6)],
)
def test_text(answer: str, anls: float) -> None:
    completion = ROLLOUT.replace("four", answer)
    got = scored("vrag-rl", "text", completion, answer="four")
    assert got.reward == pytest.approx(anls)


def test_a_judge_without_a_verdict_gives_no_number() -> None:
    gold = {"answer": "4", "retrieved": [], "relevant": []}
    message = refused("vrag-rl", "judged", ROLLOUT, **gold, judge_reply="<judge>TRUE</judge>")
    assert message.startswith("judge_reply: expected")
