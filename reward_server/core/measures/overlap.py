"""Measures of boxes and points: IoU of plain areas, of pixels and in space, and generalised IoU.

A box is (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2; one in space is two opposite corners, (x1, y1,
z1, x2, y2, z2). What is no number, or too large to have an area, overlaps nothing.
"""

from __future__ import annotations

import math

Box = tuple[float, float, float, float]
Box3D = tuple[float, float, float, float, float, float]


def _share(inter: float, union: float) -> float:
    return inter / union if 0.0 < inter <= union < math.inf else 0.0


def iou(first: Box, second: Box, side: float = 0.0) -> float:
    """Common area / joint area; 0 without a common area.

    ``side``: what a box is wider and higher than the difference of its corners: 1 where corners
    are pixels that it holds.
    """
    ax1, ay1, ax2, ay2 = first
    bx1, by1, bx2, by2 = second
    width = (min(bx2, ax2)) - (max(bx1, ax1)) + side
    if not width > 0.0:
        return 0.0
    height = (min(by2, ay2)) - (max(by1, ay1)) + side
    if not height > 0.0:
        return 0.0
    inter = width * height
    area = (ax2 - ax1 + side) * (ay2 - ay1 + side) + (bx2 - bx1 + side) * (by2 - by1 + side)
    return _share(inter, area - inter)


def generalized_iou(first: Box, second: Box) -> float:
    """IoU less the share of the smallest box round both that neither fills; -1 to 1.

    Generalized Intersection over Union (Rezatofighi et al., arXiv 1902.09630).
    """
    ax1, ay1, ax2, ay2 = first
    bx1, by1, bx2, by2 = second
    width = max(0.0, min(ax2, bx2) - max(ax1, bx1))
    height = max(0.0, min(ay2, by2) - max(ay1, by1))
    inter = width * height
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inter
    around = (max(ax2, bx2) - min(ax1, bx1)) * (max(ay2, by2) - min(ay1, by1))
    if not (math.isfinite(around) and math.isfinite(union)):
        return -1.0
    if around <= 0.0:
        return _share(inter, union)
    return _share(inter, union) - (around - union) / around


def iou_3d(first: Box3D, second: Box3D) -> float:
    """Common volume / joint volume of boxes along the axes, whichever corners are given."""
    inter, first_volume, second_volume = 1.0, 1.0, 1.0
    for axis in range(3):
        a_low, a_high = sorted((first[axis], first[axis + 3]))
        b_low, b_high = sorted((second[axis], second[axis + 3]))
        inter *= max(0.0, min(a_high, b_high) - max(a_low, b_low))
        first_volume *= a_high - a_low
        second_volume *= b_high - b_low
    return _share(inter, first_volume + second_volume - inter)


def in_order(box: Box) -> Box:
    """The box with its upper left corner first."""
    x1, y1, x2, y2 = box
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def holds(box: Box, x: float, y: float) -> bool:
    """Whether the point is in the box or on its border."""
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
