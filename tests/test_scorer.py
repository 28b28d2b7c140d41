"""``Scorer`` in Python: the records of the wire, typed errors, and the fingerprint."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from reward_server import ItemsError, NetworkFileError, ProfileError, Scorer, fingerprint
from reward_server.core.budget import Budget
from reward_server.core.evaluate import evaluate
from reward_server.core.model import Breakdown
from reward_server.core.tasks import Networks, Profile, derive
from reward_server.networks.load import load_networks
from reward_server.profile_files import find_profile, load_profile
from reward_server.profiles import PROFILES
from reward_server.wire.results import Result

Json = dict[str, Any]

SCORER = Scorer()
STATIONS = [*SCORER.networks["velmora/aldrina"].station_names[:6], "Atlantis", None]
YES: Json = {"task": "TorF1", "answer": 1, "completion": "\\boxed{yes}"}


def test_results_are_plain_records_of_the_documented_shape() -> None:
    results = SCORER.score([YES, YES | {"answer": None}], verbosity="full")
    TypeAdapter(list[Result]).validate_python(results, strict=True)
    assert [one["status"] for one in results] == ["ok", "error"]
    assert type(results[0]) is dict


def test_no_items_give_no_results() -> None:
    assert SCORER.score([]) == []


MALFORMED: dict[str, tuple[Json, str, str]] = {
    "an unknown field": ({"x": 1}, "x", "items[1].x: unknown field"),
    "an unknown task": ({"task": "x"}, "task", "items[1].task: expected 'TorF1'"),
    "a string for an answer": ({"answer": "1"}, "answer", "expected a valid integer, got '1'"),
    "a float for an answer": ({"answer": math.nan}, "answer", "expected a valid integer, got nan"),
    "a huge answer": ({"answer": 10**5000}, "answer", "got a number of more than 64 bits"),
    "an infinite answer": ({"answer": math.inf}, "answer", "expected a valid integer, got inf"),
    "bytes for a completion": ({"completion": b"x"}, "completion", "expected a valid string"),
    "a message that is none": (
        {"completion": ["x"]},
        "completion[0]",
        "items[1].completion[0]: expected an object, got 'x'",
    ),
}


@pytest.mark.parametrize(("change", "field", "message"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_item_raises_an_error_that_names_item_and_field(
    change: Json, field: str, message: str
) -> None:
    with pytest.raises(ItemsError) as raised:
        SCORER.score([YES, YES | change])
    assert (raised.value.index, raised.value.field) == (1, field)
    assert message in str(raised.value)


def test_half_a_surrogate_pair_in_a_completion_is_data() -> None:
    (one,) = SCORER.score([YES | {"completion": "\ud800 \\boxed{yes}"}], verbosity="full")
    assert one["correct"] is True


def test_an_unexpected_exception_is_that_items_internal_error_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_on_boom(
        completion: str,
        question: Mapping[str, Any],
        profile: Profile,
        networks: Networks,
        budget: Budget,
    ) -> Breakdown:
        if completion == "boom":
            raise ZeroDivisionError("secret")
        return evaluate(completion, question, profile, networks, budget)

    monkeypatch.setattr("reward_server.scorer.evaluate", fail_on_boom)
    good, bad = SCORER.score([YES, YES | {"id": "b", "completion": "boom"}])
    assert good["status"] == "ok"
    assert bad["reward"] is None
    assert bad["error"] == {
        "kind": "internal",
        "message": "the service failed on this item; its log says why",
        "retryable": True,
    }
    assert "item 'b' (TorF1) could not be scored" in caplog.text


@pytest.mark.parametrize("reward", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_leaves(monkeypatch: pytest.MonkeyPatch, reward: float) -> None:
    def broken(*_: object) -> Breakdown:
        return Breakdown(reward, True, 1.0, 1.0, 10.0, None, {}, frozenset(), None, None, None)

    monkeypatch.setattr("reward_server.scorer.evaluate", broken)
    (one,) = SCORER.score([YES])
    assert (one["status"], one["reward"]) == ("error", None)


ITEMS = st.fixed_dictionaries(
    {
        "task": st.sampled_from(["TorF1", "Counting1", "Counting2", "planning"]),
        "network": st.sampled_from(["velmora/aldrina", "lanhai/xingpu", "nowhere", None]),
        "station_1": st.sampled_from(STATIONS),
        "station_2": st.sampled_from(STATIONS),
        "answer": st.sampled_from([None, -1, 0, 1, 3]),
        "question_transfer_count": st.sampled_from([None, -1, 0, 1]),
        "question_form": st.sampled_from([None, "short", "via_count", "via_stops"]),
        "completion": st.builds(
            "Route Name: {}\nDeparture Stop: {}\nArrival Stop: {}\n\\boxed{{{}}}".format,
            st.sampled_from(["Amber Line", "Line 9"]),
            st.sampled_from(STATIONS),
            st.sampled_from(STATIONS),
            st.sampled_from(["yes", "A", "3", ""]),
        )
        | st.text(max_size=40),
    }
)


@given(st.lists(ITEMS, max_size=8), st.integers(0, 8))
def test_splitting_a_batch_changes_no_result(items: list[Json], at: int) -> None:
    assert SCORER.score(items) == SCORER.score(items[:at]) + SCORER.score(items[at:])


@given(ITEMS, st.sampled_from(list(PROFILES)))
def test_an_item_has_either_a_finite_reward_or_an_error(item: Json, profile: str) -> None:
    (one,) = Scorer(SCORER.networks, profile).score([item], verbosity="full")
    if one["status"] == "ok":
        assert one["reward"] is not None
        assert math.isfinite(one["reward"])
        assert one["error"] is None
    else:
        assert one["error"] is not None
        assert one["reward"] is None
        assert one["error"]["kind"] != "internal"


def test_a_folder_or_a_profile_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileError, match="no such folder"):
        Scorer(networks=str(tmp_path / "nowhere"))
    with pytest.raises(ProfileError, match="no profile 'x': expected one of robust, paper"):
        Scorer(profile="x")


TOML = """
name = "gentle"
base = "robust"
[weights]
alpha = 0.3
[planning]
lines = 5
"""


def test_a_profile_file_changes_constants_and_fingerprint(tmp_path: Path) -> None:
    file = tmp_path / "gentle.toml"
    file.write_text(TOML)
    profile = find_profile(str(file))
    assert (profile.name, profile.base) == ("gentle", "robust")
    assert profile.constants()["weights"]["alpha"] == 0.3
    before = PROFILES["robust"].constants()["planning"]
    assert profile.constants()["planning"] == before | {"lines": 5}
    gentle = Scorer(profile=file)
    assert gentle.fingerprint.startswith("gentle-1.1.0-")
    file.write_text(TOML.replace("0.3", "0.4"))
    assert Scorer(profile=file).fingerprint != gentle.fingerprint


BAD_PROFILES = {
    "name = ": "not TOML",
    'base = "robust"': "name: this field is required",
    'name = "a"': "base: this field is required",
    'name = "a"\nbase = "x"': "base: expected one of robust, paper, released, visual-rft,",
    'name = "paper"\nbase = "robust"': "name: 'paper' is the name of a built-in profile",
    'name = "a b"\nbase = "robust"': "name: expected 1 to 64 letters",
    'name = 1\nbase = "robust"': "name: expected a valid string, got 1",
    'name = "a"\nbase = "robust"\n[wieghts]\nalpha = 1': "[planning], got 'wieghts'",
    'name = "a"\nbase = "robust"\n[weights]\nalhpa = 1': "unknown constant weights.alhpa",
    'name = "a"\nbase = "robust"\n[planning]\nfirst_line = 1': "constant planning.first_line",
    'name = "a"\nbase = "robust"\n[weights]\nalpha = "1"': "weights.alpha: expected a number",
    'name = "a"\nbase = "robust"\n[weights]\nalpha = nan': "expected a number from 0 to",
    'name = "a"\nbase = "robust"\nweights = 1': "[counting], [planning], got 'weights'",
    'name = "a"\nbase = "robust"\n[weights]\nalpha = 9': "must stay below",
}


@pytest.mark.parametrize(("content", "message"), BAD_PROFILES.items(), ids=BAD_PROFILES.values())
def test_a_bad_profile_file_is_refused_by_name_and_reason(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(content)
    with pytest.raises(ProfileError) as raised:
        load_profile(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert message in str(raised.value)


def test_a_profile_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="No such file"):
        load_profile(tmp_path / "none.toml")


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = "from reward_server import Scorer; print(Scorer().fingerprint)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == SCORER.fingerprint


def test_the_fingerprint_changes_with_what_can_change_a_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    robust = PROFILES["robust"]
    seen = {fingerprint.fingerprint(robust, "one")}
    seen.add(fingerprint.fingerprint(robust, "other networks"))
    seen.add(fingerprint.fingerprint(PROFILES["paper"], "one"))
    seen.add(fingerprint.fingerprint(derive(robust, "robust", {"weights": {"alpha": 0.4}}), "one"))
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "library_versions", lambda: {"rapidfuzz": "0"})
        seen.add(fingerprint.fingerprint(robust, "one"))
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "code_digest", lambda: "other code")
        seen.add(fingerprint.fingerprint(robust, "one"))
    assert len(seen) == 6


def test_the_code_digest_covers_core_and_networks() -> None:
    package = Path(fingerprint.__file__).parent
    covered = {
        path for part in fingerprint.CODE for path, _ in fingerprint.sources(package / part, part)
    }
    assert {
        "core/evaluate.py",
        "core/transit/parse_route.py",
        "networks/load.py",
        "wire/items.py",
    } <= covered
    expected = {
        path.relative_to(package).as_posix()
        for part in ("core", "networks")
        for path in (package / part).rglob("*.py")
    }
    assert expected <= covered


def test_networks_that_are_loaded_already_take_no_overlays() -> None:
    with pytest.raises(ValueError, match="load them with overlays"):
        Scorer(load_networks(None), overlays="reasonmap")
