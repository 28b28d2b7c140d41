"""What a reply must be to be believed: a reply of the service with one thing wrong is no reply."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, get_args

import orjson
import pytest

from reward_server import Scorer
from reward_server.wire.results import COMPONENTS, Verbosity
from trainer_client.client.wire import (
    BrokenReplyError,
    Request,
    read_metadata,
    read_refusal,
)

Json = dict[str, Any]

#: One of each: scored, with a component that it does not have, and in error.
ITEMS: list[Json] = [
    {"id": "a", "task": "TorF1", "answer": 1, "completion": r"\boxed{yes}"},
    {"id": "b", "task": "TorF1", "completion": r"\boxed{yes}"},
]
#: A value of every type that JSON has.
VALUES: dict[str, object] = {
    "null": None,
    "true": True,
    "a number": 1.5,
    "text": "text",
    "a list": [],
    "an object": {},
}


@functools.cache
def scorer() -> Scorer:
    return Scorer()


def replied(verbosity: Verbosity = "components") -> Json:
    results = scorer().score(ITEMS, verbosity)
    return {"fingerprint": scorer().fingerprint, "profile": "robust", "results": results}


def read(reply: object, verbosity: Verbosity = "components") -> Any:  # noqa: ANN401
    return Request(ITEMS, {}, None, verbosity).read(orjson.dumps(reply))


#: Where a key stands in a reply -> the types of ``VALUES`` that are believed of it.
KEYS: dict[tuple[str | int, ...], set[str]] = {
    ("fingerprint",): {"text"},
    ("profile",): {"text"},
    ("results",): set(),
    ("results", 0, "id"): set(),
    ("results", 0, "status"): set(),
    ("results", 0, "reward"): {"a number"},
    ("results", 0, "correct"): {"true"},
    ("results", 0, "weight"): {"a number"},
    ("results", 0, "components"): set(),
    **{("results", 0, "components", name): {"null", "a number"} for name in COMPONENTS},
    ("results", 0, "signals"): {"a list"},
    ("results", 0, "error"): {"null"},
    ("results", 1, "reward"): {"null"},
    ("results", 1, "correct"): {"null"},
    ("results", 1, "weight"): {"null"},
    ("results", 1, "error"): set(),
    ("results", 1, "error", "kind"): {"text"},
    ("results", 1, "error", "message"): {"text"},
    ("results", 1, "error", "retryable"): {"true"},
}


def at(reply: Any, path: Sequence[str | int]) -> Any:  # noqa: ANN401
    """What holds the last key of a path."""
    for step in path[:-1]:
        reply = reply[step]
    return reply


@pytest.mark.parametrize("verbosity", get_args(Verbosity))
def test_a_reply_of_the_service_is_believed(verbosity: Verbosity) -> None:
    reply = read(replied(verbosity), verbosity)
    assert reply.results == scorer().score(ITEMS, verbosity)
    assert (reply.fingerprint, reply.profile) == (scorer().fingerprint, "robust")


@pytest.mark.parametrize("given", VALUES)
@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_another_type_is_not_believed(path: tuple[str | int, ...], given: str) -> None:
    reply = replied()
    at(reply, path)[path[-1]] = VALUES[given]
    if given in KEYS[path]:
        read(reply)
        return
    with pytest.raises(BrokenReplyError):
        read(reply)


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_key_that_is_missing_is_missed(path: tuple[str | int, ...]) -> None:
    reply = replied()
    del at(reply, path)[path[-1]]
    with pytest.raises(BrokenReplyError, match=f"it lacks '{path[-1]}'"):
        read(reply)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("full", "components"),
        ("full", "reward"),
        ("components", "reward"),
        ("reward", "components"),
        ("reward", "full"),
    ],
)
def test_a_reply_of_another_verbosity_is_not_believed(asked: Verbosity, given: Verbosity) -> None:
    with pytest.raises(BrokenReplyError):
        read(replied(given), asked)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"3", b'"text"', b"[]", b"[{}]", b"{}", b"{", b"\xff", b'{"results": NaN}'],
)
def test_what_is_no_reply_is_not_believed(body: bytes) -> None:
    with pytest.raises(BrokenReplyError):
        Request(ITEMS, {}, None, "components").read(body)


def test_a_newer_service_may_say_more() -> None:
    reply = replied()
    reply["more"] = reply["results"][0]["more"] = {"a": 1}
    assert read(reply).results[0]["reward"] == 11.0


def refusal(**changes: object) -> bytes:
    error = {"kind": "malformed", "message": "no", "retryable": False, "details": []} | changes
    return orjson.dumps({"error": error})


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (refusal(), True),
        (refusal(more=1), True),
        (refusal(details=[{"path": "items[0]", "message": "no"}]), True),
        (refusal(kind=3), False),
        (refusal(message=None), False),
        (refusal(retryable="no"), False),
        (refusal(details=[{"path": 0, "message": "no"}]), False),
        (refusal(details=["no"]), False),
        (b'{"error": "no"}', False),
        (b'{"detail": "Not Found"}', False),
        (b"<html></html>", False),
        (b"", False),
    ],
)
def test_a_refusal_is_known_by_its_form(body: bytes, is_one: bool) -> None:
    assert (read_refusal(body) is not None) is is_one


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"status": "ok"}', b"<html></html>"])
def test_what_is_no_metadata_is_not_taken_for_it(body: bytes) -> None:
    with pytest.raises(BrokenReplyError):
        read_metadata(body)
