"""``trainer-client doctor``: whether a service would do, seen from here, and what is wrong with it.

Needs no clock but this machine's own, and nothing of the service's networks: its items are of the
bundled cities, which go with them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any, Literal, NamedTuple

import orjson

import reward_server.networks
from reward_server.demo import batch

from ..client.client import CHUNK_ITEMS, RewardClient
from ..client.errors import RewardClientError
from ..client.results import Item
from ..client.transport import NoReplyError, Response, Transport
from ..client.wire import BrokenReplyError, read_metadata, read_refusal

Verdict = Literal["well", "odd", "wrong"]

#: Requests of one item whose times are measured.
_PINGS = 100
#: Characters of a completion under load.
_CHARACTERS = 2048
_BYTES = 2**24
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    words: str


@dataclass
class Report:
    """What was found at one endpoint, in the order it was looked at."""

    url: str
    findings: list[Finding] = field(default_factory=list)
    fingerprint: str | None = None

    def well(self, what: str, words: str) -> None:
        """It is as it should be."""
        self.findings.append(Finding(what, "well", words))

    def odd(self, what: str, words: str) -> None:
        """It works, but should be known."""
        self.findings.append(Finding(what, "odd", words))

    def wrong(self, what: str, words: str) -> None:
        """A run must not start with it."""
        self.findings.append(Finding(what, "wrong", words))

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words; empty where a run may start."""
        return [f"{what}: {words}" for what, verdict, words in self.findings if verdict == "wrong"]


class Wanted(NamedTuple):
    """What the run would ask for."""

    token: str | None
    profile: str | None
    expect_fingerprint: str | None
    connect_timeout_s: float
    deadline_s: float
    seconds: float
    """For which batches are sent, to tell the throughput."""


async def examine(url: str, wanted: Wanted) -> Report:
    """What is found at one endpoint; nothing more is looked at where that could not work."""
    report = Report(url)
    async with _transport(wanted) as transport:
        if not await _is_reached(report, transport, wanted.deadline_s):
            return report
        metadata = await _metadata(report, transport, wanted)
    if metadata is None or not _has_reward(report, metadata, wanted):
        return report
    cities = bundled_cities()
    client = RewardClient(
        url,
        profile=wanted.profile,
        token=wanted.token,
        networks=cities,
        connect_timeout_s=wanted.connect_timeout_s,
        deadline_s=wanted.deadline_s,
    )
    async with client:
        try:
            if await _scores(report, client, wanted.profile or metadata["default_profile"]):
                await _is_fast(report, client, wanted.seconds)
        except RewardClientError as error:
            report.wrong("scoring", str(error))
    return report


def difference(reports: Sequence[Report]) -> list[str]:
    """What is wrong with endpoints that give different rewards; empty where they do not."""
    fingerprints = {report.url: report.fingerprint for report in reports if report.fingerprint}
    if len(set(fingerprints.values())) < 2:
        return []
    each = ", ".join(f"{url} has {fingerprint}" for url, fingerprint in fingerprints.items())
    return [f"the endpoints give different rewards: {each}"]


def bundled_cities() -> dict[str, Any]:
    """The bundled cities as a request has them."""
    folder = Path(reward_server.networks.__path__[0]) / "bundled"
    cities: dict[str, Any] = {}
    for file in sorted(folder.glob("*/*.json")):
        if file.name.endswith(".overlay.json"):
            continue
        city: dict[str, Any] = {"lines": orjson.loads(file.read_bytes())}
        overlay = file.with_name(f"{file.stem}.overlay.json")
        if overlay.exists():
            city["overlay"] = orjson.loads(overlay.read_bytes())
        cities[f"{file.parent.name}/{file.stem}"] = city
    return cities


@asynccontextmanager
async def _transport(wanted: Wanted) -> AsyncIterator[Transport]:
    transport = Transport(wanted.token, wanted.connect_timeout_s, compress=False)
    try:
        yield transport
    finally:
        await transport.close()


async def _get(transport: Transport, url: str, seconds: float) -> Response:
    """Raises ``NoReplyError``."""
    try:
        async with asyncio.timeout(seconds):
            return await transport.get(url, _BYTES)
    except TimeoutError:
        raise NoReplyError(f"it is connected, but gives no reply within {seconds:g} s") from None


async def _is_reached(report: Report, transport: Transport, seconds: float) -> bool:
    """Whether a reward service that takes work answers."""
    try:
        response = await _get(transport, f"{report.url}/readyz", seconds)
    except NoReplyError as error:
        proxies = [
            name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())
        ]
        hint = f" ({', '.join(proxies)}: no proxy is used for rewards)" if proxies else ""
        report.wrong("reach", f"{error}{hint}")
        return False
    refusal = read_refusal(response.body)
    if response.status == 200 and response.body.startswith(b'{"status":"ok"}'):
        report.well("reach", "answers, and takes work")
    elif response.status in {401, 403} and refusal is not None:
        report.well("reach", "answers; its health needs a token")
    elif response.status == 503 and refusal is not None:
        report.wrong("reach", f"it is being stopped: {refusal.message}")
        return False
    elif response.status in {407, 502, 503, 504}:
        report.wrong("reach", f"a proxy answers {response.status}, and reaches no service itself")
        return False
    elif location := response.headers.get("Location"):
        report.wrong("reach", f"it redirects to {location}: give the address that it leads to")
        return False
    else:
        body = " ".join(response.body[:80].decode(errors="replace").split())
        report.wrong(
            "reach", f"another service answers there: {response.status} to GET /readyz: {body}"
        )
        return False
    if via := response.headers.get("Via"):
        report.odd("proxy", f"the reply came through {via}")
    return True


async def _metadata(report: Report, transport: Transport, wanted: Wanted) -> dict[str, Any] | None:
    """What the service says of itself; ``None`` where it does not."""
    try:
        response = await _get(transport, f"{report.url}/metadata", wanted.deadline_s)
        if response.status in {401, 403}:
            refusal = read_refusal(response.body)
            said = refusal.message if refusal else str(response.status)
            remedy = "it is not accepted" if wanted.token else "set REWARD_TOKEN"
            report.wrong("token", f"{said}; {remedy}")
            return None
        if response.status != 200:
            report.wrong("metadata", f"GET /metadata is answered with {response.status}")
            return None
        metadata = read_metadata(response.body)
    except (NoReplyError, BrokenReplyError) as error:
        report.wrong("metadata", str(error))
        return None
    report.well("token", "accepted, or not needed" if wanted.token else "none given, none needed")
    return metadata


def _has_reward(report: Report, metadata: Mapping[str, Any], wanted: Wanted) -> bool:
    """Whether the service has the wanted profile and fingerprint; tells of its version."""
    theirs, ours = metadata["versions"].get("reward_server", "?"), version("reward-server")
    if theirs == ours:
        report.well("version", theirs)
    else:
        report.odd("version", f"the service has {theirs}, and here is {ours}: install one of both")
    profiles = {profile["name"]: profile["fingerprint"] for profile in metadata["profiles"]}
    name = wanted.profile or metadata["default_profile"]
    known = ", ".join(f"{known} (default)" if known == name else known for known in profiles)
    if name not in profiles:
        report.wrong("profiles", f"it has {known}, but no {name!r}")
        return False
    report.well("profiles", known)
    report.fingerprint = fingerprint = profiles[name]
    if wanted.expect_fingerprint not in {None, fingerprint}:
        report.wrong("fingerprint", f"it is {fingerprint}, not {wanted.expect_fingerprint}")
        return False
    report.well("fingerprint", fingerprint)
    networks = list(metadata["networks"])
    some = ", ".join(networks[:3]) + (", ..." if len(networks) > 3 else "")
    report.well("networks", f"{len(networks)} loaded: {some}" if networks else "none loaded")
    return True


async def _scores(report: Report, client: RewardClient, profile: str) -> bool:
    """Whether the rewards are those of the code that is installed here."""
    items = batch()
    results = (await client.score(items)).results
    errors = [result["error"] for result in results if result["error"] is not None]
    if errors:
        report.wrong("scoring", f"{len(errors)} of {len(items)} items: {errors[0]['message']}")
        return False
    try:
        own = RewardClient(profile=profile)
    except ValueError:  # a profile of the service's own
        report.well("scoring", f"{len(items)} items scored")
        return True
    try:
        expected = (await own.score(items)).results
    finally:
        await own.aclose()
    if results == expected:
        report.well("scoring", f"{len(items)} items, the same rewards as scored here")
    else:
        report.odd("scoring", "its rewards differ from those of the code that is installed here")
    return True


async def _is_fast(report: Report, client: RewardClient, seconds: float) -> None:
    """Tell latency and throughput."""
    items: list[Item] = [
        {**item, "completion": item["completion"].rjust(_CHARACTERS)} for item in batch()
    ]
    times = []
    for number in range(_PINGS):
        began = time.perf_counter()
        await client.score([items[number % len(items)]])
        times.append((time.perf_counter() - began) * 1e3)
    cuts = quantiles(times, n=100, method="inclusive")
    report.well("latency", f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, for one item")
    many = items * (4 * CHUNK_ITEMS // len(items) + 1)
    done, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        results = (await client.score(many)).results
        errors = [result["error"] for result in results if result["error"] is not None]
        if errors:
            report.wrong("throughput", f"under load: {errors[0]['message']}")
            return
        done += len(results)
    report.well(
        "throughput", f"{done / taken:,.0f} items/s of {_CHARACTERS} characters, from this process"
    )
