"""Where a file belongs, nothing else is read or waited for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reward_server.files import read_text

from .serving import SECONDS


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def a_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a pipe": a_link_to_a_pipe,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a socket": a_socket,
    "nothing": lambda _: None,
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_only_a_regular_file_is_read(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "a")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - which one, depends on the system
        read_text(tmp_path / "a")
    assert caught.value.strerror


@pytest.mark.parametrize("text", ["", "a", "a\nb\r\n", "Žižkov 上海"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a"
    file.write_bytes(text.encode("utf-8"))
    assert read_text(file) == text
    file.write_bytes(text.encode("utf-8-sig"))
    assert read_text(file) == text
    (tmp_path / "link").symlink_to(file)  # as Kubernetes mounts a secret
    assert read_text(tmp_path / "link") == text


#: An option of serve, and its value in a folder where ``land/a.json`` and ``a.toml`` are pipes.
OPTIONS = {
    "--tokens-file": "a.toml",
    "--profile": "a.toml",
    "--profiles": "a.toml",
    "--config": "a.toml",
    "--networks": ".",
}


@pytest.mark.parametrize(("option", "value"), OPTIONS.items(), ids=OPTIONS)
def test_a_service_does_not_wait_for_a_pipe(tmp_path: Path, option: str, value: str) -> None:
    (tmp_path / "land").mkdir()
    os.mkfifo(tmp_path / "land" / "a.json")
    os.mkfifo(tmp_path / "a.toml")
    command = [sys.executable, "-m", "reward_server.cli", "serve", option, str(tmp_path / value)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert run.returncode == 2
    assert "expected a regular file" in run.stderr
    assert run.stderr.count("\n") == 1
