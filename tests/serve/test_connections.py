"""One connection at a time: what a process may hold, and what a client may send."""

from __future__ import annotations

import subprocess
import sys

OPEN_FILES = """
import resource
from reward_server.serve.connections import allow_many_connections
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
allow_many_connections()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most))
"""


def test_a_process_opens_as_many_files_as_it_may() -> None:
    run = subprocess.run(
        [sys.executable, "-c", OPEN_FILES], capture_output=True, text=True, check=True
    )
    assert run.stdout == "True\n"
