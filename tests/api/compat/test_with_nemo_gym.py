"""NeMo Gym's own agent runs rollouts against a real service as its resources server.

Runs where nemo-gym is installed, which needs Python 3.12. Its simple agent seeds the session, has
the rollout verified and its metrics aggregated; only the model is a server of ours that says what
it is told to.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import Sample

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code
Json = dict[str, Any]

server_utils = pytest.importorskip(
    "nemo_gym.server_utils",
    reason="needs nemo-gym (Python 3.12: pip install nemo-gym)",
    exc_type=ImportError,
)
agents = pytest.importorskip("responses_api_agents.simple_agent.app", exc_type=ImportError)
config_types = pytest.importorskip("nemo_gym.config_types", exc_type=ImportError)
profile = pytest.importorskip("nemo_gym.reward_profile", exc_type=ImportError)
omegaconf = pytest.importorskip("omegaconf", exc_type=ImportError)
aiohttp = pytest.importorskip("aiohttp", exc_type=ImportError)

Work = Callable[[Any], Coroutine[Any, Any, Any]]


class Model(BaseHTTPRequestHandler):
    """Answers with ``says``, in OpenAI's Responses format."""

    says = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        text = {"type": "output_text", "text": self.says, "annotations": []}
        body = {
            "id": "resp",
            "created_at": 0,
            "model": "model",
            "object": "response",
            "output": [{"id": "m", "type": "message", "role": "assistant", "content": [text]}],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }
        encoded = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def run(served: str, model: str) -> Callable[[Work], Any]:
    """Do something with the agent, in an event loop with Gym's client."""

    def config_of(url: str) -> Json:
        parts = urlsplit(url)
        return {"host": parts.hostname, "port": parts.port, "entrypoint": "app.py"}

    servers = {
        "reward": {"resources_servers": {"reward": config_of(served)}},
        "agent": {"responses_api_agents": {"agent": config_of(model)}},
    }
    agent = agents.SimpleAgent(
        config=agents.SimpleAgentConfig(
            name="agent",
            resources_server={"type": "resources_servers", "name": "reward"},
            model_server={"type": "responses_api_models", "name": "model"},
            **config_of(model),
        ),
        server_client=server_utils.ServerClient(
            head_server_config=config_types.BaseServerConfig(host="127.0.0.1", port=1),
            global_config_dict=omegaconf.OmegaConf.create(servers),
        ),
    )

    async def with_client(work: Work) -> Any:  # noqa: ANN401
        client = server_utils.set_global_aiohttp_client(
            server_utils.GlobalAIOHTTPAsyncClientConfig()
        )
        try:
            return await work(agent)
        finally:
            await client.close()
            server_utils._GLOBAL_AIOHTTP_CLIENT = None  # noqa: SLF001 - else it is closed for good

    return lambda work: asyncio.run(with_client(work))


async def roll_out(agent: Any, gold: Json, completion: str) -> Json:  # noqa: ANN401
    Model.says = completion
    row = {
        "responses_create_params": {"input": [{"role": "user", "content": "Is it so?"}]},
        "verifier_metadata": gold,
        "_ng_task_index": 0,
    }
    request = agents.SimpleAgentRunRequest.model_validate(row)
    # the base of the replies of every environment of Gym, with what is beyond it kept
    reply = await agent.run(SimpleNamespace(cookies={}), request)
    told: Json = reply.model_dump()
    return told


def test_rollouts_have_the_rewards_of_score_and_metrics_that_gym_would_make(
    run: Callable[[Work], Any], samples: list[Sample]
) -> None:
    async def work(agent: Any) -> tuple[list[Json], Any]:  # noqa: ANN401
        replies = [await roll_out(agent, one.gold, one.completion) for one in samples]
        for index, reply in enumerate(replies):
            reply |= {"_ng_task_index": index % 3, "_ng_rollout_index": index}
        request = config_types.AggregateMetricsRequest(verify_responses=replies)
        return replies, await agent.aggregate_metrics(request)

    replies, metrics = run(work)
    assert [one["reward"] for one in replies] == [one.result["reward"] for one in samples]
    assert all(
        one["reward_components"].keys() == replies[0]["reward_components"].keys() for one in replies
    )

    theirs = profile.compute_aggregate_metrics(replies)
    for told, expected in (
        (metrics.agent_metrics, theirs.agent_metrics),
        (metrics.key_metrics, theirs.key_metrics),
        *zip(metrics.group_level_metrics, theirs.group_level_metrics, strict=True),
    ):
        numbers = {name: one for name, one in expected.items() if "/" in name}
        assert {name: told[name] for name in numbers} == pytest.approx(numbers)


@pytest.mark.parametrize("gold", [{"task": "TorF1"}, {"task": "TorF1", "anwser": 1}, {}])
def test_a_rollout_that_cannot_be_scored_is_an_error(
    run: Callable[[Work], Any], gold: Json
) -> None:
    with pytest.raises(aiohttp.ClientResponseError, match="422"):
        run(lambda agent: roll_out(agent, gold, "\\boxed{yes}"))


def test_gym_sees_that_the_service_lives(run: Callable[[Work], Any]) -> None:
    async def work(agent: Any) -> object:  # noqa: ANN401
        return agent.server_client.poll_for_status("reward")

    assert run(work) == "success"
