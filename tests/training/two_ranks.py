"""A run on two ranks, of which one may have no service; started by torchrun.

``two_ranks.py MODEL FOLDER MAX_FAILED_STEPS URL_OF_RANK_0 URL_OF_RANK_1``; each rank writes what it
logged.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from transformers import TrainerCallback

from tests.training.runs import train
from trainer_client.trl import reward_function


class Kept(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Keeps each record that this rank logs."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def on_log(self, *_: object, logs: dict[str, Any], **__: object) -> None:
        self.records.append(dict(logs))


def main(model: str, folder: str, most: str, *urls: str) -> None:
    """Train, and write the records and the completions of this rank's log."""
    rank = int(os.environ["RANK"])
    kept = Kept()
    run = train(
        "GRPO",
        model,
        reward_function(urls[rank], deadline_s=1, max_failed_steps=int(most)),
        Path(folder),
        callbacks=[kept],
        per_device_train_batch_size=4,
        ddp_backend="gloo",
    )
    (Path(folder) / f"rank{rank}.json").write_text(json.dumps(kept.records))
    run.table.to_parquet(Path(folder) / f"rank{rank}.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
