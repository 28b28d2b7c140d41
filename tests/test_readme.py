"""What the README shows is what the service does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.networks.overlay import NetworkOverlay
from reward_server.profile_files import load_profile
from reward_server.profiles import PROFILES
from reward_server.settings import Settings
from reward_server.wire.results import ItemErrorKind

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, holding: str) -> str:
    """The one block of code in a language that holds a text."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [body for body in blocks if holding in body]
    return found


def test_the_request_gets_the_reply_beside_it() -> None:
    (body,) = re.findall(r"-d '(.*?)'", block("sh", "curl"), re.DOTALL)
    shown = json.loads(block("json", '"fingerprint"'))
    with TestClient(create_app(Settings())) as client:
        reply = client.post("/score", content=body).json()
    assert re.fullmatch(r"robust-1\.1\.0-[0-9a-f]{16}", shown.pop("fingerprint"))
    assert shown == {key: reply[key] for key in shown}
    assert set(reply) == {*shown, "fingerprint"}


def test_every_kind_of_error_that_a_reply_can_have_is_told() -> None:
    kinds = {kind for kinds in get_args(ItemErrorKind) for kind in get_args(kinds)}
    in_replies = kinds - {"malformed"}  # only files of items have lines that are none
    runbook = (ROOT / "deploy" / "RUNBOOK.md").read_text(encoding="utf-8")
    for text in (README, runbook):
        assert {kind for kind in in_replies if f"`{kind}`" not in text} == set()


def test_the_profile_file_is_one(tmp_path: Path) -> None:
    file = tmp_path / "gentle.toml"
    file.write_text(block("toml", "gentle"), encoding="utf-8")
    profile = load_profile(file)
    assert (profile.name, profile.weights.alpha, profile.constants()["planning"]["surplus"]) == (
        "gentle",
        0.3,
        2.5,
    )
    assert all(f"`{name}`" in README for name in PROFILES)


def test_the_overlay_is_one() -> None:
    overlay = NetworkOverlay.model_validate_json(block("json", '"aliases"')).to_core()
    assert overlay.loops == ("Line 2",)
    assert overlay.branches["Line 10"][0].junction == "龙溪路站"
