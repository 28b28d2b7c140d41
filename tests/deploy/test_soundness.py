"""The checks of ``soundness.py`` find what they are there for."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from .chart import CHART, Json, of_kind, pod_of, rendered
from .soundness import faults, unrestricted

EVERYTHING = rendered(None, CHART / "ci" / "everything-values.yaml")


def deployment(objects: list[Json]) -> Json:
    spec: Json = of_kind(objects, "Deployment")["spec"]
    return spec


def pod(objects: list[Json]) -> Json:
    spec: Json = deployment(objects)["template"]["spec"]
    return spec


def first(objects: list[Json]) -> Json:
    found: Json = pod(objects)["containers"][0]
    return found


FAULTS: dict[str, Callable[[list[Json]], object]] = {
    "name": lambda o: of_kind(o, "Service")["metadata"].update(name="Has Spaces"),
    "name 'xxx": lambda o: of_kind(o, "Service")["metadata"].update(name="x" * 64),
    "label": lambda o: of_kind(o, "Service")["metadata"]["labels"].update(app=True),
    "annotation": lambda o: of_kind(o, "Ingress")["metadata"]["annotations"].update(a=1),
    "its selector does not": lambda o: deployment(o)["selector"]["matchLabels"].update(app="x"),
    "it selects 0": lambda o: of_kind(o, "Service")["spec"]["selector"].update(app="x"),
    "it selects nothing": lambda o: of_kind(o, "NetworkPolicy")["spec"].update(
        podSelector={"matchLabels": {"app": "x"}}
    ),
    "minAvailable and": lambda o: of_kind(o, "PodDisruptionBudget")["spec"].update(minAvailable=1),
    "it goes to port": lambda o: of_kind(o, "Service")["spec"]["ports"][0].update(targetPort="x"),
    "port 99999": lambda o: of_kind(o, "Service")["spec"]["ports"][0].update(port=99999),
    "its least": lambda o: of_kind(o, "HorizontalPodAutoscaler")["spec"].update(minReplicas=99),
    "it scales": lambda o: of_kind(o, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"].update(
        name="x"
    ),
    "the Deployment sets replicas": lambda o: deployment(o).update(replicas=2),
    "there is no such volume": lambda o: pod(o)["volumes"].pop(0),
    "is mounted nowhere": lambda o: first(o)["volumeMounts"].pop(0),
    "at one path": lambda o: first(o)["volumeMounts"][0].update(mountPath="/etc/reward-server"),
    "volumes of one name": lambda o: pod(o)["volumes"].append(pod(o)["volumes"][0]),
    "a variable twice": lambda o: first(o)["env"].append(first(o)["env"][0]),
    "which is no string": lambda o: first(o)["env"].append({"name": "N", "value": 1}),
    "asks port": lambda o: first(o)["ports"][0].update(name="other"),
    "memory 12Gg": lambda o: first(o)["resources"]["limits"].update(memory="12Gg"),
    "no limit of memory": lambda o: first(o)["resources"]["limits"].pop("memory"),
    "more than 1 MiB": lambda o: o[[x["kind"] for x in o].index("ConfigMap")]["data"].update(
        x="x" * 2**20
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_no_schema_knows_is_found(fault: str) -> None:
    objects = deepcopy(EVERYTHING)
    assert faults(objects) == []
    FAULTS[fault](objects)
    assert fault in "\n".join(faults(objects))


CONTEXT = "securityContext"
VIOLATIONS: dict[str, Callable[[Json], object]] = {
    "hostNetwork": lambda s: s.update(hostNetwork=True),
    "hostPID": lambda s: s.update(hostPID=True),
    "hostIPC": lambda s: s.update(hostIPC=True),
    "volume hostPath": lambda s: s["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
    "runAsUser 0": lambda s: s[CONTEXT].update(runAsUser=0),
    "privileged": lambda s: s["containers"][0][CONTEXT].update(privileged=True),
    "allowPrivilegeEscalation": lambda s: s["containers"][0][CONTEXT].pop(
        "allowPrivilegeEscalation"
    ),
    "runAsNonRoot": lambda s: s["containers"][0][CONTEXT].update(runAsNonRoot=False),
    "reward-server: runAsUser 0": lambda s: s["containers"][0][CONTEXT].update(runAsUser=0),
    "seccompProfile": lambda s: s[CONTEXT].pop("seccompProfile"),
    "capabilities are not dropped": lambda s: s["containers"][0][CONTEXT].pop("capabilities"),
    "capabilities are added": lambda s: s["containers"][0][CONTEXT]["capabilities"].update(
        add=["SYS_ADMIN"]
    ),
    "hostPort": lambda s: s["containers"][0]["ports"][0].update(hostPort=80),
}


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_what_the_restricted_standard_refuses_is_found(violation: str) -> None:
    found = pod_of(deepcopy(of_kind(EVERYTHING, "Deployment")))
    assert found is not None
    assert unrestricted(found) == []
    VIOLATIONS[violation](found["spec"])
    assert violation in "\n".join(unrestricted(found))
