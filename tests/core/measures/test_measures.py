"""Measures: values worked by hand, and what holds for all of them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reward_server.core.budget import Budget, TooMuchWorkError
from reward_server.core.measures import numbers, overlap, ranking, rouge, sets, text
from reward_server.core.measures.assignment import _by_paths, best_assignment
from reward_server.core.measures.confidence import calibration
from reward_server.core.measures.porter import stem

TEXTS = st.text(alphabet="ab \u0301é", max_size=12)
WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)
SETS = st.frozensets(st.sampled_from("abcde"))
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
SIDES = st.integers(-5, 5).map(float) | st.sampled_from([1e308, -1e308, 1e-308])
BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES).map(overlap.in_order)
SPACES = st.tuples(*[SIDES] * 6)


def budget() -> Budget:
    return Budget()


SYMMETRIC: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "edit": (lambda a, b: text.edit_similarity(a, b, budget()), TEXTS),
    "anls": (lambda a, b: text.anls(a, b, budget()), TEXTS),
    "token_f1": (text.token_f1, WORDS),
    "sequence_f1": (lambda a, b: text.sequence_f1(a, b, budget()), WORDS),
    "jaccard": (sets.jaccard, SETS),
    "set_f1": (sets.set_f1, SETS),
}


@pytest.mark.parametrize(("measure", "values"), SYMMETRIC.values(), ids=SYMMETRIC)
@given(data=st.data())
def test_a_similarity_is_symmetric_in_its_bounds_and_full_for_the_gold(
    measure: Any,  # noqa: ANN401 - of any values
    values: st.SearchStrategy[Any],
    data: st.DataObject,
) -> None:
    given_, true = data.draw(values), data.draw(values)
    assert 0 <= measure(given_, true) <= 1
    assert measure(given_, true) == pytest.approx(measure(true, given_))
    assert measure(true, true) == 1


@given(BOXES, BOXES)
def test_overlaps_are_symmetric_and_in_their_bounds(given_: overlap.Box, true: overlap.Box) -> None:
    for side in (0.0, 1.0):
        share = overlap.iou(given_, true, side)
        assert 0 <= share <= 1
        assert share == pytest.approx(overlap.iou(true, given_, side))
    general = overlap.generalized_iou(given_, true)
    assert -1 - 1e-9 <= general <= overlap.iou(given_, true) + 1e-9
    assert general == pytest.approx(overlap.generalized_iou(true, given_))


@given(SPACES, SPACES)
def test_overlaps_in_space_are_symmetric_and_in_their_bounds(
    given_: overlap.Box3D, true: overlap.Box3D
) -> None:
    assert 0 <= overlap.iou_3d(given_, true) <= 1
    assert overlap.iou_3d(given_, true) == pytest.approx(overlap.iou_3d(true, given_))


def test_overlaps() -> None:
    box = (0.0, 0.0, 4.0, 4.0)
    assert overlap.iou(box, box) == overlap.generalized_iou(box, box) == 1
    assert overlap.iou(box, (2, 0, 6, 4)) == pytest.approx(8 / 24)
    assert overlap.iou(box, (4, 0, 8, 4)) == 0
    assert overlap.iou(box, (4, 0, 8, 4), side=1.0) == pytest.approx(5 / 45)  # a column of pixels
    # the box round both is 24, of which 8 in the middle are neither's
    assert overlap.generalized_iou(box, (6, 0, 8, 4)) == pytest.approx(-8 / 32)
    assert overlap.iou_3d((0, 0, 0, 2, 2, 2), (2, 2, 2, 0, 0, 1)) == pytest.approx(4 / 8)
    assert overlap.holds(box, 4, 0)
    assert not overlap.holds(box, 4.1, 0)


def test_edits() -> None:
    assert text.edit_similarity("kitten", "sitting", budget()) == pytest.approx(1 - 3 / 7)
    assert text.edit_similarity("cafe\u0301", "café", budget()) == 1
    assert text.edit_similarity("cafe\u0301", "café", budget(), normalize=False) == pytest.approx(
        1 - 2 / 5
    )
    assert text.anls("four", "fo", budget()) == 0  # just half
    assert text.anls("four", "fou", budget()) == 0.75
    assert text.word_error_rate("a b".split(), "a c d".split(), budget()) == pytest.approx(2 / 3)
    assert text.word_accuracy(["a"] * 9, ["b"], budget()) == 0
    assert text.common_subsequence("abcd", "xbxd", budget()) == 2
    assert text.token_f1(["a", "a", "b"], ["a", "c"]) == pytest.approx(2 / 5)


@given(st.lists(st.sampled_from("ab"), max_size=12), st.integers(1, 4))
def test_repetition_is_the_share_of_runs_that_stood_before(tokens: list[str], size: int) -> None:
    runs = [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]
    again = sum(run in runs[:place] for place, run in enumerate(runs))
    expected = again / len(runs) if runs else 0.0
    assert text.repetition(tokens, size, budget()) == pytest.approx(expected)


def test_two_very_long_texts_take_too_much_work() -> None:
    with pytest.raises(TooMuchWorkError):
        text.edit_similarity("a" * 10_000, "b" * 10_000, budget())
    with pytest.raises(TooMuchWorkError):
        text.repetition(["a"] * 10_000, 1_000, budget())


@given(NUMBERS, st.floats(-1e9, 1e9))
def test_measures_of_numbers_are_finite_for_whatever_is_said(given_: float, true: float) -> None:
    share = numbers.ladder(given_, true, [0.5, 0.75])
    assert share in {0, 0.5, 1}
    assert numbers.ladder(true, true, [0.5, 0.75]) == 1
    if not math.isfinite(given_):
        assert share == 0
        assert not numbers.within(given_, true, 1e308)


def test_numbers() -> None:
    assert numbers.ladder(8, 10, [0.5, 0.75, 0.9]) == pytest.approx(2 / 3)
    assert numbers.within(2, 1, 1)
    assert not numbers.within(2, 1, 1, inclusive=False)
    assert numbers.relative_error(1, 0) == math.inf


@given(st.lists(st.lists(st.integers(-3, 3).map(float), min_size=4, max_size=4), max_size=5))
def test_the_best_assignment_is_the_best_of_all_by_either_way(table: list[list[float]]) -> None:
    rows, columns = range(len(table)), range(4)
    few = min(len(table), 4)
    best = max(
        sum(table[row][column] for row, column in zip(chosen, order, strict=True))
        for chosen in itertools.combinations(rows, few)
        for order in itertools.permutations(columns, few)
    )
    assert best_assignment(table, budget()) == pytest.approx(best)
    if 0 < len(table) <= 4:
        assert _by_paths(table) == pytest.approx(best)


def test_rankings() -> None:
    assert ranking.ndcg(["a", "b"], ["a", "b"]) == 1
    assert ranking.ndcg(["b", "b", "a"], ["a"]) == 0.5  # third: 1/log2(4)
    assert ranking.ndcg([], ["a"]) == ranking.ndcg(["a"], []) == 0
    assert ranking.average_precision([True, True], 2) == 1
    # up to recall 0.5 the precision is 1, behind it 2/3
    assert ranking.average_precision([True, False, True], 2) == pytest.approx(
        (51 + 50 * 2 / 3) / 101
    )
    assert ranking.average_precision([], 2) == 0


@given(st.lists(st.tuples(NUMBERS, st.booleans()), max_size=6))
def test_calibration_is_in_its_bounds(claims: list[tuple[float, bool]]) -> None:
    sure, right = [claim[0] for claim in claims], [claim[1] for claim in claims]
    assert 0 <= calibration(sure, right) <= 1


def test_calibration() -> None:
    assert calibration([1.0, 0.0], [True, False]) == 1
    assert calibration([0.8, 0.6], [True, False]) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("dies", "die"),
        ("agreed", "agre"),
        ("hopping", "hop"),
        ("filing", "file"),
        ("happily", "happili"),
        ("enjoy", "enjoy"),
        ("relational", "relat"),
        ("radically", "radic"),
        ("biology", "biolog"),
        ("adoption", "adopt"),
        ("controlling", "control"),
        ("skies", "sky"),
        ("is", "is"),
        ("syzygy", "syzygi"),
    ],
)
def test_stems(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@given(TEXTS, TEXTS)
def test_rouge_is_symmetric_and_in_its_bounds(given_: str, true: str) -> None:
    mean = rouge.rouge_mean(given_, true, budget())
    assert 0 <= mean <= 1
    assert mean == pytest.approx(rouge.rouge_mean(true, given_, budget()))


def test_rouge() -> None:
    assert rouge.rouge_mean("the red cars", "red car", budget()) == pytest.approx(
        (4 / 5 + 2 / 3 + 4 / 5) / 3
    )
    assert rouge.rouge_mean("two words", "Two words!", budget()) == 1
