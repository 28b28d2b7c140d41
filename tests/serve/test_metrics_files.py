"""A full disk is told at the start, not by SIGBUS; a death loses no counts and adds no files."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reward_server.serve.metrics_files import BYTES_OF_WORKER

from ..faults.conftest import faults_logged, workers
from ..serving import SECONDS, Served, fetch, serving, until
from .test_supervisor import starts

Json = dict[str, Any]


def start_on_a_disk_of(kilobytes: int, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """The service, its metrics in a file system of that size; needs a mount of its own."""
    mounted = f"mount -t tmpfs -o size={kilobytes}k none {folder} && exec"
    served = f"{sys.executable} -m reward_server.cli serve --port 0 {' '.join(options)}"
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{mounted} {served}"]
    variables = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    with (folder.parent / "stderr").open("wb") as log:
        return subprocess.Popen(command, env=variables, stderr=log)


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = "unshare --map-root-user --mount mount -t tmpfs none /mnt".split()
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_mount = pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")


@needs_mount
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kilobytes", [4, 64, 500])
def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, count: int, kilobytes: int) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    process = start_on_a_disk_of(kilobytes, folder, "--workers", str(count))
    assert process.wait(SECONDS) == 2
    told = (tmp_path / "stderr").read_text()
    assert told.startswith(f"reward-server: {folder}: no room for the metrics, {count} MiB")
    assert told.count("\n") == 1


@needs_mount
def test_a_disk_that_is_full_later_ends_no_worker(tmp_path: Path) -> None:
    folder, log = tmp_path / "metrics", tmp_path / "stderr"
    folder.mkdir()
    process = start_on_a_disk_of(2 * BYTES_OF_WORKER // 1024 + 64, folder, "--workers", "2")
    try:
        until(lambda: log.read_text().count("Application startup complete.") == 2, log.read_text)
        (port,) = re.findall(r"running on http://127.0.0.1:(\d+)", log.read_text())
        url = f"http://127.0.0.1:{port}"
        # inside its mount
        filler = Path(f"/proc/{process.pid}/root{folder}/filler")
        with filler.open("wb") as file, pytest.raises(OSError, match="No space"):
            file.write(bytes(4 * BYTES_OF_WORKER))
        for _ in range(50):
            assert fetch(f"{url}/score", {"items": []})[0] == 200
        ended = min(children(process.pid))
        os.kill(ended, signal.SIGKILL)
        until(lambda: log.read_text().count("Application startup complete.") == 3, log.read_text)
        assert fetch(f"{url}/metrics")[0] == 200
        assert log.read_text().count("was ended by") == 1
    finally:
        process.terminate()
        assert process.wait(SECONDS) == 0


def children(pid: int) -> list[int]:
    """Its workers, without the process that multiprocessing has beside them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in listed}
    return [child for child, command in commands.items() if b"spawn_main" in command]


def counted(served: Served) -> float:
    page = fetch(f"{served.url}/metrics")[1]
    series = r'^reward_server_requests_total\{route="/score",status="200"\} (\S+)'
    (number,) = re.findall(series, page, re.MULTILINE)
    return float(number)


def test_a_worker_that_dies_leaves_its_counts_and_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    with serving(tmp_path, "--workers", "2", variables=variables) as served:
        for deaths in range(4):
            until(lambda: starts(served) == 2 + deaths)  # noqa: B023 - now
            assert counted(served) == 10 * deaths
            assert len(list(folder.iterdir())) == 8
            for _ in range(10):
                assert fetch(f"{served.url}/score", {"items": []})[0] == 200
            os.kill(min(workers(served)), signal.SIGKILL)
        until(lambda: starts(served) == 6)
        page = fetch(f"{served.url}/metrics")[1]
        assert "\nreward_server_workers 2.0\n" in page
        assert served.stop() == 0
    assert not faults_logged(served)


def test_a_worker_has_the_room_that_is_made_sure_of(tmp_path: Path) -> None:
    variables = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    with serving(tmp_path, "--workers", "1", variables=variables):
        files = list((tmp_path / "metrics").iterdir())
        assert sum(file.stat().st_size for file in files) <= BYTES_OF_WORKER
        for file in files:  # all its bytes are the disk's, not only promised
            assert file.stat().st_blocks * 512 >= file.stat().st_size
