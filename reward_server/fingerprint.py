"""The fingerprint: which reward this is, in one string.

It changes when anything changes that could change a score of a loaded network: the code,
the profile, the networks, or a library. It is the same on every machine and install. The
networks of a request are not in it: they travel with the request.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from .core.tasks import Profile

#: Where the code stands that can change a score: packages and modules of this package.
CODE = ("core", "networks", "profiles", "wire", "scorer.py")
_LIBRARIES = ("networkx", "rapidfuzz")
_DIGITS = 16


def fingerprint(profile: Profile, networks_digest: str) -> str:
    """``<profile>-<version>-<16 hexadecimal digits>``."""
    parts = {
        "code": code_digest(),
        "libraries": library_versions(),
        "networks": networks_digest,
        "profile": [profile.base, profile.constants(), profile.digest],
    }
    digest = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{profile.name}-{profile.version}-{digest[:_DIGITS]}"


def library_versions() -> dict[str, str]:
    """The versions of the libraries, and of Unicode, that can change a score."""
    versions = {library: version(library) for library in _LIBRARIES}
    return versions | {"unicode": unicodedata.unidata_version}


@cache
def code_digest() -> str:
    """Hexadecimal SHA-256 of the source text that can change a score."""
    digest = sha256()
    root = files(__package__)
    for part in CODE:
        for path, source in sources(root / part, part):
            digest.update(f"{path}\0{len(source)}\0".encode())
            digest.update(source)
    return digest.hexdigest()


def sources(entry: Traversable, path: str) -> list[tuple[str, bytes]]:
    """(path, source) of a module, or of each module in a package, sorted by path."""
    if entry.is_dir():
        inside = sorted(entry.iterdir(), key=lambda child: child.name)
        return [found for child in inside for found in sources(child, f"{path}/{child.name}")]
    # a checkout with another end of line is the same code
    return [(path, entry.read_bytes().replace(b"\r\n", b"\n"))] if path.endswith(".py") else []
