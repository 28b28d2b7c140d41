"""The README's five minutes, as they are written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .runs import counted, dataset

pytestmark = pytest.mark.filterwarnings("ignore")  # of other projects' code
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
#: What the README has, and what stands in its place here: a model and a run that are tiny.
TINY = "max_steps=1, max_completion_length=4, use_cpu=True, bf16=False, report_to='none', "


def test_the_script_trains_on_the_service(
    url: str, text_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = re.search(r"```python\n(from datasets import.*?)```", README, re.DOTALL)
    assert script is not None
    code = script[1]
    for written, here in {
        "Qwen/Qwen2.5-VL-3B-Instruct": text_model,
        "http://127.0.0.1:8080": url,
        'GRPOConfig("out", ': f'GRPOConfig("out", {TINY}',
    }.items():
        assert written in code
        code = code.replace(written, here)
    monkeypatch.chdir(tmp_path)
    dataset(chat=True).to_json("questions.jsonl")
    before = counted(url, "reward_server_items_total")
    exec(code, {})  # noqa: S102 - it is the README's
    assert counted(url, "reward_server_items_total") - before == 8
