"""Settings: flags over environment over a file over defaults; wrong ones stop the start."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reward_server import settings as module
from reward_server.cli import app
from reward_server.settings import (
    SECRETS,
    Settings,
    SettingsError,
    default_of,
    flag_of,
    load_settings,
    shown,
    usable_cores,
    variable_of,
)

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in os.environ:
        if variable.startswith("REWARD_SERVER_"):
            monkeypatch.delenv(variable)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "server.toml"
    file.write_text('host = "0.0.0.0"\nport = 1\nmax_items = 1\nprofiles = ["a.toml"]\n')
    return file


def test_a_flag_comes_before_the_environment_before_the_file_before_the_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REWARD_SERVER_PORT", "2")
    monkeypatch.setenv("REWARD_SERVER_MAX_ITEMS", "2")
    settings, origins = load_settings({"max_items": "3"}, file)
    assert (settings.max_items, settings.port, settings.host) == (3, 2, "0.0.0.0")  # noqa: S104
    assert settings.profile == "robust"
    assert origins == {
        "max_items": "--max-items",
        "port": "REWARD_SERVER_PORT",
        "host": f"{file}: host",
        "profiles": f"{file}: profiles",
    }


def test_the_environment_may_name_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_CONFIG", str(file))
    assert load_settings()[0].port == 1


def test_several_profiles_stand_in_a_variable_as_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_PROFILES", os.pathsep.join(["a.toml", "b.toml"]))
    assert load_settings()[0].profiles == (Path("a.toml"), Path("b.toml"))


def test_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_ALLOWED_HOSTS", "Rewards.example, *.rewards.svc")
    settings = load_settings()[0]
    assert settings.allowed_hosts == ("rewards.example", "*.rewards.svc")
    assert shown(settings, "allowed_hosts") == "rewards.example,*.rewards.svc"


@pytest.mark.parametrize("wrong", ["http://a.example", "a.example:80", "a.*.example", "a b", ","])
def test_what_is_no_name_of_a_host_is_told(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"--allowed-hosts.*expected a name such as"):
        load_settings({"allowed_hosts": wrong})


def test_an_empty_variable_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_NETWORKS", "")
    assert load_settings()[0].networks is None


def test_settings_that_are_made_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_PORT", "1")
    assert Settings().port == 8080


def test_settings_travel_to_worker_processes() -> None:
    settings = Settings(port=1, networks=Path("n"), profiles=(Path("a.toml"),))
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own


def test_what_kubernetes_says_of_a_service_of_our_name_is_no_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = {
        "PORT": "tcp://10.0.0.1:80",
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "80",
        "SERVICE_PORT_HTTP": "80",
        "PORT_80_TCP": "tcp://10.0.0.1:80",
        "PORT_80_TCP_ADDR": "10.0.0.1",
    }
    for name, value in links.items():
        monkeypatch.setenv(f"REWARD_SERVER_{name}", value)
    assert load_settings() == (Settings(), {})


def test_workers_are_by_default_as_many_as_cores_that_may_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(module, "_CPU_QUOTA", quota)
    all_of_them = len(os.sched_getaffinity(0))
    assert Settings().workers == usable_cores() == all_of_them
    quota.write_text("max 100000\n")
    assert usable_cores() == all_of_them
    quota.write_text("50000 100000\n")
    assert usable_cores() == 1


WRONG = {
    "a value in the environment": (
        {"REWARD_SERVER_PORT": "x"},
        "",
        {},
        "REWARD_SERVER_PORT: expected a valid integer",
    ),
    "a value in the file": ({}, 'port = "x"', {}, "server.toml: port: expected a valid integer"),
    "a value of a flag": (
        {},
        "",
        {"max_items": "0"},
        "--max-items: expected greater than 0, got '0'",
    ),
    "an unknown variable": (
        {"REWARD_SERVER_PROT": "1"},
        "",
        {},
        "unknown setting 'REWARD_SERVER_PROT'; did you mean REWARD_SERVER_PORT?",
    ),
    "an unknown key": ({}, "prot = 1", {}, "unknown setting 'prot'; did you mean port?"),
    "a key like no other": ({}, "xyz = 1", {}, "unknown setting 'xyz'; expected one of host, "),
    "no TOML": ({}, "port 1", {}, "server.toml: expected TOML: "),
    "a bound below what one request may have": (
        {},
        "max_items = 70000",
        {},
        "max_items_in_flight: expected at least max_items, which is 70000, got 65536",
    ),
}


@pytest.mark.parametrize(("variables", "text", "flags", "message"), WRONG.values(), ids=WRONG)
def test_wrong_settings_are_told_in_a_sentence_that_names_them(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    text: str,
    flags: dict[str, str],
    message: str,
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    file = tmp_path / "server.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(flags, file)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_settings_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD_SERVER_DRAIN_SECONDS", "soon")
    for command in (["serve"], ["config"], ["serve", "--config", "nowhere.toml"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        assert result.stderr.startswith("reward-server: ")
        assert result.stderr.count("\n") == 1


def test_config_shows_each_setting_its_value_and_where_it_is_from(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REWARD_SERVER_WORKERS", "3")
    output = CliRunner().invoke(app, ["config", "--config", str(file), "--profile", "paper"]).stdout
    for row in (
        r"max_items .* 1 .*server.toml: max_items",
        "workers .* 3 .* REWARD_SERVER_WORKERS",
        "profile .* paper .* --profile",
        "drain_seconds .* 25.0 .* default",
    ):
        assert re.search(row, output), row
    for name in Settings.model_fields:
        assert f" {name} " in output


def flag(name: str) -> str:
    return "" if name in SECRETS else f"`{flag_of(name)}`"


def test_an_empty_secret_stops_the_start_and_has_no_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        "--tokens " not in CliRunner().invoke(app, ["serve", "--help"], terminal_width=300).stdout
    )
    monkeypatch.setenv("REWARD_SERVER_TOKENS", "")
    with pytest.raises(SettingsError, match="REWARD_SERVER_TOKENS: expected a value"):
        load_settings()


def test_the_readme_has_each_setting_with_its_variable_default_and_meaning() -> None:
    expected = [
        f"| {flag(name)} | `{variable_of(name)}` | {default_of(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    section = README.read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "`REWARD_" in line]
    assert rows == expected, "\n".join(["README.md, section Settings, should have:", *expected])
