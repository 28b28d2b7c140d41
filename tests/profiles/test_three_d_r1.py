"""Profile ``3d-r1``."""

from __future__ import annotations

import pytest

from tests.profiles.published import scored

UNIT = {"box": [0, 0, 0, 1, 1, 1]}


@pytest.mark.parametrize(
    ("completion", "kept", "perception"),
    [
        ("<think>I look</think><answer>box: [0,0,0,1,1,1]</answer>", 1.0, 1.0),
        ("<think>so</think><answer>box: [1, 1, 1, 0, 0, 0]</answer>", 0.75, 1.0),
        # the half overlap, and nothing at all: their mean
        ("box: [0,0,0,1,1,0.5] box: [5,5,5,6,6,6]", 0.0, 0.25),
        ("<answer>box: [0,0,0,1,1]</answer> box: [1.2.3,0,0,1,1,1]", 0.25, 0.0),
        ("Box: [0,0,0,1,1,1]", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_boxes(completion: str, kept: float, perception: float) -> None:
    got = scored("3d-r1", "boxes3d", completion, answer=[UNIT], similarity=-0.5)
    assert got.parts == pytest.approx(
        {"format": kept, "perception": perception, "similarity": -0.5}
    )
    assert got.reward == pytest.approx(0.3 * kept + 0.4 * perception - 0.15)
