"""R0: what helm, yamllint and hadolint say, and which values the chart refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from reward_server import serve
from reward_server.settings import Settings

from .chart import BIN, CHART, CI_FILES, ROOT, Json, done, refusal, rendered, run

SCHEMA: Json = json.loads((CHART / "values.schema.json").read_text())
VALUES: Json = yaml.safe_load((CHART / "values.yaml").read_text())
#: The chart says these itself; probes need /healthz and /readyz open.
NOT_OFFERED = {
    "host", "port", "workers", "networks", "profiles", "tokens", "tokens_file", "protect_health",
}  # fmt: skip


@pytest.mark.parametrize("file", CI_FILES, ids=lambda file: file.stem)
def test_helm_lints_the_chart_with_each_values_file(file: Path) -> None:
    done(BIN / "helm", "lint", "--strict", CHART, "--values", file)


def test_yaml_that_is_written_by_hand_is_plain() -> None:
    files = [
        file
        for folder in (CHART, ROOT / "deploy", ROOT / "tests" / "deploy")
        for file in sorted(folder.rglob("*.y*ml"))
        if "templates" not in file.parts and "node_modules" not in file.parts
    ]
    assert len(files) > 10
    rules = {
        "extends": "default",
        "rules": {
            "line-length": {"max": 150},
            "document-start": "disable",
            "comments": {"min-spaces-from-content": 1},
            "quoted-strings": {"quote-type": "any", "required": False},
            # bare y, n, on and off are booleans for Kubernetes, and not for PyYAML
            "truthy": {"allowed-values": ["true", "false"]},
        },
    }
    done(BIN / "yamllint", "--strict", "--config-data", json.dumps(rules), *files)


def test_hadolint_has_nothing_to_say_about_the_dockerfile(tmp_path: Path) -> None:
    done(BIN / "hadolint", ROOT / "deploy" / "Dockerfile")
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM python\nRUN pip install x\n")
    assert run(BIN / "hadolint", bad).returncode != 0


def test_compose_file_fits_the_compose_specification(tmp_path: Path) -> None:
    check = (BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec")
    file = ROOT / "deploy" / "compose.yaml"
    done(*check, file)
    bad = tmp_path / "compose.yaml"
    bad.write_text(file.read_text().replace("read_only: true", "readonly: true"))
    assert run(*check, bad).returncode != 0


def test_what_compose_mounts_is_there() -> None:
    file = ROOT / "deploy" / "compose.yaml"
    compose = yaml.safe_load(file.read_text())
    mounted = [
        one.rsplit(":", 2)[0]
        for service in compose["services"].values()
        for one in service["volumes"]
        if isinstance(one, str) and one.startswith(".")
    ]
    assert len(mounted) >= 4
    for source in mounted:
        assert (file.parent / source).exists(), source
    build = compose["services"]["reward-server"]["build"]
    assert (file.parent / build["context"] / build["dockerfile"]).is_file()


def test_rules_and_dashboard_have_one_source() -> None:
    for link, target in {
        "prometheus/rules.yaml": "rules.yaml",
        "grafana/dashboard.json": "dashboard.json",
    }.items():
        file = ROOT / "deploy" / link
        assert file.is_symlink()
        assert file.resolve() == CHART / "files" / target


REFUSED: list[tuple[Json, str]] = [
    ({"typo": 1}, "Additional property typo"),
    ({"image": {"repo": "x"}}, "Additional property repo"),
    ({"image.tag": "a b"}, "image.tag"),
    ({"image.digest": "sha256:12"}, "image.digest"),
    ({"replicas": "two"}, "replicas"),
    ({"replicas": -1}, "replicas"),
    ({"workers": 0}, "workers"),
    ({"resources": None}, "workers: say how many"),
    ({"resources": {"limits": {"cpu": "two"}}}, "resources.limits.cpu"),
    ({"settings": {"max_itemz": 1}}, "Additional property max_itemz"),
    ({"settings": {"max_items": "many"}}, "settings.max_items"),
    ({"settings": {"port": 9000}}, "Additional property port"),
    ({"settings": {"protect_health": True}}, "Additional property protect_health"),
    ({"settings": {"log_level": "loud"}}, "settings.log_level"),
    ({"profiles": {"a/b": "x"}}, "profiles"),
    ({"profiles": {"config": "x"}}, "profiles"),
    ({"networks.source": "ftp"}, "networks.source"),
    ({"networks.source": "files"}, "networks.files"),
    ({"networks.source": "configMap"}, "networks.configMap"),
    ({"networks.source": "claim"}, "networks.claim"),
    ({"networks.source": "initContainer"}, "networks.initContainer"),
    ({"networks": {"source": "files", "files": {"city": "{}"}}}, "networks.files"),
    ({"tokens": {"values": ["two words"]}}, "tokens.values"),
    ({"service.port": 99999}, "service.port"),
    ({"service.type": "ExternalName"}, "service.type"),
    ({"ingress.enabled": True}, "ingress.hosts"),
    ({"ingress.enabled": "yes"}, "ingress.enabled"),
    ({"httpRoute.enabled": True}, "httpRoute.parentRefs"),
    ({"keda.enabled": True}, "keda.serverAddress"),
    ({"keda": {"enabled": True, "serverAddress": "prometheus"}}, "keda.serverAddress"),
    (
        {"keda": {"enabled": True, "serverAddress": "http://p"}, "autoscaling.enabled": True},
        "only one may set the replicas",
    ),
    (
        {"keda": {"enabled": True, "serverAddress": "http://p", "minReplicas": 99}},
        "minReplicas is more",
    ),
    ({"autoscaling": {"enabled": True, "minReplicas": 99}}, "minReplicas is more"),
    (
        {"autoscaling": {"enabled": True, "targetCPUUtilizationPercentage": None}},
        "expected targetCPUUtilizationPercentage",
    ),
    ({"podDisruptionBudget": {"maxUnavailable": "half"}}, "podDisruptionBudget"),
    ({"serviceMonitor.interval": "15sec"}, "serviceMonitor.interval"),
    ({"prometheusRule": {"disabled": ["X", "X"]}}, "prometheusRule.disabled"),
    ({"probes": {"startup": {"path": "/"}}}, "Additional property path"),
    ({"extraEnv": {"A": "b"}}, "extraEnv"),
    ({"commonLabels": {"n": 1}}, "commonLabels"),
    ({"fullnameOverride": "9 lives"}, "fullnameOverride"),
]


@pytest.mark.parametrize(("values", "why"), REFUSED, ids=str)
def test_values_that_cannot_be_are_refused_by_name(values: Json, why: str) -> None:
    assert why in refusal(values)


def test_the_schema_is_closed_at_each_level_and_knows_each_value() -> None:
    assert SCHEMA["$schema"].startswith("http://json-schema.org/draft-07")

    def compare(schema: Json, values: Json, path: str) -> None:
        assert schema["additionalProperties"] is False, path
        assert values.keys() == schema["properties"].keys() - {"global"}, path
        for name, value in values.items():
            of_value = schema["properties"][name]
            # an object without properties is passed on to Kubernetes as it is
            if isinstance(value, dict) and "properties" in of_value and name not in OPEN:
                compare(of_value, value, f"{path}.{name}")

    compare(SCHEMA, VALUES, "values")


#: Objects of which a value has only a part, or none.
OPEN = {"settings", "resources", "startup", "readiness", "liveness"}


def test_each_setting_of_the_service_can_be_given_and_no_other() -> None:
    offered = SCHEMA["properties"]["settings"]["properties"]
    assert offered.keys() == Settings.model_fields.keys() - NOT_OFFERED


def test_the_default_drain_and_the_last_seconds_fit_the_grace_period() -> None:
    (spec,) = (one["spec"]["template"]["spec"] for one in rendered() if one["kind"] == "Deployment")
    drain = Settings.model_fields["drain_seconds"].default
    last = serve.SENDING_SECONDS
    assert spec["terminationGracePeriodSeconds"] > VALUES["preStopSeconds"] + drain + last
