"""Writes the file of a new profile, and its test."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

#: A name that is also that of a module.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class NewProfileError(ValueError):
    """A file that cannot be written; the message says why."""


def write_profile(path: Path) -> tuple[Path, Path]:
    """Write a commented profile and its test; gives their paths.

    ``path``: of the file, with or without ``.py``; its name is that of the profile. Raises
    ``NewProfileError``, and ``OSError`` where the folder is none that can be written to.
    """
    name = path.name.removesuffix(".py")
    if not _NAME.fullmatch(name):
        raise NewProfileError(
            f"{name!r}: expected a small letter, then small letters, digits or '_', at most 60"
        )
    targets = path.with_name(f"{name}.py"), path.with_name(f"test_{name}.py")
    for target in targets:
        if target.exists():
            raise NewProfileError(f"{target}: there is such a file; it is left as it is")
    words = {
        "example_test": f"test_{name}",
        "ExampleFields": f"{name.title().replace('_', '')}Fields",
        "example": name,
    }
    folder = files(__package__)
    for target, source in zip(targets, ("example.py", "example_test.py"), strict=True):
        text = (folder / source).read_text(encoding="utf-8")
        for word, instead in words.items():
            text = re.sub(rf"\b{word}\b", instead, text)
        target.write_text(text, encoding="utf-8")
    return targets
