"""What the parts of the reward are worth, in small: three ways to train, five seeds, one budget.

For each seed a tiny model is taught by supervision to answer in form, by a teacher who is right
half of the time; from there GRPO goes on with (a) correctness alone, (b) the detail component
added, (c) the curriculum's stages as well. ``make learning`` writes the curves, the table and the
verdict into this folder; on two cores it takes about half an hour. On a GPU, ``--width 512
--layers 8 --steps 2000``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from tests.bench.learning.report import write_report

HERE = Path(__file__).parent


def main() -> None:
    """Run what is missing in the working folder, then write the report."""
    asked = _arguments()
    asked.work.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    console = Console(stderr=True)
    seeds = range(1, asked.seeds + 1)
    with Progress(console=console) as progress, ThreadPoolExecutor(asked.processes) as pool:
        bar = progress.add_task("runs", total=asked.seeds * (1 + len(ARMS)))

        def done(result: Path) -> Path:
            progress.advance(bar)
            return result

        models = list(pool.map(lambda seed: done(_pretrained(asked, seed)), seeds))
        wanted = [
            (arm, seed, model) for seed, model in zip(seeds, models, strict=True) for arm in ARMS
        ]
        curves = list(pool.map(lambda each: done(_trained(asked, *each)), wanted))
    minutes = (time.monotonic() - started) / 60
    console.print(f"{minutes:.1f} minutes on {asked.processes} processes")
    write_report([_read(curve) for curve in curves], asked.out)


#: Names of ``run.ARMS``, which this process need not import with all of torch.
ARMS = ("correctness only", "+ detail", "+ detail + stages")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/learning"))
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--supervised-steps", type=int, default=800)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--reliability", type=float, default=0.5)
    return parser.parse_args()


def _pretrained(asked: argparse.Namespace, seed: int) -> Path:
    model: Path = asked.work / f"supervised-{seed}"
    if not (model / "tokenizer.json").exists():
        _python(
            "pretrain",
            f"--out={model}",
            f"--seed={seed}",
            f"--steps={asked.supervised_steps}",
            f"--width={asked.width}",
            f"--layers={asked.layers}",
            f"--reliability={asked.reliability}",
        )
    return model


def _trained(asked: argparse.Namespace, arm: str, seed: int, model: Path) -> Path:
    curve: Path = asked.work / f"{ARMS.index(arm)}-{seed}.json"
    if not curve.exists():
        _python(
            "run",
            f"--model={model}",
            f"--out={curve}",
            f"--arm={arm}",
            f"--seed={seed}",
            f"--steps={asked.steps}",
            f"--prompts={asked.prompts}",
        )
    return curve


def _python(module: str, *options: str) -> None:
    """Run a module of this folder on one core; its output is shown where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.learning.{module}", *options],
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{module} {' '.join(options)}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def _read(curve: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(curve.read_text("utf-8"))
    return content


if __name__ == "__main__":
    main()
