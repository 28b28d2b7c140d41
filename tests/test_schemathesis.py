"""The running service against ``openapi.json``: what it says comes, and nothing else does.

Schemathesis makes requests from the committed document: its examples, values at every bound, and
others by chance, of which half do not fit the document; the same ones on every run.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

from .serving import Served, serving

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Json = Any
COMMITTED = Path(__file__).parent.parent / "openapi.json"
TOKEN = "a-token-of-the-test"  # noqa: S105 - of no other service
CITY = "lanhai/xingpu"  # a bundled one
PIN = "expect_fingerprint"
PROFILES = ["robust", "paper", "released"]
LABELS = [json.dumps({"task": "TorF1", "answer": gold}) for gold in (0, 1)]

#: Why a request that fits the document may be malformed: what JSON Schema cannot say.
UNSAID = re.compile(
    r"expected a valid (string or a valid )?integer, got -?[\d.e+]+"  # 1.0 is one to JSON Schema
    r"|^networks: network |\.overlay: "  # which names are one, where a branch may leave its line
    r"|expected an object with the fields of an item .*, or its JSON"  # what JSON is in a text
    r"|^query, prompts, labels: expected lists of one length"
    r"|expected prompts\[\d+\] and then the response"
    r"|expected at most 10000 stations on all lines"
    r"|^verify_responses: expected numbers below 1e300"  # that can still be added up
)


def document() -> Json:
    return json.loads(COMMITTED.read_text(encoding="utf-8"))


def informed(whole: Json) -> Json:
    """The document with what only this service knows: its profiles, its networks, good gold."""
    known = {"profile": PROFILES, "name": [CITY]}
    for methods in whole["paths"].values():
        for operation in methods.values():
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).pop(
                "example", None
            )
            asked = [one for one in operation.get("parameters", ()) if one["name"] != PIN]
            for one in asked:
                one["schema"] = {"enum": known.get(one["name"]) or one["schema"]["enum"]}
            operation["parameters"] = asked
    schemas = whole["components"]["schemas"]
    of_score = schemas["ScoreRequest"]["properties"]
    of_score["profile"] = {"enum": [*PROFILES, None]}
    del of_score[PIN]
    for form in schemas["Gold"]["anyOf"]:
        if form["type"] == "string":
            form["enum"] = LABELS
    return whole


def schema_of(whole: Json, *modes: GenerationMode) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(whole)
    schema.config.generation.update(modes=list(modes), with_security_parameters=False)
    # which 422 a request that fits may get is looked at below
    expected = schema.config.checks.positive_data_acceptance.expected_statuses
    schema.config.checks.positive_data_acceptance.expected_statuses = [*expected, "422"]
    return schema


AS_COMMITTED = schema_of(document(), GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
AS_KNOWN_HERE = schema_of(informed(document()), GenerationMode.POSITIVE)


def tries(many: int) -> settings:
    """So many by chance, the same on every run."""
    return settings(
        max_examples=many,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class Compressed(requests.auth.AuthBase):
    """Compresses a body as its header says, which schemathesis does not."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        encoding = request.headers.get("Content-Encoding")
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        assert isinstance(body, bytes)
        if encoding == "gzip":
            request.body = gzip.compress(body, 1)
        if encoding == "zstd":
            request.body = zstd.compress(body)
        return request


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.auth = Compressed()
        yield session


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("open"), "--workers", "1") as one:
        yield one


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that asks for a token everywhere."""
    protected = ("--protect-health", "true", "--protect-metrics", "true")
    tokens = {"REWARD_SERVER_TOKENS": TOKEN}
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, "--workers", "1", *protected, variables=tokens) as one:
        yield one


def check(case: Case[Any], reply: Response) -> None:
    """That a reply is what the document says, and the one that it says for such a request."""
    if case.headers.get("Content-Encoding") == "":  # which is to name none, RFC 9110, 5.6.1
        assert reply.status_code < 500
        return
    case.validate_response(reply)
    if coverage_scenario(case) in REQUEST_SHAPE_PROBES:
        assert reply.status_code < 500
        return
    assert str(reply.status_code) in case.operation.definition.raw["responses"], "only by default"
    if reply.status_code == 422 and case.meta is not None:
        error = reply.json()["error"]
        fits = case.meta.generation.mode.is_positive
        if fits and error["kind"] == "malformed":
            for problem in error["details"]:
                told = f"{problem['path']}: {problem['message']}".removeprefix(": ")
                assert UNSAID.search(told), told


@AS_COMMITTED.parametrize()
@tries(100)
def test_what_a_route_answers_is_in_the_document(
    case: Case[Any], served: Served, session: requests.Session
) -> None:
    check(case, case.call(served.url, session))


@AS_KNOWN_HERE.parametrize()
@tries(100)
def test_a_request_that_names_what_is_there_is_never_unknown(
    case: Case[Any], served: Served, session: requests.Session
) -> None:
    reply = case.call(served.url, session)
    check(case, reply)
    assert reply.status_code in {200, 422}
    if reply.status_code == 422:
        assert reply.json()["error"]["kind"] in {"malformed", "unscorable"}


@AS_COMMITTED.parametrize()
@tries(5)
def test_without_a_token_each_request_gets_401_and_with_one_what_it_always_gets(
    case: Case[Any], guarded: Served, session: requests.Session
) -> None:
    for headers in ({}, {"Authorization": "Bearer none-that-is-known"}):
        reply = case.call(guarded.url, session, headers=headers)
        case.validate_response(reply)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"][0].startswith("Bearer")
    reply = case.call(guarded.url, session, headers={"Authorization": f"Bearer {TOKEN}"})
    check(case, reply)
    assert reply.status_code != 401
