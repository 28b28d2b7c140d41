"""What is wrong with objects though each fits its schema, and what `restricted` would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from .chart import Json, pod_of

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|[KMGTPE]i?)?")
_CONFIG_MAP_BYTES = 2**20
#: The volumes that the standard allows.
_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
}  # fmt: skip


def faults(objects: Sequence[Json]) -> list[str]:
    """Names, labels, quantities, selectors, volumes, ports and references that cannot be."""
    return [
        f"{one['kind']} {one['metadata']['name']}: {fault}"
        for one in objects
        for fault in chain(_of_any(one), _of_pods(one), _of_kind(one, objects))
    ]


def _of_any(one: Json) -> Iterator[str]:
    metadata = one["metadata"]
    name = metadata["name"]
    longest = 63 if one["kind"] in {"Service", "Pod", "Job"} else 253
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > longest:
        yield f"name {name!r}"
    for key, value in metadata.get("labels", {}).items():
        if not isinstance(value, str) or not _LABEL.fullmatch(value):
            yield f"label {key}={value!r}"
    for key, value in metadata.get("annotations", {}).items():
        if not isinstance(value, str):
            yield f"annotation {key}={value!r}"
    if one["kind"] == "ConfigMap" and sum(map(len, one["data"].values())) > _CONFIG_MAP_BYTES:
        yield "more than 1 MiB"


def _of_pods(one: Json) -> Iterator[str]:
    pod = pod_of(one)
    if pod is None:
        return
    spec = pod["spec"]
    volumes = [volume["name"] for volume in spec.get("volumes", [])]
    if len(set(volumes)) < len(volumes):
        yield f"volumes of one name: {volumes}"
    containers = _containers(spec)
    mounted = {mount["name"] for one in containers for mount in one.get("volumeMounts", [])}
    for volume in mounted - set(volumes):
        yield f"{volume} is mounted, and there is no such volume"
    for volume in set(volumes) - mounted:
        yield f"volume {volume} is mounted nowhere"
    for container in containers:
        for fault in (*_of_variables(container), *_of_mounts(container), *_of_resources(container)):
            yield f"{container['name']}: {fault}"


def _of_variables(container: Json) -> Iterator[str]:
    variables = container.get("env", [])
    names = [variable["name"] for variable in variables]
    if len(set(names)) < len(names):
        yield f"a variable twice: {names}"
    for variable in variables:
        if not isinstance(variable.get("value", ""), str):
            yield f"{variable}, which is no string"


def _of_mounts(container: Json) -> Iterator[str]:
    paths = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
    if len(set(paths)) < len(paths):
        yield f"two volumes at one path: {paths}"
    ports = {port["name"] for port in container.get("ports", [])}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        port = container.get(probe, {}).get("httpGet", {}).get("port")
        if isinstance(port, str) and port not in ports:
            yield f"its {probe} asks port {port}"


def _of_resources(container: Json) -> Iterator[str]:
    resources = container.get("resources", {})
    for part in ("requests", "limits"):
        for name, amount in resources.get(part, {}).items():
            if not _QUANTITY.fullmatch(str(amount)):
                yield f"{name} {amount}"
    if "memory" not in resources.get("limits", {}):
        yield "no limit of memory"


def _of_kind(one: Json, objects: Sequence[Json]) -> Iterator[str]:
    spec = one.get("spec", {})
    kind = one["kind"]
    if kind == "Deployment":
        labels = spec["template"]["metadata"]["labels"]
        if not _selects(spec["selector"]["matchLabels"], labels):
            yield f"its selector does not select its pods: {labels}"
    elif kind == "Service":
        yield from _of_service(spec, objects)
    elif kind in {"PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor"}:
        selector = (spec.get("selector") or spec["podSelector"])["matchLabels"]
        if len(_selected(selector, objects, service=kind == "ServiceMonitor")) != 1:
            yield f"it selects nothing, or too much: {selector}"
        if "minAvailable" in spec and "maxUnavailable" in spec:
            yield "minAvailable and maxUnavailable"
    elif kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
        target = spec["scaleTargetRef"]
        named = (target["kind"], target["name"])
        owners = [(other["kind"], other["metadata"]["name"]) for other in objects]
        if named not in owners:
            yield f"it scales {named}, which is not there"
        least = spec.get("minReplicas", spec.get("minReplicaCount"))
        if least > spec.get("maxReplicas", spec.get("maxReplicaCount")):
            yield "its least is more than its most"
        scaled = next(other for other in objects if other["kind"] == "Deployment")
        if "replicas" in scaled["spec"]:
            yield "the Deployment sets replicas too"


def _of_service(spec: Json, objects: Sequence[Json]) -> Iterator[str]:
    owners = _selected(spec["selector"], objects)
    if len(owners) != 1:
        yield f"it selects {len(owners)} kinds of pods: {spec['selector']}"
        return
    pod = pod_of(owners[0])
    assert pod is not None
    known = [port for one in _containers(pod["spec"]) for port in one.get("ports", [])]
    named = {port["name"] for port in known} | {port["containerPort"] for port in known}
    for port in spec["ports"]:
        if not 0 < port["port"] < 65536:
            yield f"port {port['port']}"
        if port.get("targetPort", port["port"]) not in named:
            yield f"it goes to port {port['targetPort']}, which no container has"


def _selected(selector: Json, objects: Sequence[Json], *, service: bool = False) -> list[Json]:
    found = []
    for one in objects:
        labelled = one if service else pod_of(one)
        if (one["kind"] == "Service") == service and labelled is not None:
            labels = labelled["metadata"].get("labels", {})
            if _selects(selector, labels):
                found.append(one)
    return found


def _selects(selector: Json, labels: Json) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def _containers(spec: Json) -> list[Json]:
    return [*spec.get("initContainers", []), *spec["containers"]]


def unrestricted(pod: Json) -> list[str]:
    """What the pod security standard `restricted` refuses in a pod.

    Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    spec = pod["spec"]
    of_pod: Json = spec.get("securityContext", {})
    found = [key for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    for volume in spec.get("volumes", []):
        found += [f"volume {key}" for key in volume.keys() - _VOLUMES - {"name"}]
    if of_pod.get("runAsUser") == 0:
        found.append("runAsUser 0")
    for container in _containers(spec):
        found += [f"{container['name']}: {fault}" for fault in _of_container(container, of_pod)]
    return found


def _of_container(container: Json, of_pod: Json) -> Iterator[str]:
    own: Json = container.get("securityContext", {})

    def either(key: str) -> Any:  # noqa: ANN401 - what YAML has there
        return own.get(key, of_pod.get(key))

    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    if either("runAsNonRoot") is not True:
        yield "runAsNonRoot"
    if own.get("runAsUser") == 0:
        yield "runAsUser 0"
    if (either("seccompProfile") or {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "seccompProfile"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield "capabilities are not dropped"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "hostPort"
