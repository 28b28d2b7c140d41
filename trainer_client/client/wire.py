"""Bytes of a request, and what a reply must be to be believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reward_server.wire.problems import Problem
from reward_server.wire.results import COMPONENTS, Result, Verbosity

from .results import Item, label_of

#: Marks a record whose fields are of their very types; a newer service may have further ones.
_strict = with_config(ConfigDict(extra="allow", strict=True))


@_strict
class _Detail(TypedDict):
    path: str
    message: str


@_strict
class _Error(TypedDict):
    kind: str
    message: str
    retryable: bool
    details: list[_Detail]


@_strict
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
_points_of = itemgetter(*COMPONENTS)


class BrokenReplyError(Exception):
    """A malformed reply: no reward service's, or not to this request; the message says why."""


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
        self._own_ids = [
            label if type(label := item.get("id")) is str else label_of(label) for item in items
        ]
        self._verbosity = verbosity
        self._ids = self._own_ids
        sent = list(items)
        if None in self._own_ids:
            self._ids = [
                f"#{place}" if label is None else label for place, label in enumerate(self._own_ids)
            ]
            for place, label in enumerate(self._own_ids):
                if label is None:
                    sent[place] = {**items[place], "id": self._ids[place]}
        if networks:
            named = (item.get("network") for item in items)
            used = {name for name in named if isinstance(name, str)}
            networks = {name: networks[name] for name in networks if name in used}
        body: dict[str, object] = {"profile": profile, "verbosity": verbosity, "items": sent}
        if networks:
            body["networks"] = networks
        self._encoded = memoryview(orjson.dumps(body))[1:]  # without the brace

    def body(self, deadline_ms: int, expect_fingerprint: str | None) -> bytes:
        """The request as it is sent with this much time left."""
        head = {"deadline_ms": deadline_ms, "expect_fingerprint": expect_fingerprint}
        return b"".join((orjson.dumps(head)[:-1], b",", self._encoded))

    def read(self, body: bytes) -> Reply:
        """The reply, if it answers each item as the service does. Raises ``BrokenReplyError``."""
        try:
            reply = orjson.loads(body)  # which takes no NaN and no infinity
            fingerprint, profile, results = reply["fingerprint"], reply["profile"], reply["results"]
            if not (type(fingerprint) is type(profile) is str and type(results) is list):
                raise BrokenReplyError("fingerprint, profile or results are of another type")
            if len(results) != len(self._ids):
                raise BrokenReplyError(f"{len(results)} results for {len(self._ids)} items")
            if [result["id"] for result in results] != self._ids:
                raise BrokenReplyError("its results have the ids of other items")
            for result in results:
                if not _is_sound(result, self._verbosity):
                    raise BrokenReplyError(f"a malformed result: {orjson.dumps(result)[:200]!r}")
        except orjson.JSONDecodeError as error:
            raise BrokenReplyError(f"no JSON: {error}") from error
        except KeyError as error:
            raise BrokenReplyError(f"it lacks {error}") from error
        except TypeError as error:
            raise BrokenReplyError("it is of another form") from error
        if self._own_ids is not self._ids:
            for result, own in zip(results, self._own_ids, strict=True):
                result["id"] = own
        return Reply(fingerprint, profile, results)


def _is_sound(result: dict[str, Any], verbosity: Verbosity) -> bool:
    """Whether a result is as the service says it.

    Raises ``KeyError`` or ``TypeError`` where it is of another form. By hand, as it is done for
    each item: pydantic takes as long again as parsing and this do.
    """
    error = result["error"]
    if result["status"] == "ok":
        is_sound = (
            type(result["reward"]) in _NUMBER
            and type(result["correct"]) is bool
            and type(result["weight"]) in _NUMBER
            and error is None
        )
    else:
        is_sound = (
            result["status"] == "error"
            and result["reward"] is result["correct"] is result["weight"] is None
            and type(error["kind"]) is type(error["message"]) is str
            and type(error["retryable"]) is bool
        )
    components = result["components"]
    if verbosity == "reward":
        is_whole = components is None
    else:
        is_whole = {*map(type, _points_of(components))} <= _NUMBER_OR_NONE and (
            verbosity != "full" or result.keys() >= _FULL_KEYS
        )
    return is_sound and is_whole and type(result["signals"]) is list


def read_refusal(body: bytes) -> Refusal | None:
    """What a reply that is not 200 says; ``None`` where it is no reward service's."""
    try:
        error = _REFUSAL.validate_json(body)["error"]
    except ValidationError:
        return None
    details = [Problem(detail["path"], detail["message"]) for detail in error["details"]]
    return Refusal(error["kind"], error["message"], details)


def read_metadata(body: bytes) -> dict[str, Any]:
    """The reply to ``GET /metadata``. Raises ``BrokenReplyError`` where it is something else."""
    try:
        metadata = _METADATA.validate_json(body)
    except ValidationError as error:
        raise BrokenReplyError(_first_problem(error)) from error
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


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
