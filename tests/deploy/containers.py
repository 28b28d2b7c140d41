"""Real containers without a Docker engine and without a registry: buildah, podman and crun.

The base image is Debian's own, made by debootstrap, under the name that the Dockerfile has. All
of it lives in a folder of its own, and nothing of the machine's other containers is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .chart import ROOT, run

BASE = "docker.io/library/python:3.11-slim-bookworm"
IMAGE = "localhost/reward-server"
#: Kept between runs: it takes a minute or two.
_BASE_FILE = ROOT / "build" / "deploy" / "base-with-headers.tar"
_PROGRAMS = ("buildah", "podman", "crun", "debootstrap")
_PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Where a sandbox gives no CAP_SYS_RESOURCE, podman's own limits could not be set.
_CONTAINERS = """
[containers]
cgroups = "enabled"
netns = "host"
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
"""
_POLICY = {"default": [{"type": "insecureAcceptAnything"}]}
# A second hierarchy of cgroups is more than podman reads: it is hidden from podman alone.
_ALONE = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'


class Containers:
    """buildah and podman with a store of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        storage = (
            f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/g"\nrunroot = "{folder}/r"\n'
        )
        (folder / "storage.conf").write_text(storage)
        (folder / "containers.conf").write_text(_CONTAINERS)
        (folder / "policy.json").write_text(json.dumps(_POLICY))
        self._environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
        }

    def start(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """podman, however it ends."""
        return self._run("podman", *arguments)

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """A command that sees its own mounts alone, and leaves none behind."""
        alone = ["unshare", "-m", "bash", "-c", _ALONE, "_", *map(str, command)]
        return subprocess.run(
            alone,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def podman(self, *arguments: str | Path) -> str:
        """What podman writes, which must not fail."""
        ended = self.start(*arguments)
        assert ended.returncode == 0, f"podman {arguments}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def inspect(self, kind: str, name: str) -> Any:  # noqa: ANN401 - as podman has it
        return json.loads(self.podman(kind, "inspect", name))[0]

    def build(self, tag: str, context: Path = ROOT, **arguments: str) -> None:
        """Build the image of ``deploy/Dockerfile`` on the base image that is there."""
        certificates = "/etc/ssl/certs/ca-certificates.crt"
        command = [
            "buildah", "bud", "--pull-never", "--layers", "--isolation", "chroot",
            "--network", "host", "--signature-policy", str(self.folder / "policy.json"),
            "--format", "docker",  # of the two, the one that keeps HEALTHCHECK
            "--file", str(context / "deploy" / "Dockerfile"), "--tag", f"{IMAGE}:{tag}",
        ]  # fmt: skip
        if Path(certificates).exists():
            command += ["--volume", f"{certificates}:{certificates}:ro"]
        for name, value in arguments.items():
            command += ["--build-arg", f"{name}={value}"]
        built = self._run(*command, context)
        assert built.returncode == 0, f"{built.stdout[-4000:]}\n{built.stderr[-4000:]}"


@contextmanager
def containers() -> Iterator[Containers]:
    """A store with the base image; the test is skipped, and says why, where there can be none."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not on the path: {', '.join(missing)}; apt-get install them")
    if os.geteuid() != 0:
        pytest.skip("containers are run as root here")
    _make_base()
    folder = Path(tempfile.mkdtemp(prefix="rs-"))  # short: sockets are in it
    made = Containers(folder)
    try:
        made.podman("import", "--change", _PATH, _BASE_FILE, BASE)
        tried = made.start("run", "--rm", "--network", "host", BASE, "true")
        if tried.returncode:
            pytest.skip(f"no container runs here: {tried.stderr.strip()[-500:]}")
        yield made
    finally:
        made.start("pod", "kill", "--all")
        made.start("kill", "--all")
        shutil.rmtree(folder, ignore_errors=True)


def _make_base() -> None:
    if _BASE_FILE.exists():
        return
    _BASE_FILE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rs-") as folder:
        root = Path(folder) / "root"
        # Python's headers, which the real base has beside its Python
        packages = "python3,python3-dev,python3-pip,python3-venv,ca-certificates"
        made = run("debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", root)
        if made.returncode:
            pytest.skip(f"debootstrap: {made.stdout.strip()[-500:]}")
        (root / "usr" / "bin" / "python").symlink_to("python3")
        unfinished = _BASE_FILE.with_suffix(".part")
        with tarfile.open(unfinished, "w") as file:
            file.add(root, ".")
        unfinished.rename(_BASE_FILE)
