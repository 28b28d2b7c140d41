"""Halves of surrogate pairs in JSON become U+FFFD, and nothing else changes."""

from __future__ import annotations

import json
from random import Random

import orjson
import pytest

from reward_server.wire.surrogates import without_halves

#: Pieces of a JSON string: halves, a pair, escapes that look like them, and other text.
PIECES = (
    r"\ud83d",
    r"\uDE87",
    r"\ud83d\ude87",
    "\\\\",
    r"\n",
    r"\u0041",
    r"\\ud83d",
    "a",
    "é",
    "🚇",
)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (r'"\ud800"', '"\ufffd"'),
        (r'"a\uDFFFb"', '"a\ufffdb"'),
        (r'"\ud83d\ud83d\ude87"', '"\ufffd🚇"'),
        (r'"\ude87\ud83d"', '"\ufffd\ufffd"'),
        (r'{"\ud800": 1}', '{"\ufffd":1}'),
    ],
)
def test_a_half_becomes_the_sign_for_what_could_not_be_read(text: str, whole: str) -> None:
    assert orjson.dumps(orjson.loads(without_halves(text.encode()))) == whole.encode()


@pytest.mark.parametrize(
    "text", [r'"\ud83d\ude87"', r'"\\ud800"', r'"\\\\ud800"', '"🚇"', "", "{}", '"\\ud8', '"\\']
)
def test_what_has_no_half_stays_as_it_is(text: str) -> None:
    body = text.encode()
    assert without_halves(body) is body


def test_any_string_reads_as_the_standard_library_and_utf_16_read_it() -> None:
    rng = Random(1)  # noqa: S311 -- nothing to guess here
    for _ in range(5_000):
        text = '"' + "".join(rng.choices(PIECES, k=8)) + '"'
        units = json.loads(text).encode("utf-16", "surrogatepass")
        expected = units.decode("utf-16", "replace")
        assert orjson.loads(without_halves(text.encode())) == expected, text


def test_very_many_halves_are_no_accident_and_stay() -> None:
    body = b'"' + rb"\ud800" * 10_001 + b'"'
    assert without_halves(body) is body
    assert without_halves(b'"' + rb"\ud800" * 9_000 + b'"') is not body
