"""A client against a real service, from every kind of caller; and without a service."""

from __future__ import annotations

import asyncio
import copy
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from reward_server import Scorer
from reward_server.wire.results import Verbosity
from trainer_client import (
    Batch,
    FingerprintMismatchError,
    MalformedRequestError,
    RewardClient,
    RewardClientError,
    UnauthorizedError,
    UnknownProfileError,
    UnreachableError,
    WrongServiceError,
)

from ...faults.conftest import NETWORKS, port_of
from ...serving import Served, fetch, free_port, run_group, serving
from .spoiling import LIES, UNSPOILT, Proxy, spoiling

Json = dict[str, Any]

TOKEN = "opensesame"  # noqa: S105 - of this test's own service
TOY: Json = {
    "task": "planning",
    "network": "toy",
    "station_1": "A Station",
    "station_2": "B Station",
    "completion": "Route Name: Line 1\nDeparture Stop: A Station\nArrival Stop: B Station",
}
YES: Json = {"task": "TorF1", "answer": 1, "completion": r"\boxed{Yes}"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with tokens that takes little at a time."""
    folder = tmp_path_factory.mktemp("small")
    options = "--workers", "1", "--max-items", "30", "--max-body-bytes", "20000"
    with serving(folder, *options, variables={"REWARD_SERVER_TOKENS": TOKEN}) as served:
        yield served


@pytest.mark.parametrize("verbosity", ["reward", "components", "full"])
@pytest.mark.parametrize("profile", ["robust", "paper", "released"])
def test_a_service_and_this_process_give_the_same_to_the_bit(
    served: Served, items: list[Json], profile: str, verbosity: Verbosity
) -> None:
    def scored(url: str | None) -> Batch:
        with RewardClient(url, profile=profile, verbosity=verbosity) as client:
            return client.score_sync(items[:400])

    batch = scored(served.url)
    assert batch == scored(None)
    assert orjson.dumps(batch.results) == orjson.dumps(scored(None).results)
    own = Scorer(profile=profile)
    assert batch.results == own.score(items[:400], verbosity)
    assert (batch.fingerprint, batch.profile) == (own.fingerprint, profile)


@pytest.mark.parametrize("chunk_items", [1, 7, 8, 64, 5000])
def test_order_and_groups_do_not_depend_on_the_requests(
    served: Served, items: list[Json], results: list[Json], chunk_items: int
) -> None:
    few, right = items[:300], results[:300]
    with RewardClient(served.url, chunk_items=chunk_items) as client:
        batch = client.score_sync(few)
    assert batch.results == right
    groups = orjson.loads(fetch(f"{served.url}/score", {"items": few})[1])["groups"]
    assert list(batch.groups) == list(groups)
    assert [group._asdict() for group in batch.groups.values()] == list(groups.values())


def test_one_client_serves_loops_in_turn_threads_and_callers_without_a_loop(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    few, right = items[:64], results[:64]
    client = RewardClient(served.url)

    async def inside() -> None:
        assert (await client.score(few)).results == right
        assert await client.score_one(few[0]) == right[0]
        assert client.score_sync(few).results == right  # within a running loop

    for _ in range(3):
        asyncio.run(inside())
    with ThreadPoolExecutor(4) as threads:
        for batch in threads.map(client.score_sync, [few] * 8):
            assert batch.results == right
        list(threads.map(lambda _: asyncio.run(inside()), range(4)))
    client.close()
    assert client.score_sync(few).results == right  # opened again
    client.close()


def test_a_client_works_in_other_processes_also_where_it_is_in_use(
    served: Served, items: list[Json], results: list[Json], tmp_path: Path
) -> None:
    """Forked or spawned, while threads of the parent go on scoring; none may wait for another."""
    (tmp_path / "work.json").write_bytes(orjson.dumps([items[:64], results[:64]]))
    (tmp_path / "program.py").write_text(f"""
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event
import orjson
from trainer_client import RewardClient

ITEMS, RIGHT = orjson.loads(Path(__file__).with_name("work.json").read_bytes())

def check(client):
    assert client.score_sync(ITEMS).results == RIGHT

def go_on(client, ended):
    while not ended.is_set():
        check(client)

if __name__ == "__main__":
    ended = Event()
    with RewardClient({served.url!r}, token={TOKEN!r}) as client, ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(go_on, client, ended) for _ in range(2)]
        try:
            for method in ["fork"] * 20 + ["spawn"]:
                context = get_context(method)
                child = context.Process(target=check, args=(client,))  # forked with it, or pickled
                child.start()
                child.join()
                assert child.exitcode == 0
            for method in ["fork", "spawn"]:
                with get_context(method).Pool(1) as pool:
                    pool.apply(check, (client,))
        finally:
            ended.set()
        for call in calls:
            call.result()
        check(client)
""")
    assert run_group([sys.executable, str(tmp_path / "program.py")], seconds=120) == 0


def test_a_copy_holds_to_the_reward_that_was_seen_and_shows_no_token(served: Served) -> None:
    with RewardClient(served.url, token=TOKEN) as client:
        client.score_sync([YES])
        sent = pickle.dumps(client)
        for other in (pickle.loads(sent), copy.deepcopy(client)):  # noqa: S301 - our own
            assert other.fingerprint == client.fingerprint is not None
            assert TOKEN not in repr(other)


def test_a_program_that_closes_nothing_ends_at_once_and_in_silence(served: Served) -> None:
    program = f"""
import asyncio
from trainer_client import RewardClient
client, local = RewardClient({served.url!r}), RewardClient()
item = {YES!r}
for _ in range(3):
    asyncio.run(client.score([item]))
loop = asyncio.new_event_loop()
loop.run_until_complete(client.score_one(item))
loop.close()
forgotten = RewardClient({served.url!r})
forgotten.score_sync([item])
del forgotten
print(local.score_sync([item]).results[0]["reward"])
"""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "11.0\n"
    assert ended.stderr == ""


def test_no_thread_outlives_its_client(served: Served) -> None:
    before = threading.active_count()
    for _ in range(3):
        with RewardClient(served.url) as client:
            client.score_sync([YES])
    RewardClient().score_sync([YES])
    assert threading.active_count() == before


def test_who_is_closed_out_is_told_so(served: Served, items: list[Json]) -> None:
    async def close_within() -> None:
        client = RewardClient(proxy.url)
        calls = [asyncio.create_task(client.score(items)) for _ in range(2)]
        one = asyncio.create_task(client.score_one(items[0]))
        while proxy.requests < 3:  # noqa: ASYNC110 - it runs in another thread
            await asyncio.sleep(0.01)
        await client.aclose()
        for told in await asyncio.gather(*calls, one, return_exceptions=True):
            assert isinstance(told, RewardClientError)
            assert "closed" in str(told)

    with spoiling(port_of(served), lambda _: "slow") as proxy:
        asyncio.run(close_within())


def test_an_empty_batch_has_no_results(served: Served) -> None:
    with RewardClient(served.url) as client:
        assert client.score_sync([]).results == []
    assert RewardClient().score_sync([]).groups == {}


def test_ids_and_groups_come_back_as_strings_or_not_at_all(served: Served) -> None:
    given = [YES, YES | {"id": 7, "group": 7}, YES | {"id": "7", "group": "7"}, YES | {"id": None}]
    for url in (served.url, None):
        with RewardClient(url) as client:
            batch = client.score_sync(given)
        assert [one["id"] for one in batch.results] == [None, "7", "7", None]
        assert {label: group.size for label, group in batch.groups.items()} == {"7": 2}


def test_inline_cities_go_with_the_requests_whose_items_name_them(served: Served) -> None:
    with (
        spoiling(port_of(served), lambda _: UNSPOILT) as proxy,
        RewardClient(proxy.url, networks=NETWORKS, chunk_items=1) as client,
    ):
        batch = client.score_sync([TOY, YES, TOY | {"network": "ring"}])
        assert [one["reward"] for one in batch.results] == [16.0, 11.0, 16.0]
        sent = [orjson.loads(body).get("networks") for _, body in proxy.sent]
    assert sorted(map(str, sent)) == sorted(
        map(str, ({"toy": NETWORKS["toy"]}, None, {"ring": NETWORKS["ring"]}))
    )
    with RewardClient(networks=NETWORKS) as local:
        assert local.score_sync([TOY]).results == batch.results[:1]


def test_more_cities_than_a_request_takes_are_spread_over_requests(served: Served) -> None:
    cities = {f"toy{number}": NETWORKS["toy"] for number in range(150)}
    items = [TOY | {"network": f"toy{n % 150}", "group": n // 20} for n in range(400)]
    with RewardClient(served.url, networks=cities) as client:
        assert {one["reward"] for one in client.score_sync(items).results} == {16.0}


def test_a_batch_too_large_for_the_service_is_split(small: Served, items: list[Json]) -> None:
    few = items[:200]
    with RewardClient(small.url, token=TOKEN) as client:
        assert client.score_sync(few).results == Scorer().score(few)


def test_an_item_too_large_alone_is_an_error_of_its_own(small: Served) -> None:
    long = YES | {"id": "long", "completion": "x" * 30_000}
    with RewardClient(small.url, token=TOKEN) as client:
        first, second, third = client.score_sync([YES, long, YES]).results
    assert first["reward"] == third["reward"] == 11.0
    assert second["id"] == "long"
    assert second["error"] is not None
    assert second["error"]["kind"] == "completion_too_long"
    assert not second["error"]["retryable"]
    assert "20000 bytes" in second["error"]["message"]


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_token_that_is_not_accepted_stops_the_call(small: Served, token: str | None) -> None:
    with (
        RewardClient(small.url, token=token) as client,
        pytest.raises(UnauthorizedError, match="token"),
    ):
        client.score_sync([YES])


def test_another_reward_than_the_expected_one_stops_the_call(served: Served) -> None:
    for url, place in ((served.url, served.url), (None, "this process")):
        with pytest.raises(FingerprintMismatchError) as caught:
            RewardClient(url, expect_fingerprint="robust-0").score_sync([YES])
        assert caught.value.expected == "robust-0"
        for part in ("'robust-0'", Scorer().fingerprint, place):
            assert part in str(caught.value)


def _with_fingerprint(body: bytes) -> bytes:
    return orjson.dumps(orjson.loads(body) | {"fingerprint": "robust-1-other"})


@pytest.fixture
def changing(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A service whose reward is another one from its second reply on."""
    monkeypatch.setitem(LIES, "other reward", _with_fingerprint)

    def later(number: int) -> str:
        return "other reward" if number else UNSPOILT

    with spoiling(port_of(served), later) as proxy:
        yield proxy


def test_a_reward_that_changes_stops_the_run_also_where_none_was_given(changing: Proxy) -> None:
    with RewardClient(changing.url) as client:
        client.score_sync([YES])
        with pytest.raises(FingerprintMismatchError) as caught:
            client.score_sync([YES])
    assert caught.value.found == "robust-1-other"
    assert caught.value.expected == Scorer().fingerprint
    asked = [orjson.loads(body)["expect_fingerprint"] for _, body in changing.sent]
    assert asked == [None, Scorer().fingerprint]


def test_a_reward_may_change_where_that_is_asked_for(changing: Proxy) -> None:
    with RewardClient(changing.url, pin_first=False) as client:
        assert client.score_sync([YES]).fingerprint == Scorer().fingerprint
        assert client.score_sync([YES]).fingerprint == "robust-1-other"


def test_no_batch_is_of_two_rewards(changing: Proxy) -> None:
    with (
        RewardClient(changing.url, pin_first=False, chunk_items=1) as client,
        pytest.raises(FingerprintMismatchError),
    ):
        client.score_sync([YES, YES])


@pytest.mark.parametrize("url", ["a service", None])
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"task": "nope", "completion": ""}, r"items\[5\].task: expected 'TorF1'"),
        ({"task": "TorF1"}, r"items\[5\].completion: this field is required"),
        (YES | {"colour": "red"}, r"items\[5\].colour: unknown field"),
        (YES | {"network": ["toy"]}, r"items\[5\].network: expected"),
        (YES | {"group": {"a": 1}}, r"items\[5\].group: expected"),
        (YES | {"id": object()}, r"items\[5\].id: expected JSON"),
        (YES | {"completion": "\ud800"}, r"items\[5\].completion: expected JSON"),
        (cast("Json", "not an item"), r"items\[5\]: expected"),
    ],
)
def test_a_malformed_item_is_named_by_its_place_in_the_callers_batch(
    served: Served, url: str | None, bad: Json, words: str
) -> None:
    given = [YES, YES, YES, YES, YES, bad, YES]
    with (
        RewardClient(url and served.url, chunk_items=2, networks=NETWORKS) as client,
        pytest.raises(MalformedRequestError, match=words) as caught,
    ):
        client.score_sync(given)
    assert caught.value.index == 5


@pytest.mark.parametrize("url", ["a service", None])
def test_malformed_items_are_kept_in_error_where_that_is_asked_for(
    served: Served, url: str | None
) -> None:
    bad: dict[int, tuple[Json, str]] = {
        1: ({"id": 1, "task": "nope", "completion": ""}, "task: expected 'TorF1'"),
        2: ({"task": "TorF1"}, "completion: this field is required"),
        7: (YES | {"colour": "red", "answer": "x"}, "answer: expected"),
        8: (YES | {"completion": b"bytes"}, "completion: expected JSON"),
    }
    given = [bad[place][0] if place in bad else YES for place in range(10)]
    with RewardClient(url and served.url, chunk_items=3, keep_malformed=True) as client:
        results = client.score_sync(given).results
        assert client.score_sync([bad[1][0]] * 5).groups == {}
    assert results[1]["id"] == "1"
    for place, result in enumerate(results):
        if place not in bad:
            assert result["reward"] == 11.0
            continue
        assert result["reward"] is None
        assert result["error"] is not None
        assert (result["error"]["kind"], result["error"]["retryable"]) == ("malformed", False)
        assert result["error"]["message"].startswith(bad[place][1])


def test_a_malformed_city_and_an_unknown_profile_are_told(served: Served) -> None:
    city = {"toy": {"lines": {"Line 1": ["A Station"]}}}
    for url in (served.url, None):
        with pytest.raises(MalformedRequestError, match="Line 1") as caught:
            RewardClient(url, networks=city).score_sync([TOY])
        assert caught.value.index is None
    with pytest.raises(UnknownProfileError, match="expected one of robust"):
        RewardClient(served.url, profile="nope").score_sync([YES])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"url": "reward:8080"}, "url: expected such as http://"),
        ({"url": []}, "url: expected an address"),
        ({"url": "http://x", "networks": "stations"}, "networks: a folder is for scoring in"),
        ({"verbosity": "loud"}, "verbosity: expected one of reward, components, full"),
        ({"deadline_s": 0}, "deadline_s: expected more than 0"),
        ({"concurrency": -1}, "concurrency: expected more than 0"),
    ],
)
def test_an_argument_that_cannot_be_is_told_at_once(arguments: Json, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RewardClient(**arguments)


def test_addresses_may_have_what_people_paste() -> None:
    client = RewardClient(" http://a:1/score , http://b:2/x/,http://a:1")
    assert client.urls == ("http://a:1", "http://b:2/x")


def test_the_environment_says_where_the_service_is(
    monkeypatch: pytest.MonkeyPatch, small: Served
) -> None:
    for name in ("REWARD_URL", "REWARD_TOKEN", "REWARD_PROFILE", "REWARD_FINGERPRINT"):
        monkeypatch.delenv(name, raising=False)
    assert RewardClient.from_environment().urls == ()
    monkeypatch.setenv("REWARD_URL", small.url)
    monkeypatch.setenv("REWARD_TOKEN", TOKEN)
    monkeypatch.setenv("REWARD_PROFILE", "paper")
    with RewardClient.from_environment() as client:
        assert client.score_sync([YES]).profile == "paper"
    assert RewardClient().urls == ()  # only where it is asked


class _Page(BaseHTTPRequestHandler):
    """A web page, whatever is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def do_POST(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_another_service_is_told_at_once_unless_a_right_one_is_beside_it(
    page: str, served: Served
) -> None:
    with RewardClient(page) as client:
        with pytest.raises(WrongServiceError, match="404"):
            client.score_sync([YES])
        with pytest.raises(WrongServiceError, match="no reward service"):
            client.metadata_sync()
    with RewardClient([page, served.url], chunk_items=1) as client:
        assert {one["reward"] for one in client.score_sync([YES] * 20).results} == {11.0}


def test_metadata_is_the_services_or_the_same_of_this_process(served: Served) -> None:
    with RewardClient(served.url) as client, RewardClient() as local:
        theirs, own = client.metadata_sync(), asyncio.run(local.metadata())
    assert theirs.keys() == own.keys()
    for key in ("tasks", "components", "networks", "versions", "default_profile"):
        assert theirs[key] == own[key]
    assert own["profiles"] == [one for one in theirs["profiles"] if one["name"] == "robust"]
    nobody = f"http://127.0.0.1:{free_port()}"
    with (
        RewardClient(nobody, deadline_s=0.3) as client,
        pytest.raises(UnreachableError, match=r"0\.3 s; .*connection refused"),
    ):
        client.metadata_sync()


def test_bodies_are_compressed_where_that_pays_or_is_asked_for(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    with spoiling(port_of(served), lambda _: UNSPOILT) as proxy:
        for compress in (None, True, False):
            with RewardClient(proxy.url, compress=compress) as client:
                assert client.score_sync(items[:200]).results == results[:200]
        encodings = [head.get("content-encoding") for head, _ in proxy.sent]
        sizes = [len(body) for _, body in proxy.sent]
    assert encodings == [None, "zstd", None]  # this machine's own addresses are not far
    assert sizes[1] < sizes[0] / 4


def test_a_service_that_takes_no_compressed_body_gets_plain_ones(
    served: Served, items: list[Json], results: list[Json]
) -> None:
    with spoiling(port_of(served), lambda number: "415" if number < 1 else UNSPOILT) as proxy:
        with RewardClient(proxy.url, compress=True, concurrency=1, chunk_items=200) as client:
            assert client.score_sync(items[:800]).results == results[:800]
        encodings = [head.get("content-encoding") for head, _ in proxy.sent]
    assert encodings == ["zstd", None, None, None, None]


def test_only_items_whose_error_is_retryable_are_sent_again(
    served: Served, items: list[Json], results: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_some(body: bytes) -> bytes:
        reply = orjson.loads(body)
        for one in reply["results"][::10]:
            error = {"kind": "internal", "message": "oops", "retryable": True}
            one.update(status="error", reward=None, correct=None, weight=None, error=error)
        return orjson.dumps(reply)

    monkeypatch.setitem(LIES, "some fail", fail_some)
    with (
        spoiling(port_of(served), lambda number: UNSPOILT if number else "some fail") as proxy,
        RewardClient(proxy.url) as client,
    ):
        assert client.score_sync(items[:100]).results == results[:100]
        assert [len(orjson.loads(body)["items"]) for _, body in proxy.sent] == [100, 10]
    with (
        spoiling(port_of(served), lambda _: "some fail") as proxy,
        RewardClient(proxy.url) as client,
    ):
        first = client.score_sync(items[:100]).results[0]
        assert first["error"] is not None
        assert first["error"]["kind"] == "internal"  # the service's own word stands in the end
        assert len(proxy.sent) == 3


def test_the_service_is_told_how_long_there_is(served: Served) -> None:
    with (
        spoiling(port_of(served), lambda _: UNSPOILT) as proxy,
        RewardClient(proxy.url, deadline_s=50) as client,
    ):
        client.score_sync([YES])
        assert 0 < orjson.loads(proxy.sent[0][1])["deadline_ms"] <= 50_000


def test_importing_the_client_brings_no_trainer_and_scoring_here_no_http() -> None:
    program = (
        "import sys; from trainer_client import RewardClient; RewardClient().score_sync([]);"
        "print(sorted({'aiohttp', 'torch', 'trl', 'datasets', 'pyarrow'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert ended.stdout == "[]\n"


def test_the_lines_of_the_readme_work_as_written(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    section = text.split("## From a trainer", 1)[1]
    code = section.split("```python\n", 1)[1].split("```", 1)[0]
    exec(code.replace("http://127.0.0.1:8080", served.url), {})  # noqa: S102 - ours
    assert capsys.readouterr().out == f"[11.0] {Scorer().fingerprint}\n"
