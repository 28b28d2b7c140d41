"""What a worker does about memory: each test in a process of its own, as it holds for all of it."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

#: Pages that the system had to clear while 20 bodies of 16 MiB came and went, one after another.
BODIES = """
import resource
from reward_server.serve.memory import keep_freed_memory
{first}
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
len(bytearray(16 * 2**20))
before = faults()
for _ in range(20):
    len(bytearray(16 * 2**20))
print(faults() - before)
"""
GARBAGE = """
import gc
from reward_server.serve.memory import collect_garbage_rarely
network = [[] for _ in range(1000)]
collect_garbage_rarely()
assert not any(kept is network for kept in gc.get_objects())
print(gc.get_freeze_count())
begun = gc.get_stats()[0]["collections"]
batch = [[] for _ in range(50_000)]
print(gc.get_stats()[0]["collections"] - begun)
"""


def output(code: str) -> list[int]:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [int(line) for line in run.stdout.split()]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these settings")
def test_the_memory_of_a_body_is_used_for_the_next() -> None:
    (as_usual,) = output(BODIES.format(first=""))
    (kept,) = output(BODIES.format(first="keep_freed_memory()"))
    assert kept < as_usual / 10


def test_the_garbage_collector_leaves_out_what_is_loaded_and_a_batch() -> None:
    frozen, collections = output(GARBAGE)
    assert frozen > 1000
    assert collections == 0
