"""Ways to break a feed: each changes one in the making."""

from __future__ import annotations

import csv
from collections.abc import Callable

from .feeds import FeedMaker

Break = Callable[[FeedMaker], object]


def put(file: str, row: int, column: str, value: str) -> Break:
    """Another value in a cell; the header is row 1."""

    def change(feed: FeedMaker) -> None:
        rows = feed.files[file]
        (cells,) = csv.reader([rows[row - 1]])
        cells[rows[0].split(",").index(column)] = value
        rows[row - 1] = ",".join(f'"{cell}"' for cell in cells)

    return change


def put_raw(file: str, row: int, text: str) -> Break:
    """Another row in the place of one."""
    return lambda feed: feed.files[file].__setitem__(row - 1, text)


def add(file: str, *rows: str) -> Break:
    return lambda feed: feed.files.setdefault(file, []).extend(rows)


def keep(file: str, count: int) -> Break:
    return lambda feed: feed.files[file].__delitem__(slice(count, None))


def without(file: str) -> Break:
    return lambda feed: feed.files.pop(file)


def rename(file: str, column: str, other: str) -> Break:
    def change(feed: FeedMaker) -> None:
        feed.files[file][0] = feed.files[file][0].replace(column, other)

    return change
