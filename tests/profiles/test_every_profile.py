"""What holds for every published profile, whatever a completion looks like."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.budget import Budget
from reward_server.core.evaluate import evaluate
from reward_server.explorer.bars import bars
from reward_server.profiles import PUBLISHED, built_in
from reward_server.scorer import Scorer
from tests.profiles.published import scorer

BOX = {"box": [10, 10, 90, 90]}
ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("visual-rft", "detection"): {"answer": [BOX]},
    ("visual-rft", "grounding"): {"answer": [BOX]},
    ("visual-rft", "classification"): {"answer": "red panda"},
    ("v-triune", "detection"): {"answer": [{**BOX, "label": "cat"}], "progress": 0.5},
    ("v-triune", "detection_map50"): {"answer": [{**BOX, "label": "cat"}]},
    ("v-triune", "math"): {"answer": r"\frac{3}{4}"},
    ("spatial-ladder", "choice"): {"answer": "B"},
    ("spatial-ladder", "number"): {"answer": 4.5},
    ("q-insight", "score"): {"answer": 3.5},
    ("q-insight", "distortion"): {"answer": {"distortion_class": "blur", "severity": "slight"}},
    ("q-insight", "comparison"): {"answer": "Image A"},
    ("affordance-r1", "affordance"): {"answer": [{**BOX, "point": [50, 50]}]},
    ("curr-reft", "judge"): {"answer": True},
    ("curr-reft", "choice"): {"answer": "B"},
    ("curr-reft", "choice_multi"): {"answer": ["B", "C"]},
    ("curr-reft", "open_detection"): {"answer": [BOX]},
    ("curr-reft", "open_class"): {"answer": ["cat"]},
    ("curr-reft", "open_math"): {"answer": "4.5"},
    ("vision-sr1", "math"): {
        "answer": "4.5",
        "probes": [{"task": "math", "answer": "4.5", "completion": "\\boxed{4.5}"}],
    },
    ("perception-r1", "math"): {
        "answer": "4.5",
        "facts": ["one"],
        "judge_reply": "<info1>1</info1>",
    },
    ("vrag-rl", "judged"): {
        "answer": "4.5",
        "judge_reply": "<judge>true</judge>",
        "retrieved": ["a"],
        "relevant": ["a"],
    },
    ("vrag-rl", "text"): {"answer": "4.5"},
    ("vicrit", "span"): {"answer": "a red cat", "original": "a cat"},
    ("vicrit", "span_loose"): {"answer": "a red cat", "original": "a cat"},
    ("3d-r1", "boxes3d"): {"answer": [{"box": [0, 0, 0, 1, 1, 1]}], "similarity": 0.5},
    ("grpo-care", "choice"): {"answer": "B"},
    ("grpo-care", "numerical"): {"answer": 4.5},
    ("grpo-care", "ocr"): {"answer": "no parking"},
    ("grpo-care", "free_form"): {"answer": "no parking"},
    ("grpo-care", "regression"): {"answer": 4.5},
}
EVERY_TASK = pytest.mark.parametrize(
    ("profile", "task"), ANSWERS, ids=[f"{profile}-{task}" for profile, task in ANSWERS]
)

PIECES = [
    *("<think>", "</think>", "<answer>", "</answer>", "<search>", "</search>", "<rethink>"),
    *("</rethink>", "<description>", "</description>", "<|im_start|>user", "<|im_end|>", "\n"),
    *("\\boxed{", "{", "}", "[", "]", "[[", "}, ", "'", '"', "(", ")", ",", ".", " ", "so", "B"),
    *("[{'Position': [10, 10, 90, 90], 'Confidence': 0.9}]", '{"rating": 3.5}', "NaN", "1e999"),
    *('[{"bbox_2d": [10, 10, 90, 90], "label": "cat", "point_2d": [50, 50]}]', "Infinity"),
    *("(10,10),(90,90)", "box: [0,0,0,1,1,1]", "9" * 400, "-", "4.5", "\\frac{3}{4}", "$", "%"),
    *("\\sqrt{", "^", "{}", "[10,10,90,90]", "é", "e\u0301", "\ud83d", "\x00", "９", "cat red"),
]
COMPLETIONS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=200)
)


def test_every_task_of_every_profile_is_here() -> None:
    assert set(ANSWERS) == {(name, task) for name in PUBLISHED for task in profile(name).tasks}


def profile(name: str) -> Any:  # noqa: ANN401 - a Profile, never None here
    return built_in(name)


@EVERY_TASK
@given(completion=COMPLETIONS)
def test_whatever_a_completion_is_its_reward_is_a_finite_sum(
    profile: str, task: str, completion: str
) -> None:
    of = scorer(profile)
    item = {"task": task, "completion": "", **ANSWERS[profile, task]}
    (checked,) = of.items.read([item])
    breakdown = evaluate(completion, checked, of.profile, {}, Budget())
    assert math.isfinite(breakdown.reward)
    row = of.profile.tasks[task]
    assert breakdown.terms.keys() == row.terms.keys()
    assert all(map(math.isfinite, breakdown.terms.values()))
    parts = bars(breakdown, row, of.profile.weights, {})
    assert sum(part.value for part in parts) == pytest.approx(breakdown.reward)
    assert row.explain(breakdown).sentence.endswith(".")


@EVERY_TASK
def test_what_is_very_long_takes_no_more_work_than_its_length_allows(
    profile: str, task: str
) -> None:
    """Each piece again and again, up to the longest completion: a score or an honest error."""
    item = {"task": task, **ANSWERS[profile, task]}
    for piece in PIECES[len(task) % 3 :: 9]:
        completion = "<think>\n<answer>" + piece * (60_000 // len(piece))
        (result,) = scorer(profile).score([item | {"completion": completion}])
        assert result["error"] is None or result["error"]["kind"] == "too_much_work"


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_profile_says_where_it_is_from(name: str) -> None:
    of = profile(name)
    assert (of.name, of.base) == (name, name)
    assert "arXiv 25" in of.paper
    assert of.source.startswith("github.com/")
    assert of.layout
    assert of.formula.splitlines()
    assert of.left_out
    assert not of.right_beats_wrong


def test_a_repeated_batch_has_the_same_rewards() -> None:
    for (name, task), gold in ANSWERS.items():
        item = {"task": task, "completion": "<answer>B</answer>", **gold}
        first, second = (Scorer(profile=name).score([item, item])[place] for place in (0, 1))
        assert first == second
