"""Bytes of a request, and what a reply must be to be believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reward_server.wire.problems import Problem
from reward_server.wire.results import Result, Verbosity

from .results import Item, label_of

# Strict, and open for the keys of a newer service.
_reply = with_config(ConfigDict(extra="allow", strict=True))


@_reply
class _Detail(TypedDict):
    path: str
    message: str


@_reply
class _Error(TypedDict):
    kind: str
    message: str
    retryable: bool
    details: list[_Detail]


@_reply
class _Refusal(TypedDict):
    error: _Error


_REFUSAL: TypeAdapter[_Refusal] = TypeAdapter(_Refusal)
_METADATA: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
#: Keys by which a reply to GET /metadata is known.
_METADATA_KEYS = frozenset({"tasks", "components", "profiles", "networks", "limits", "versions"})
#: What a result has only with verbosity full.
_FULL_KEYS = frozenset({"terms", "segments", "explanation"})
_NUMBER = frozenset({float, int})
_NUMBER_OR_NONE = _NUMBER | {type(None)}


class BrokenReplyError(Exception):
    """A reply that cannot be what the service says; the message has the first reason."""


class Reply:
    """A reply that was checked against the items it answers."""

    def __init__(self, fingerprint: str, profile: str, results: list[Result]) -> None:
        self.fingerprint = fingerprint
        self.profile = profile
        self.results = results


class Refusal:
    """Why a service refuses a request as a whole, in its own words."""

    def __init__(self, kind: str, message: str, details: Sequence[Problem]) -> None:
        self.kind = kind
        self.message = message
        self.details = details


class Request:
    """The items of one request, encoded once for all the times it is sent.

    An item without an id gets its place as one, so that a reply to another request, or in another
    order, is always known for what it is; ``read`` takes it off again.
    """

    def __init__(
        self,
        items: Sequence[Item],
        networks: Mapping[str, orjson.Fragment],
        profile: str | None,
        verbosity: Verbosity,
    ) -> None:
        self._given = [
            one if type(one := item.get("id")) is str else label_of(one) for item in items
        ]
        self._verbosity = verbosity
        self._ids = self._given
        sent = list(items)
        if None in self._given:
            self._ids = [f"#{n}" if one is None else one for n, one in enumerate(self._given)]
            for number, one in enumerate(self._given):
                if one is None:
                    sent[number] = {**items[number], "id": self._ids[number]}
        if networks:
            asked = (item.get("network") for item in items)
            used = {name for name in asked if isinstance(name, str)}
            networks = {name: networks[name] for name in networks if name in used}
        body: dict[str, object] = {"profile": profile, "verbosity": verbosity, "items": sent}
        if networks:
            body["networks"] = networks
        self._rest = memoryview(orjson.dumps(body))[1:]

    def body(self, deadline_ms: int, expect_fingerprint: str | None) -> bytes:
        """The request as it is sent with this much time left."""
        head = {"deadline_ms": deadline_ms, "expect_fingerprint": expect_fingerprint}
        return b"".join((orjson.dumps(head)[:-1], b",", self._rest))

    def read(self, body: bytes) -> Reply:
        """The reply, if it answers each item as the service does. Raises ``BrokenReplyError``."""
        try:
            reply = orjson.loads(body)  # which takes no NaN and no infinity
            fingerprint, profile, results = reply["fingerprint"], reply["profile"], reply["results"]
            if not (type(fingerprint) is type(profile) is str and type(results) is list):
                raise BrokenReplyError("fingerprint, profile or results are of another type")
            if len(results) != len(self._ids):
                raise BrokenReplyError(f"{len(results)} results for {len(self._ids)} items")
            if [one["id"] for one in results] != self._ids:
                raise BrokenReplyError("its results have the ids of other items")
            for one in results:
                if not _is_result(one, self._verbosity):
                    raise BrokenReplyError(f"a result that is none: {orjson.dumps(one)[:200]!r}")
        except orjson.JSONDecodeError as error:
            raise BrokenReplyError(f"no JSON: {error}") from error
        except KeyError as error:
            raise BrokenReplyError(f"it lacks {error}") from error
        except TypeError as error:
            raise BrokenReplyError("it is of another form") from error
        if self._given is not self._ids:
            for one, given in zip(results, self._given, strict=True):
                one["id"] = given
        return Reply(fingerprint, profile, results)


def _is_result(one: dict[str, Any], verbosity: Verbosity) -> bool:
    """Whether a result is sound. Raises ``KeyError`` or ``TypeError`` where it is of another form.

    By hand, as it is done for each item: pydantic takes as long again as parsing and this do.
    """
    error = one["error"]
    if one["status"] == "ok":
        is_sound = (
            type(one["reward"]) in _NUMBER
            and type(one["correct"]) is bool
            and type(one["weight"]) in _NUMBER
            and error is None
        )
    else:
        is_sound = (
            one["status"] == "error"
            and one["reward"] is one["correct"] is one["weight"] is None
            and type(error["kind"]) is type(error["message"]) is str
            and type(error["retryable"]) is bool
        )
    parts = one["components"]
    if verbosity == "reward":
        is_whole = parts is None
    else:
        is_whole = (
            type(parts["format"]) in _NUMBER_OR_NONE
            and type(parts["correctness"]) in _NUMBER_OR_NONE
            and type(parts["detail"]) in _NUMBER_OR_NONE
            and (verbosity != "full" or one.keys() >= _FULL_KEYS)
        )
    return is_sound and is_whole and type(one["signals"]) is list


def read_refusal(body: bytes) -> Refusal | None:
    """What a reply that is not 200 says; ``None`` where it is no reward service's."""
    try:
        error = _REFUSAL.validate_json(body)["error"]
    except ValidationError:
        return None
    details = [Problem(one["path"], one["message"]) for one in error["details"]]
    return Refusal(error["kind"], error["message"], details)


def read_metadata(body: bytes) -> dict[str, Any]:
    """The reply to ``GET /metadata``. Raises ``BrokenReplyError`` where it is something else."""
    try:
        metadata = _METADATA.validate_json(body)
    except ValidationError as error:
        raise BrokenReplyError(_first(error)) from error
    if not metadata.keys() >= _METADATA_KEYS:
        lacking = ", ".join(sorted(_METADATA_KEYS - metadata.keys()))
        raise BrokenReplyError(f"it is no metadata of a reward service: it lacks {lacking}")
    return metadata


_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After; of a date, which needs both clocks to be right, none."""
    if header is None or not _SECONDS.fullmatch(header.strip()):
        return None
    return float(header)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
