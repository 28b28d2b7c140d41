"""The short form of the soak: seconds instead of minutes, so with more room for goodput and memory.

That goodput in overload stays within 20% of the capacity only the long form can say.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench" / "bench_soak.py"


def test_full_speed_and_overload_break_no_promise(tmp_path: Path) -> None:
    # with the bundled cities and completions, which are sooner ready
    variables = os.environ | {"REASONMAP_DIR": str(tmp_path)}
    command = [sys.executable, str(BENCH), "--seconds", "7"]
    ended = subprocess.run(
        command, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
