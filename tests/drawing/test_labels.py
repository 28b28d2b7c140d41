"""Names beside their stations."""

from __future__ import annotations

import pytest

from reward_server.drawing.geometry import (
    Box,
    Stroke,
    StrokeGrid,
    box_touches_stroke,
    boxes_touch,
)
from reward_server.drawing.labels import Anchor, Extent, place_labels


def extent(text: str, size: float, bold: bool) -> Extent:
    return Extent.usual(len(text) * size * (0.6 if bold else 0.5), size)


def anchor(text: str, x: float, y: float) -> Anchor:
    return Anchor(text, ((x, y),), 4.0, 14.0)


def test_a_name_alone_stands_to_the_right_of_its_station() -> None:
    placing = place_labels([anchor("Mill", 0, 0)], StrokeGrid(), extent)
    (label,) = placing.labels
    assert placing.failed == ()
    assert label.box.centre[0] > 4
    assert label.box.centre[1] == 0
    assert label.align == -1


def test_names_keep_off_lines_and_off_each_other() -> None:
    line = Stroke((-200, 0), (400, 0), 5)
    anchors = [anchor(f"Long name {n}", 30 * n, 0) for n in range(8)]
    placing = place_labels(anchors, StrokeGrid([line]), extent)
    assert placing.failed == ()
    boxes = [label.box for label in placing.labels]
    assert not any(box_touches_stroke(box, line) for box in boxes)
    assert not any(boxes_touch(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_names_of_a_row_stand_all_in_one_way_where_they_can() -> None:
    line = Stroke((-50, 0), (400, 0), 5)
    anchors = [anchor(f"Long name {n}", 30 * n, 0)._replace(row=1) for n in range(8)]
    placing = place_labels(anchors, StrokeGrid([line]), extent)
    assert len({label.box.axis for label in placing.labels}) == 1


def test_a_name_between_eight_lines_finds_its_corner() -> None:
    rays = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    grid = StrokeGrid(Stroke((0, 0), (300 * x, 300 * y), 5) for x, y in rays)
    placing = place_labels([anchor("Hub", 0, 0)], grid, extent)
    assert placing.failed == ()
    assert not grid.touches(placing.labels[0].box)


def test_a_name_without_any_room_is_said_to_have_failed() -> None:
    everywhere = StrokeGrid([Stroke((0, 0), (0, 0), 400)])
    assert place_labels([anchor("Mill", 0, 0)], everywhere, extent).failed == (0,)
    assert place_labels([anchor("Mill", 0, 0)], everywhere, extent, all_or_none=True).labels == ()


def test_a_name_keeps_off_boxes_and_shuns_others_if_it_can() -> None:
    right = Box((40, 0), 30, 10)
    for kind in ({"boxes": [right]}, {"shunned": [right]}):
        placing = place_labels([anchor("Mill", 0, 0)], StrokeGrid(), extent, **kind)  # type: ignore[arg-type]
        assert placing.failed == ()
        assert not boxes_touch(placing.labels[0].box, right)


def test_turned_boxes_touch_where_they_do() -> None:
    half = 0.5**0.5
    rising = Box((0, 0), 50, 5, (half, -half))
    assert boxes_touch(rising, Box((30, -30), 3, 3))
    assert not boxes_touch(rising, Box((30, 30), 3, 3))  # though their upright bounds do
    assert not box_touches_stroke(Box((0, 0), 10, 10), Stroke((16, 16), (16, 16), 8))  # a disc
    assert box_touches_stroke(Box((0, 0), 10, 10), Stroke((15, 15), (15, 15), 8))
    assert not box_touches_stroke(Box((0, 0), 10, 10), Stroke((16, 16), (40, 40), 8))  # round ends
    assert box_touches_stroke(Box((0, 0), 10, 10), Stroke((30, 0), (0, 30), 8))
    assert not box_touches_stroke(Box((0, 0), 10, 10), Stroke((34, 0), (0, 34), 8))
    assert box_touches_stroke(rising, Stroke((0, -20), (0, 20), 1))
    assert not box_touches_stroke(rising, Stroke((30, 10), (30, 30), 1))


def tall(text: str, size: float, bold: bool) -> Extent:
    """Letters with signs far above and below them."""
    return extent(text, size, bold)._replace(above=1.2 * size, below=0.6 * size)


def test_a_name_takes_the_height_of_its_letters() -> None:
    (usual,) = place_labels([anchor("Mill", 0, 0)], StrokeGrid(), extent).labels
    (label,) = place_labels([anchor("Mill", 0, 0)], StrokeGrid(), tall).labels
    assert usual.box.half_height == pytest.approx(0.54 * 14)
    assert label.box.half_height == pytest.approx(0.9 * 14)
    # the baseline is so far below the box's upper edge, and above its lower one
    assert label.box.half_height + label.drop == pytest.approx(1.2 * 14)
    assert label.box.half_height - label.drop == pytest.approx(0.6 * 14)


def test_the_lines_of_a_name_do_not_touch() -> None:
    # no room for a long line: one below the other
    walls = [Stroke((x, -60), (x, 60), 1) for x in (-38, 38)]
    name = anchor("Northern Gate", 0, 0)
    (label,) = place_labels([name], StrokeGrid(walls), tall).labels
    assert label.lines == ("Northern", "Gate")
    assert label.leading >= (1.2 + 0.6) * 14
    height = 2 * label.box.half_height
    assert height == pytest.approx((1.2 + 0.6) * 14 + label.leading)


def test_a_name_is_short_by_its_letters_not_by_the_marks_on_them() -> None:
    walls = [Stroke((x, -60), (x, 60), 1) for x in (-30, 30)]
    placing = place_labels([anchor("पीली ईंटें", 0, 0)], StrokeGrid(walls), extent)
    assert placing.labels[0].lines == ("पीली ईंटें",)
