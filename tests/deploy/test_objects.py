"""R1: the rendered objects, for each toggle and each file of ``ci/``."""

from __future__ import annotations

import base64
import json
import os
import tomllib
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import SchemaNotFoundError, ValidationError, validate

from reward_server import Scorer
from reward_server.settings import CONFIG_VARIABLE, Settings, load_settings

from .chart import (
    CHART,
    CI_FILES,
    Json,
    container,
    kinds,
    of_kind,
    pod_of,
    rendered,
    variables,
)
from .soundness import faults, unrestricted

#: The least of Chart.yaml, and the newest of which there are schemas.
VERSIONS = ("1.27", "1.37")
#: Validated in test_crds.py.
CUSTOM = {"HTTPRoute", "PrometheusRule", "ScaledObject", "ServiceMonitor"}
ALWAYS = {"ConfigMap", "Deployment", "Pod", "Service", "ServiceAccount"}
FILES = {file.stem.removesuffix("-values"): file for file in CI_FILES}


@pytest.fixture(params=FILES)
def objects(request: pytest.FixtureRequest) -> list[Json]:
    return rendered(None, FILES[request.param])


def test_the_oldest_version_is_that_of_the_chart() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["kubeVersion"] == f">={VERSIONS[0]}.0-0"


@pytest.mark.parametrize("version", VERSIONS)
def test_all_kinds_of_kubernetes_fit_their_schemas(objects: list[Json], version: str) -> None:
    unknown = set()
    for one in objects:
        try:
            validate(one, version, strict=True)
        except SchemaNotFoundError:
            unknown.add(one["kind"])
    assert unknown <= CUSTOM


@pytest.mark.parametrize("version", VERSIONS)
def test_a_misspelt_field_does_not_fit(version: str) -> None:
    deployment = of_kind(rendered(), "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePulPolicy"] = "Always"
    with pytest.raises(ValidationError, match="imagePulPolicy"):
        validate(deployment, version, strict=True)


def test_names_selectors_volumes_ports_and_references_are_sound(objects: list[Json]) -> None:
    assert faults(objects) == []


def test_all_pods_keep_to_the_restricted_standard(objects: list[Json]) -> None:
    pods = [pod for pod in map(pod_of, objects) if pod is not None]
    assert len(pods) == 2  # the service, and the test of helm
    for pod in pods:
        assert unrestricted(pod) == []
        assert pod["spec"]["automountServiceAccountToken"] is False
        for one in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
            assert one["securityContext"]["readOnlyRootFilesystem"] is True


def test_all_objects_are_in_the_namespace_with_the_common_labels(objects: list[Json]) -> None:
    for one in objects:
        if one["metadata"]["name"].endswith("-own"):  # an extra object, as it was given
            continue
        assert one["metadata"]["namespace"] in {"rewards", "monitoring"}
        labels = one["metadata"]["labels"]
        assert labels["app.kubernetes.io/instance"] == "demo"
        assert labels["app.kubernetes.io/managed-by"] == "Helm"


def test_nothing_optional_is_there_unless_asked_for() -> None:
    assert kinds(rendered()) == ALWAYS


TOGGLES: dict[str, tuple[Json, str]] = {
    "autoscaling": ({"enabled": True}, "HorizontalPodAutoscaler"),
    "dashboard": ({"enabled": True}, "ConfigMap"),
    "httpRoute": ({"enabled": True, "parentRefs": [{"name": "g"}]}, "HTTPRoute"),
    "ingress": ({"enabled": True, "hosts": ["h.example.org"]}, "Ingress"),
    "keda": ({"enabled": True, "serverAddress": "http://p"}, "ScaledObject"),
    "networkPolicy": ({"enabled": True}, "NetworkPolicy"),
    "podDisruptionBudget": ({"enabled": True}, "PodDisruptionBudget"),
    "prometheusRule": ({"enabled": True}, "PrometheusRule"),
    "serviceMonitor": ({"enabled": True}, "ServiceMonitor"),
    "tokens": ({"values": ["t"]}, "Secret"),
}


@pytest.mark.parametrize("toggle", TOGGLES)
def test_a_toggle_adds_its_kind_and_no_other(toggle: str) -> None:
    values, kind = TOGGLES[toggle]
    before, after = rendered(), rendered({toggle: values})
    assert sorted([*(one["kind"] for one in before), kind]) == sorted(one["kind"] for one in after)
    assert faults(after) == []


def test_each_toggle_of_the_values_is_tried() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    toggles = {name for name, value in values.items() if "enabled" in str(value) and value}
    enabled = {name for name in toggles if isinstance(values[name], dict)}
    assert enabled == TOGGLES.keys() - {"tokens"}
    assert not any(values[name]["enabled"] for name in enabled)


def test_a_service_account_is_made_unless_there_is_one() -> None:
    objects = rendered({"serviceAccount": {"create": False, "name": "own"}})
    assert "ServiceAccount" not in kinds(objects)
    assert of_kind(objects, "Deployment")["spec"]["template"]["spec"]["serviceAccountName"] == "own"
    assert of_kind(rendered(), "ServiceAccount")["automountServiceAccountToken"] is False


# ----------------------------------------------------------------------------------- the service


def volume(objects: list[Json], name: str) -> Json:
    volumes = of_kind(objects, "Deployment")["spec"]["template"]["spec"]["volumes"]
    found: Json
    (found,) = (one for one in volumes if one["name"] == name)
    return found


def config_map(objects: list[Json], of_volume: str) -> Json:
    """The ConfigMap that a volume shows."""
    name = volume(objects, of_volume)["configMap"]["name"]
    found: Json
    (found,) = (
        one for one in objects if (one["kind"], one["metadata"]["name"]) == ("ConfigMap", name)
    )
    return found


def settings_of(objects: list[Json], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that the service itself would start with in the rendered container."""
    mounted = "/etc/reward-server/"
    for name, text in config_map(objects, "config")["data"].items():
        (folder / name).write_text(text.replace(mounted, f"{folder}/"))
    for name, value in variables(objects).items():
        if name.startswith("REWARD_SERVER_"):
            monkeypatch.setenv(name, value.replace(mounted, f"{folder}/"))
    assert os.environ[CONFIG_VARIABLE] == f"{folder}/config.toml"
    return load_settings()[0]


def test_the_service_reads_its_settings_from_the_rendered_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = rendered(None, FILES["everything"])
    settings = settings_of(objects, tmp_path, monkeypatch)
    assert settings.host == "0.0.0.0"  # noqa: S104 - in a pod
    assert settings.port == 8080
    assert settings.workers == 2
    assert settings.max_items == 8192
    assert settings.drain_seconds == 40.5
    assert settings.log_level == "warning"
    assert settings.protect_metrics is True
    assert settings.profile == f"{tmp_path}/gentle.toml"
    assert [file.name for file in settings.profiles] == ["gentle.toml", "other.toml"]
    assert str(settings.tokens_file) == "/etc/reward-server-tokens/tokens"


def test_by_default_it_has_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(rendered(), tmp_path, monkeypatch)
    assert tomllib.loads((tmp_path / "config.toml").read_text()) == {}
    assert settings.profile == "robust"
    assert settings.tokens_file is None


@pytest.mark.parametrize("number", [67108864, 2**40, 0.5, 1e21])
def test_a_number_of_the_settings_stays_as_it_is(number: float) -> None:
    config = of_kind(rendered({"settings": {"body_seconds": number}}), "ConfigMap")
    assert tomllib.loads(config["data"]["config.toml"]) == {"body_seconds": number}


@pytest.mark.parametrize(
    ("resources", "workers"),
    [
        ({"limits": {"cpu": "4"}}, 4),
        ({"limits": {"cpu": 3}}, 3),
        ({"limits": {"cpu": "1500m"}}, 2),
        ({"limits": {"cpu": "250m"}}, 1),
        ({"limits": {"cpu": 0.5}}, 1),
        ({"limits": {"cpu": None}, "requests": {"cpu": "3"}}, 3),
    ],
)
def test_a_worker_for_each_core_of_the_limit(resources: Json, workers: int) -> None:
    objects = rendered({"resources": resources})
    assert variables(objects)["REWARD_SERVER_WORKERS"] == str(workers)
    assert ("PROMETHEUS_MULTIPROC_DIR" in variables(objects)) == (workers > 1)


def test_as_many_workers_as_are_asked_for() -> None:
    assert variables(rendered({"workers": 7}))["REWARD_SERVER_WORKERS"] == "7"


def test_what_the_workers_write_is_on_a_volume_that_can_be_written() -> None:
    objects = rendered()
    mounts = {one["mountPath"]: one for one in container(objects)["volumeMounts"]}
    assert variables(objects)["PROMETHEUS_MULTIPROC_DIR"].startswith("/tmp/")  # noqa: S108
    assert not mounts["/tmp"].get("readOnly")  # noqa: S108
    assert all(mount.get("readOnly") for path, mount in mounts.items() if path != "/tmp")  # noqa: S108


def test_probes_ask_what_the_service_answers() -> None:
    probes = container(rendered())
    assert probes["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"


@pytest.mark.parametrize(
    ("values", "grace"),
    [
        ({}, 40),
        ({"settings": {"drain_seconds": 40.5}}, 56),
        ({"preStopSeconds": 20}, 55),
        ({"terminationGracePeriodSeconds": 300}, 300),
    ],
)
def test_the_grace_period_follows_the_drain(values: Json, grace: int) -> None:
    spec = of_kind(rendered(values), "Deployment")["spec"]["template"]["spec"]
    assert spec["terminationGracePeriodSeconds"] == grace


def test_no_hook_where_nothing_is_waited_for_before_the_stop() -> None:
    assert "lifecycle" not in container(rendered({"preStopSeconds": 0}))


# --------------------------------------------------------------------------------- what it reads


def annotated(values: Json) -> Json:
    found: Json = of_kind(rendered(values), "Deployment")["spec"]["template"]["metadata"]
    result: Json = found["annotations"]
    return result


def test_pods_are_replaced_when_settings_profiles_or_networks_change_and_not_for_tokens() -> None:
    city = '{"Line 1": ["Alba", "Brook"]}'
    files = {"source": "files", "files": {"a/b": city}}
    base = annotated({"networks": files})
    assert annotated({"networks": files, "replicas": 5}) == base
    assert annotated({"networks": files, "tokens": {"values": ["t"]}}) == base
    settings = annotated({"networks": files, "settings": {"max_items": 5}})
    assert settings["checksum/config"] != base["checksum/config"]
    profiles = annotated({"networks": files, "profiles": {"x": 'name = "x"'}})
    assert profiles["checksum/config"] != base["checksum/config"]
    other = {"source": "files", "files": {"a/b": city.replace("Brook", "Cedar")}}
    changed = annotated({"networks": other})
    assert changed["checksum/networks"] != base["checksum/networks"]
    assert changed["checksum/config"] == base["checksum/config"]


def as_the_kubelet_mounts(shown: Json, data: dict[str, str], folder: Path) -> None:
    """A ConfigMap's items in a folder, with the kubelet's links, which can be swapped at once."""
    dated = folder / "..2026_01_01_00_00_00.123"
    for item in shown["items"]:
        file = dated / item["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(data[item["key"]])
    (folder / "..data").symlink_to(dated.name)
    for top in {item["path"].split("/")[0] for item in shown["items"]}:
        (folder / top).symlink_to(f"..data/{top}")


def test_networks_from_values_are_loaded_by_the_service(tmp_path: Path) -> None:
    objects = rendered(None, FILES["networks-files"])
    shown = volume(objects, "networks")["configMap"]
    as_the_kubelet_mounts(shown, config_map(objects, "networks")["data"], tmp_path)
    item = {
        "task": "planning",
        "network": "toyland/toy",
        "station_1": "Alba",
        "station_2": "Cedar",
        "completion": "Route Name: Red Line\nDeparture Stop: Alba\nArrival Stop: Cedar",
    }
    (result,) = Scorer(networks=str(tmp_path)).score([item])
    assert result["correct"] is True  # "Red Line" is an alias of the overlay


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("networks-claim", {"persistentVolumeClaim": {"claimName": "cities", "readOnly": True}}),
        ("networks-init-container", {"emptyDir": {"sizeLimit": "256Mi"}}),
    ],
)
def test_networks_from_elsewhere_are_mounted(name: str, source: Json) -> None:
    objects = rendered(None, FILES[name])
    spec = of_kind(objects, "Deployment")["spec"]["template"]["spec"]
    assert volume(objects, "networks") == {"name": "networks", **source}
    mounts = {one["name"]: one for one in container(objects)["volumeMounts"]}
    assert mounts["networks"]["mountPath"] == variables(objects)["REWARD_SERVER_NETWORKS"]
    assert mounts["networks"]["readOnly"] is True
    if name == "networks-init-container":
        (init,) = spec["initContainers"]
        writes = {one["name"]: one for one in init["volumeMounts"]}
        assert not writes["networks"].get("readOnly")
    else:
        assert mounts["networks"]["subPath"] == "stations"


def test_tokens_of_values_become_a_secret_that_is_mounted_whole() -> None:
    objects = rendered({"tokens": {"values": ["one", "two"]}})
    secret = of_kind(objects, "Secret")
    assert base64.b64decode(secret["data"]["tokens"]).decode().split() == ["one", "two"]
    mounts = {one["name"]: one for one in container(objects)["volumeMounts"]}
    assert "subPath" not in mounts["tokens"]  # such a file would never change
    assert "one" not in json.dumps([o for o in objects if o["kind"] != "Secret"]).split()


def test_an_existing_secret_is_used_and_none_is_made() -> None:
    objects = rendered({"tokens": {"existingSecret": "own", "key": "list", "values": ["x"]}})
    assert "Secret" not in kinds(objects)
    secret = volume(objects, "tokens")["secret"]
    assert secret["secretName"] == "own"
    assert secret["items"] == [{"key": "list", "path": "tokens"}]


# ------------------------------------------------------------------------------------- and around


def test_the_autoscaler_follows_cpu_and_items_in_flight() -> None:
    spec = of_kind(
        rendered({"autoscaling": {"enabled": True, "targetItemsInFlight": 4096}}),
        "HorizontalPodAutoscaler",
    )["spec"]
    resource, pods = spec["metrics"]
    assert resource["resource"]["name"] == "cpu"
    assert pods["pods"]["metric"]["name"] == "reward_server_items_in_flight"
    assert pods["pods"]["target"] == {"type": "AverageValue", "averageValue": "4096"}


def test_the_network_policy_lets_in_who_is_named_and_nothing_out() -> None:
    peers = {"from": [{"podSelector": {"matchLabels": {"role": "trainer"}}}]}
    spec = of_kind(rendered({"networkPolicy": {"enabled": True, **peers}}), "NetworkPolicy")["spec"]
    objects = rendered({"networkPolicy": {"enabled": True, **peers}})
    labels = of_kind(objects, "Pod")["metadata"]["labels"]
    (rule,) = spec["ingress"]
    *others, test = rule["from"]
    assert others == peers["from"]
    assert test["podSelector"]["matchLabels"].items() <= labels.items()
    assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]
    assert spec["egress"] == []
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_a_network_policy_that_names_nobody_lets_in_only_the_test_of_helm() -> None:
    values = {"networkPolicy": {"enabled": True, "from": [], "metricsFrom": []}}
    (rule,) = of_kind(rendered(values), "NetworkPolicy")["spec"]["ingress"]
    assert len(rule["from"]) == 1  # none would be all


def test_an_alert_can_be_left_out_and_labelled() -> None:
    rule = of_kind(rendered(None, FILES["everything"]), "PrometheusRule")
    alerts = {
        one["alert"]: one
        for group in rule["spec"]["groups"]
        for one in group["rules"]
        if "alert" in one
    }
    assert "RewardAtCeiling" not in alerts
    assert "TooFew" in alerts
    collapsed = alerts["RewardCollapsed"]
    assert collapsed["labels"] == {"severity": "warning", "team": "training"}
    runbook = "https://example.org/RUNBOOK.md#rewardcollapsed"
    assert collapsed["annotations"]["runbook_url"] == runbook


def test_the_dashboard_is_the_file_and_has_the_sidecars_label() -> None:
    objects = rendered({"dashboard": {"enabled": True}})
    (found,) = (o for o in objects if o["metadata"]["name"].endswith("-dashboard"))
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    text = (CHART / "files" / "dashboard.json").read_text()
    assert json.loads(found["data"]["reward-server.json"]) == json.loads(text)


def test_templates_in_extra_objects_are_filled_in() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: '{{ .Release.Name }}-x'}\n"
    given: Json = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {}}
    objects = rendered({"extraObjects": [text, given]})
    assert of_kind(objects, "Secret")["metadata"]["name"] == "demo-x"
    assert given in objects


def test_pods_are_spread_by_their_own_labels_unless_others_are_named() -> None:
    own = {"app.kubernetes.io/name": "reward-server", "app.kubernetes.io/instance": "demo"}
    spec = of_kind(rendered(), "Deployment")["spec"]["template"]["spec"]
    assert [one["labelSelector"]["matchLabels"] for one in spec["topologySpreadConstraints"]] == [
        own,
        own,
    ]
    other: Json = {"matchLabels": {"a": "b"}}
    spread = [{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule"}]
    given = [spread[0] | {"labelSelector": other}]
    spec = of_kind(rendered({"topologySpreadConstraints": given}), "Deployment")["spec"]
    assert spec["template"]["spec"]["topologySpreadConstraints"] == given


def test_no_label_that_is_given_can_break_the_selector() -> None:
    labels = {"app.kubernetes.io/name": "other", "app.kubernetes.io/instance": "other"}
    objects = rendered({"commonLabels": labels, "podLabels": labels})
    assert faults(objects) == []
    (service,) = (one for one in objects if one["kind"] == "Service")
    assert service["spec"]["selector"]["app.kubernetes.io/name"] == "reward-server"


@pytest.mark.parametrize("word", ["y", "on", "null", "1e3", "0x1"])
def test_words_that_yaml_takes_for_something_else_stay_words(word: str) -> None:
    values = {"commonLabels": {"label": word}, "extraEnv": [{"name": "W", "value": word}]}
    objects = rendered(values)
    assert variables(objects)["W"] == word
    for one in objects:
        assert one["metadata"]["labels"]["label"] == word
