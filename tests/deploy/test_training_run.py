"""The manifests of ``deploy/train/k8s``: sound, restricted, and at one with the chart."""

from __future__ import annotations

import ast
import re
import shlex
from urllib.parse import urlsplit

import pytest
import yaml
from kubernetes_validate import validate

from .chart import BIN, CHART, ROOT, Json, done, of_kind, pod_of, rendered
from .soundness import faults, unrestricted
from .test_objects import VERSIONS

FOLDER = ROOT / "deploy" / "train" / "k8s"
KUSTOMIZATION: Json = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[Json] = [
    one
    for name in KUSTOMIZATION["resources"]
    for one in yaml.safe_load_all((FOLDER / name).read_text())
]
RUN: Json = yaml.safe_load(of_kind(OBJECTS, "ConfigMap")["data"]["run.yaml"])
ACCELERATE: Json = yaml.safe_load(of_kind(OBJECTS, "ConfigMap")["data"]["accelerate.yaml"])


def job(name: str) -> Json:
    (found,) = (one for one in OBJECTS if (one["kind"], one["metadata"]["name"]) == ("Job", name))
    return found


def container(name: str) -> Json:
    found: Json
    (found,) = job(name)["spec"]["template"]["spec"]["containers"]
    return found


def test_all_files_are_applied() -> None:
    there = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == there


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_an_object_fits_its_schema(one: Json, version: str) -> None:
    validate(one, version, strict=True)


def test_names_selectors_volumes_and_ports_are_sound() -> None:
    assert faults(OBJECTS) == []


def test_pods_keep_to_the_restricted_standard() -> None:
    pods = [pod for pod in map(pod_of, OBJECTS) if pod is not None]
    assert len(pods) == 2
    for pod in pods:
        assert unrestricted(pod) == []


def test_the_reward_comes_from_the_charts_service() -> None:
    """Installed as the chart's README says: ``helm install reward-server --namespace rewards``."""
    service = of_kind(rendered({"fullnameOverride": "reward-server"}), "Service")
    (address,) = RUN["reward_url"]
    name, namespace, kind = str(urlsplit(address).hostname).split(".")
    assert (name, namespace, kind) == (service["metadata"]["name"], "rewards", "svc")
    assert urlsplit(address).port == service["spec"]["ports"][0]["port"]
    assert (
        "helm install reward-server helm/reward-server --namespace rewards"
        in (CHART / "README.md").read_text()
    )


def test_the_trainer_meets_vllm_where_it_listens() -> None:
    service = of_kind(OBJECTS, "Service")
    assert service["metadata"]["name"] == RUN["vllm_server_host"]
    assert service["spec"]["clusterIP"] == "None"
    ports = {one["name"]: one["port"] for one in service["spec"]["ports"]}
    assert ports == {"http": RUN["vllm_server_port"], "group": RUN["vllm_group_port"]}
    assert container("grpo-vllm")["command"] == ["vllm", "serve", RUN["model_name_or_path"]]
    assert f"--port={RUN['vllm_server_port']}" in container("grpo-vllm")["args"]


def test_vllm_has_the_options_of_the_launch_script() -> None:
    script = (ROOT / "deploy" / "train" / "sampler.sh").read_text()
    (listed,) = re.findall(r"options=\((.*?)^\)", script, re.DOTALL | re.MULTILINE)
    wanted = shlex.split(listed, comments=True)
    given = [part for one in container("grpo-vllm")["args"] for part in one.split("=", 1)]
    assert set(wanted) <= set(given)


def test_the_processes_are_those_of_the_launch_scripts() -> None:
    file = ROOT / "deploy" / "train" / "accelerate" / "fsdp-4.yaml"
    assert yaml.safe_load(file.read_text()) == ACCELERATE


def test_a_process_for_each_gpu_of_the_trainer() -> None:
    gpus = container("grpo-trainer")["resources"]["limits"]["nvidia.com/gpu"]
    assert ACCELERATE["num_processes"] == int(gpus)


def test_the_trainers_command_has_the_mounted_configuration() -> None:
    *command, file = container("grpo-trainer")["command"]
    assert command == ["trainer-client", "train"]
    mounts = {one["mountPath"] for one in container("grpo-trainer")["volumeMounts"]}
    folder, _, name = file.rpartition("/")
    assert folder in mounts
    assert name in of_kind(OBJECTS, "ConfigMap")["data"]
    assert RUN["accelerate_config"] in of_kind(OBJECTS, "ConfigMap")["data"]


def test_the_run_names_settings_of_its_own_that_are_there() -> None:
    tree = ast.parse((ROOT / "trainer_client" / "training" / "train.py").read_text())
    (arguments,) = (
        one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "RunArguments"
    )
    own = {
        one.target.id
        for one in arguments.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
    assert {name for name in RUN if name.startswith("reward_")} <= own
    assert {"dataset", "reward_url"} <= own & RUN.keys()


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    done(BIN / "hadolint", ROOT / "deploy" / "train" / "Dockerfile")
