"""Profiles from files: a built-in one with other constants (TOML), or rules of one's own (Python).

```toml
name = "gentle"
base = "robust"

[weights]
alpha = 0.3

[planning]
lines = 5.0
```

``GET /metadata`` shows the tables and constants of each profile. A Python file has a ``PROFILE``,
as those in ``profiles/`` have; ``reward-server new-profile`` writes one to begin with.
"""

from __future__ import annotations

import re
import sys
import tomllib
import traceback
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.errors import PydanticUserError

from .core.tasks import Profile, ProfileError, derive, rules
from .files import read_text
from .profiles import built_in, names
from .wire.items import items_of
from .wire.problems import problems

#: What a profile may be called: it stands in fingerprints and file names.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class _ProfileFile(BaseModel):
    """``name`` and ``base``; all else are tables of constants, as the base has them."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: str
    base: str


def load_profile(path: Path) -> Profile:
    """The profile of a file: constants in TOML, or rules in Python (``.py``).

    Raises ``ProfileError``, which names the file and what was expected there.
    """
    try:
        if path.suffix == ".py":
            return _checked(_executed(path.resolve(), path.read_bytes()))
        content = _ProfileFile.model_validate(tomllib.loads(read_text(path)))
        return _derived(content)
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        raise ProfileError(f"{path}: {'; '.join(map(str, problems(error)))}") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def find_profile(name: str) -> Profile:
    """The built-in profile of that name, or else the one in the file of that path.

    Raises ``ProfileError``.
    """
    found = built_in(name)
    if found is not None:
        return found
    if not name.endswith((".toml", ".py")):
        raise ProfileError(
            f"no profile {name!r}: expected one of {', '.join(names())}, or the "
            "path of a .toml or .py file"
        )
    return load_profile(Path(name))


def _derived(content: _ProfileFile) -> Profile:
    base = built_in(content.base)
    if base is None:
        raise ProfileError(f"base: expected one of {', '.join(names())}, got {content.base!r}")
    return derive(base, _free_name(content.name), content.model_extra or {})


def _free_name(name: str) -> str:
    """The name of a profile of one's own. Raises ``ProfileError``."""
    if name in names():
        raise ProfileError(f"name: {name!r} is the name of a built-in profile")
    if not _NAME.fullmatch(name):
        raise ProfileError(f"name: expected 1 to 64 letters, digits, '_', '.' or '-', got {name!r}")
    return name


@lru_cache
def _executed(path: Path, source: bytes) -> Profile:
    """What a Python file calls ``PROFILE``; the same file is run once in a process.

    Raises ``ProfileError`` with the line at which it fails.
    """
    digest = sha256(source.replace(b"\r\n", b"\n")).hexdigest()
    module = ModuleType(f"reward_server_own_{digest[:16]}")
    module.__file__ = str(path)
    # where typing looks for what the annotations of its records name
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - what it is for
    except SyntaxError as error:
        raise ProfileError(f"line {error.lineno}: not Python: {error.msg}") from error
    except ProfileError:
        raise
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(path)
        ]
        where = f"line {lines[-1]}: " if lines else ""
        raise ProfileError(f"{where}{type(error).__name__}: {error}") from error
    profile = getattr(module, "PROFILE", None)
    if not isinstance(profile, Profile):
        raise ProfileError(
            "expected PROFILE = Profile(...), such as reward-server new-profile writes; "
            f"got {'none' if profile is None else type(profile).__name__}"
        )
    return replace(profile, name=_free_name(profile.name), base=profile.name, digest=digest)


def _checked(profile: Profile) -> Profile:
    """A profile of which all is as the service needs it. Raises ``ProfileError``."""
    if not profile.tasks:
        raise ProfileError("tasks: expected at least one, got none")
    for name, task in profile.tasks.items():
        try:
            rules(task, profile.weights)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise ProfileError(
                f"tasks[{name!r}].terms: expected rules in words, with names of constants in "
                f"braces, got {error}"
            ) from error
    try:
        items_of(tuple((name, task.fields) for name, task in profile.tasks.items()))
    except (PydanticUserError, TypeError, NameError, AttributeError) as error:
        first_line = str(error).partition("\n")[0]
        raise ProfileError(f"tasks: their fields make no records: {first_line}") from error
    return profile
