"""Profiles from TOML files: a built-in profile with changed constants, under a name of its own.

```toml
name = "gentle"
base = "robust"

[weights]
alpha = 0.3

[planning]
lines = 5.0
```

``GET /metadata`` shows the tables and constants of each profile.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .core.tasks import Profile, ProfileError, derive
from .files import read_text
from .profiles import PROFILES
from .wire.problems import problems

#: What a profile may be called: it stands in fingerprints and file names.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class _ProfileFile(BaseModel):
    """``name`` and ``base``; all else are tables of constants, as the base has them."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: str
    base: str


def load_profile(path: Path) -> Profile:
    """The profile that a TOML file describes.

    Raises ``ProfileError``, which names the file and what was expected there.
    """
    try:
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
    """The built-in profile of that name, or else the one in the TOML file of that path.

    Raises ``ProfileError``.
    """
    if name in PROFILES:
        return PROFILES[name]
    if not name.endswith(".toml"):
        raise ProfileError(
            f"no profile {name!r}: expected one of {', '.join(PROFILES)}, or the "
            "path of a .toml file"
        )
    return load_profile(Path(name))


def _derived(content: _ProfileFile) -> Profile:
    if content.base not in PROFILES:
        raise ProfileError(f"base: expected one of {', '.join(PROFILES)}, got {content.base!r}")
    if content.name in PROFILES:
        raise ProfileError(f"name: {content.name!r} is the name of a built-in profile")
    if not _NAME.fullmatch(content.name):
        raise ProfileError(
            f"name: expected 1 to 64 letters, digits, '_', '.' or '-', got {content.name!r}"
        )
    return derive(PROFILES[content.base], content.name, content.model_extra or {})
