"""Settings of the service: the only reader of the environment and of the settings file.

What a flag of ``serve`` says comes before the environment (``REWARD_SERVER_<NAME>``), that
before a TOML file, and that before the defaults.
"""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .scorer import LONGEST_COMPLETION
from .wire.problems import problems

PREFIX = "REWARD_SERVER_"
#: Names the settings file where no ``--config`` does.
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
# What Kubernetes puts into the environment of every pod where a Service is called reward-server;
# besides these, REWARD_SERVER_PORT itself, as tcp://ADDRESS:PORT.
_SERVICE_LINK = re.compile(rf"{PREFIX}(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\d+_.*)")
# host-name = "*" / ["*."] label *("." label)
_HOST_NAME = re.compile(r"\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LINKED_PORT = "tcp://"
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


#: Settings without a flag: whoever may list the processes sees those.
SECRETS = frozenset({"tokens"})


class SettingsError(ValueError):
    """Settings that no service can start with; the message is a sentence that names them."""


def usable_cores() -> int:
    """The cores that this process may run on, no more than its container's CPU quota."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    # "max 100000" where there is no quota
    with suppress(OSError, ValueError):
        quota, period = map(int, _CPU_QUOTA.read_text(encoding="ascii").split())
        cores = min(cores, math.ceil(quota / period))
    return max(cores, 1)


def _split(paths: object) -> object:
    return paths.split(os.pathsep) if isinstance(paths, str) else paths


def _split_at_commas(given: object) -> object:
    return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


def _host_name(name: str) -> str:
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("a name such as reward.example.org or *.example.org, without a port, or *")
    return name.lower()


#: A name that ``Host`` may have, in lower case.
HostName = Annotated[str, AfterValidator(_host_name)]


class Settings(BaseSettings):
    """What a service is started with; of a field, the docstring is its public description.

    ``Settings(...)`` reads nothing: it has the given values and the defaults, and raises
    pydantic's ``ValidationError``. ``load_settings`` reads.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    host: str = "127.0.0.1"
    """The address to listen at; by default reached from this machine only."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """The port to listen at; 0 takes a free one."""
    allowed_hosts: Annotated[
        tuple[HostName, ...] | None, NoDecode, BeforeValidator(_split_at_commas)
    ] = None
    """Names for `Host`, separated by commas; without it any, but on loopback only local ones."""
    workers: PositiveInt = Field(default_factory=usable_cores)
    """Processes; each scores on one core."""
    networks: Path | None = None
    """Folder of `<country>/<city>.json`; without it the bundled cities are loaded."""
    overlays: str | None = None
    """Overlays for these cities: `reasonmap`, or a folder of `<country>/<city>.overlay.json`."""
    profile: str = "robust"
    """The default profile: a name, or the path of a TOML or Python file."""
    profiles: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)] = ()
    """Further profiles to serve: names, TOML or Python files; separated as in `PATH`."""
    max_body_bytes: PositiveInt = 64 * 2**20
    """Bytes of a request's body, also once it is decompressed; more is refused with 413."""
    max_items: PositiveInt = 16_384
    """Items of a request; more is refused with 413."""
    max_completion_characters: PositiveInt = LONGEST_COMPLETION
    """Characters of a completion; a longer one is an error of its item."""
    max_items_in_flight: PositiveInt = Field(default=65_536, validate_default=True)
    """Items that a worker has taken and not yet answered; beyond it requests get 429."""
    max_bytes_in_flight: PositiveInt = Field(default=256 * 2**20, validate_default=True)
    """Bytes of bodies that a worker holds; beyond it requests get 429."""
    body_seconds: PositiveFloat = 30.0
    """Within which a body must have come whole; a slower client gets 408."""
    idle_seconds: PositiveInt = 75
    """After which a connection without a request is closed."""
    drain_seconds: PositiveFloat = 25.0
    """For which a stopped service goes on with what it has taken."""
    tokens: Annotated[tuple[SecretStr, ...] | None, NoDecode, BeforeValidator(_split_at_commas)] = (
        None
    )
    """Bearer tokens of callers, separated by commas; with neither these nor a file all may call."""
    tokens_file: Path | None = None
    """File with a bearer token a line; read again whenever it changes."""
    protect_metrics: bool = False
    """Whether `/metrics` asks for a token too."""
    protect_health: bool = False
    """Whether `/healthz` and `/readyz` ask for a token too."""
    explorer: bool = True
    """Whether there is a page at `/` that shows scores, and one at `/spec` with the rules."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """Form of the log's lines on stderr; `auto` is text on a terminal and JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged; `debug` has the requests of probes too."""
    log_completions: bool = False
    """Whether the log has each item with its completion; without it, it never quotes one."""

    @field_validator("max_items_in_flight", "max_bytes_in_flight")
    @classmethod
    def _room_for_one_request(cls, value: int, info: ValidationInfo) -> int:
        of_one = {"max_items_in_flight": "max_items", "max_bytes_in_flight": "max_body_bytes"}
        least = of_one[str(info.field_name)]
        if value < info.data.get(least, 0):
            raise ValueError(f"at least {least}, which is {info.data[least]}")
        return value

    @classmethod
    def settings_customise_sources(  # noqa: D102 - pydantic-settings' own
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def flag_of(name: str) -> str:
    """The flag of a setting: max_items -> --max-items."""
    return f"--{name.replace('_', '-')}"


def variable_of(name: str) -> str:
    """The variable of a setting: max_items -> REWARD_SERVER_MAX_ITEMS."""
    return f"{PREFIX}{name.upper()}"


def default_of(name: str) -> str:
    """The default of a setting, in words."""
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return field.default_factory.__name__.replace("_", " ")
    return _in_words(field.default)


def shown(settings: Settings, name: str) -> str:
    """The value of a setting, in words."""
    return _in_words(getattr(settings, name))


def load_settings(
    flags: Mapping[str, object] | None = None, file: Path | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each that is not by default the flag, variable or file it is from.

    ``flags``: values by the names of their settings. ``file``: a TOML file; ``None``: the one
    that the environment names, if any. Raises ``SettingsError``.
    """
    if file is None and (named := os.environ.get(CONFIG_VARIABLE)):
        file = Path(named)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, value in (_from_file(file) if file else {}).items():
        values[name], origins[name] = value, f"{file}: {name}"
    for name, value in _from_environment().items():
        values[name], origins[name] = value, variable_of(name)
    for name, value in (flags or {}).items():
        values[name], origins[name] = value, flag_of(name)
    try:
        return Settings(**values), origins
    except ValidationError as error:
        # only the first: one sentence
        path, message = problems(error)[0]
        name = re.split(r"[.\[]", path)[0]
        raise SettingsError(f"{origins.get(name, name)}: {message}") from error


def _from_file(file: Path) -> dict[str, Any]:
    try:
        values = TomlConfigSettingsSource(Settings, file).toml_data
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: expected TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    if not file.is_file():  # which the source takes for an empty one
        why = "expected a regular file" if file.exists() else "no such file"
        raise SettingsError(f"{file}: {why}")
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(f"{file}: {_unknown(name, list(Settings.model_fields))}")
    return values


def _from_environment() -> dict[str, Any]:
    known = list(map(variable_of, Settings.model_fields))
    for variable in os.environ:
        ours = variable.startswith(PREFIX) and variable not in {*known, CONFIG_VARIABLE}
        if ours and not _SERVICE_LINK.fullmatch(variable):
            raise SettingsError(_unknown(variable, known))
    for name in SECRETS:
        if os.environ.get(variable_of(name)) == "":  # a secret that is missing protects nothing
            raise SettingsError(f"{variable_of(name)}: expected a value, got none; unset it?")
    values = EnvSettingsSource(Settings)()
    if str(values.get("port")).startswith(_LINKED_PORT):
        del values["port"]
    return values


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
    return f"unknown setting {name!r}; {hint}"


def _in_words(value: object) -> str:
    if isinstance(value, tuple):
        paths = all(isinstance(part, Path) for part in value)
        value = (os.pathsep if paths else ",").join(map(str, value)) or None
    return "none" if value is None else str(value)
