"""R5: the image is built by buildah and run by podman, as a restricted pod would run it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError

import pytest
import yaml
from packaging.requirements import Requirement

from reward_server import Scorer
from reward_server.demo import batch

from ..serving import fetch, free_port, until
from .chart import ROOT, Json, container, of_kind, rendered
from .containers import BASE, IMAGE, Containers, containers

TAG = f"{IMAGE}:0.1.0"
OWN = "reward-server==0.1.0"
TOKEN = "the-token-of-callers"  # noqa: S105 - of a test
MEMORY = 512 * 2**20
#: Items of a batch that takes a second or more.
MANY = 16_384
#: Of what it adds to its base, uncompressed.
MOST_MEGABYTES = 100


@pytest.fixture(scope="module")
def store() -> Iterator[Containers]:
    with containers() as made:
        made.build("0.1.0", REVISION="a1b2c3")
        yield made


class Running(NamedTuple):
    name: str
    url: str


@pytest.fixture(scope="module")
def running(store: Containers) -> Running:
    """The image, run by the strictest rules of a pod."""
    port = free_port()
    started = Running("service", f"http://127.0.0.1:{port}")
    store.podman(
        "run", "--detach", "--name", started.name, "--network", "host", "--no-healthcheck",
        "--read-only", "--tmpfs", "/tmp:rw,mode=1777,size=64m", "--cap-drop", "all",  # noqa: S108
        "--security-opt", "no-new-privileges", "--memory", str(MEMORY),
        "--env", f"REWARD_SERVER_PORT={port}", "--env", "REWARD_SERVER_WORKERS=2",
        TAG,
    )  # fmt: skip
    until(lambda: answers(f"{started.url}/readyz"), lambda: store.podman("logs", started.name))
    return started


def answers(url: str) -> bool:
    try:
        return fetch(url)[0] == 200
    except (URLError, ConnectionError):
        return False


def inside(store: Containers, name: str, script: str) -> str:
    return store.podman("exec", name, "sh", "-c", script)


def status_of(store: Containers, name: str) -> dict[str, str]:
    """What the kernel says of the container's first process."""
    lines = inside(store, name, "cat /proc/1/status").splitlines()
    return dict(line.split(":\t", 1) for line in lines)


def gauge(name: str, page: str) -> float:
    """The value of a metric without labels; 0 where it is not there yet."""
    found = re.search(rf"^reward_server_{name} (.+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0


# ---------------------------------------------------------------------------------- what is in it


def test_it_adds_little_to_its_base(store: Containers) -> None:
    sizes = {name: store.inspect("image", name)["Size"] for name in (BASE, TAG)}
    added = (sizes[TAG] - sizes[BASE]) / 1e6
    print(f"the image adds {added:.0f} MB to its base")
    assert added < MOST_MEGABYTES


def test_it_has_what_the_lock_file_pins_and_nothing_else(store: Containers) -> None:
    script = (
        "from importlib.metadata import distributions as found\n"
        "print(*(f'{one.name}=={one.version}' for one in found(path=[sys.path[-1]])))"
    )
    listed = store.podman(
        "run", "--rm", "--entrypoint", "python3", TAG, "-c", f"import sys\n{script}"
    )
    lines = (ROOT / "locks" / "service.lock").read_text().splitlines()
    lock = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z]", line)]
    platform = {"sys_platform": "linux", "python_version": "3.11"}
    pinned = [
        f"{one.name}{one.specifier}"
        for one in lock
        if one.marker is None or one.marker.evaluate(platform)
    ]
    assert len(pinned) > 20
    assert sorted(map(plain, listed.split())) == sorted(map(plain, [*pinned, OWN]))


def plain(requirement: str) -> str:
    """A requirement with its name as the registry compares it."""
    name, version = requirement.split("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


def test_it_has_no_compiler_and_no_torch(store: Containers) -> None:
    script = (
        "for x in gcc cc g++ c++ clang ld as make nvcc; do command -v $x; done;"
        'python3 -c \'import importlib.util as u; print(*filter(u.find_spec, ["torch", "vllm"]))\''
    )
    found = store.podman("run", "--rm", "--entrypoint", "sh", TAG, "-c", script)
    assert found.strip() == ""


def test_its_core_is_compiled(store: Containers, running: Running) -> None:
    versions = json.loads(fetch(f"{running.url}/metadata")[1])["versions"]
    assert versions["core"] == "compiled"
    listed = inside(store, running.name, "find /opt/reward-server -name 'reward_server__mypyc*.so'")
    assert len(listed.split()) == 1


def test_it_says_what_it_is_and_how_to_see_whether_it_is_well(store: Containers) -> None:
    configuration = store.inspect("image", TAG)["Config"]
    assert configuration["User"] == "10001:10001"
    assert configuration["Entrypoint"] == ["reward-server", "serve"]
    assert configuration["StopSignal"] == "SIGTERM"
    labels = configuration["Labels"]
    assert labels["org.opencontainers.image.revision"] == "a1b2c3"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert labels["org.opencontainers.image.version"] == "0.1.0"
    assert store.inspect("image", TAG)["Healthcheck"]["Test"][0] == "CMD"


# -------------------------------------------------------------------------------------- how it runs


def test_it_scores_as_this_tree_does(running: Running) -> None:
    items = batch()
    status, body = fetch(f"{running.url}/score", {"items": items})
    assert status == 200
    reply = json.loads(body)
    scorer = Scorer()
    assert reply["results"] == scorer.score(items)
    assert reply["fingerprint"] == scorer.fingerprint


def test_all_its_workers_are_counted_though_its_root_cannot_be_written(running: Running) -> None:
    until(lambda: gauge("workers", fetch(f"{running.url}/metrics")[1]) == 2)


def test_it_runs_as_nobody_without_any_capability(store: Containers, running: Running) -> None:
    status = status_of(store, running.name)
    assert status["Uid"].split() == ["10001"] * 4
    assert status["Gid"].split() == ["10001"] * 4
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_its_root_cannot_be_written(store: Containers, running: Running) -> None:
    for place in ("/x", "/networks/x", "/opt/reward-server/x", "/etc/x"):
        tried = store.start("exec", running.name, "touch", place)
        assert "Read-only file system" in tried.stderr


def test_its_memory_is_limited(store: Containers, running: Running) -> None:
    files = "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
    limits = inside(store, running.name, f"cat {files} 2>/dev/null || true")
    assert limits.split() == [str(MEMORY)]


def test_its_health_check_sees_whether_it_is_well(store: Containers, running: Running) -> None:
    _, *command = store.inspect("image", TAG)["Healthcheck"]["Test"]
    store.podman("exec", running.name, *command)
    nowhere = store.start("exec", "--env", "REWARD_SERVER_PORT=1", running.name, *command)
    assert nowhere.returncode != 0


def test_the_test_of_helm_scores_a_completion_and_fails_without_a_service(
    store: Containers, running: Running
) -> None:
    (tried,) = of_kind(rendered(), "Pod")["spec"]["containers"]
    program, *options = tried["command"]
    command = [
        "run", "--rm", "--network", "host", "--read-only", "--entrypoint", program,
    ]  # fmt: skip
    rest = [TAG, *options, *tried["args"]]
    said = store.podman(*command, "--env", f"URL={running.url}", *rest)
    assert said.startswith("robust-")
    assert store.start(*command, "--env", "URL=http://127.0.0.1:1", *rest).returncode != 0


def test_the_hook_before_a_stop_is_a_command_of_the_image(
    store: Containers, running: Running
) -> None:
    hook = container(rendered({"preStopSeconds": 1}))["lifecycle"]["preStop"]["exec"]["command"]
    store.podman("exec", running.name, *hook)


def test_a_stop_lets_it_answer_what_it_has_and_ends_with_0(
    store: Containers, running: Running
) -> None:
    """The last test of this container."""
    items = (batch() * (MANY // len(batch()) + 1))[:MANY]
    body = {"items": items, "verbosity": "full"}
    with ThreadPoolExecutor(1) as caller:
        reply = caller.submit(fetch, f"{running.url}/score", body)
        until(lambda: gauge("items_in_flight", fetch(f"{running.url}/metrics")[1]) == MANY)
        store.podman("stop", "--time", "40", running.name)
        status, text = reply.result()
    assert status == 200
    assert len(json.loads(text)["results"]) == MANY
    assert store.inspect("container", running.name)["State"]["ExitCode"] == 0


def test_networks_are_baked_in_by_a_build_argument(store: Containers, tmp_path: Path) -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    names = {name for one in copied for name in one if not name.startswith(("-", "$", "/"))}
    for name in (*names, "deploy", ".dockerignore"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    city = tmp_path / "stations" / "toyland" / "toy.json"
    city.parent.mkdir(parents=True)
    city.write_text('{"Line 1": ["Alba", "Brook", "Cedar"]}')
    store.build("toy", tmp_path, NETWORKS="stations")
    listed = store.podman(
        "run", "--rm", "--entrypoint", "reward-server", f"{IMAGE}:toy",
        "networks", "check", "--networks", "/networks",
    )  # fmt: skip
    assert "1 network" in listed or "toyland/toy" in listed


# ------------------------------------------------------------------------ as the chart deploys it


def test_the_rendered_deployment_runs(store: Containers, tmp_path: Path) -> None:
    port = free_port()
    objects = rendered(
        {
            "image.repository": IMAGE,
            "replicas": 1,
            "tokens": {"values": [TOKEN]},
            "settings": {"max_items": 10, "profile": "gentle"},
            "profiles": {"gentle": 'name = "gentle"\nbase = "robust"\n[weights]\nalpha = 0.3\n'},
        }
    )
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all(playable(objects, port)))
    store.podman("kube", "play", "--network", "host", file)
    name = "demo-reward-server-pod-0-reward-server"
    url = f"http://127.0.0.1:{port}"
    until(lambda: answers(f"{url}/readyz"), lambda: store.podman("logs", name))

    item = {"task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"}
    assert fetch(f"{url}/score", {"items": [item]})[0] == 401
    replies = {
        token: fetch(f"{url}/score", {"items": [item]}, {"Authorization": f"Bearer {token}"})
        # podman 4 mounts a Secret without decoding it
        for token in (TOKEN, base64.b64encode(TOKEN.encode()).decode())
    }
    (accepted,) = (token for token, (status, _) in replies.items() if status == 200)
    assert json.loads(replies[accepted][1])["profile"] == "gentle"
    bearer = {"Authorization": f"Bearer {accepted}"}
    assert fetch(f"{url}/score", {"items": [item] * 11}, bearer)[0] == 413
    until(lambda: gauge("workers", fetch(f"{url}/metrics")[1]) == 2)
    process = status_of(store, name)
    assert int(process["CapEff"], 16) == 0
    assert process["Seccomp"] == "2"
    assert process["Uid"].split() == ["10001"] * 4
    assert "Read-only" in store.start("exec", name, "touch", "/x").stderr
    began = time.monotonic()
    store.podman("stop", "--time", "40", name)
    assert time.monotonic() - began < 30  # nothing is in flight
    assert store.inspect("container", name)["State"]["ExitCode"] == 0


def playable(objects: list[Json], port: int) -> list[Json]:
    """What podman 4 can play: at the host's network, which has no ports to map, and a free one."""
    played = [one for one in objects if one["kind"] in {"ConfigMap", "Secret", "Deployment"}]
    for one in played:
        if one["kind"] == "Deployment":
            spec = one["spec"]["template"]["spec"]
            spec["hostNetwork"] = True
            (service,) = spec["containers"]
            del service["ports"]
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                del service[probe]  # of which podman makes health checks by systemd
            for variable in service["env"]:
                if variable["name"] == "REWARD_SERVER_PORT":
                    variable["value"] = str(port)
    return played
