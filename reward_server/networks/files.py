"""A JSON file of a folder of networks, read whole or refused with its name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import read_text


class NetworkFileError(ValueError):
    """A folder of networks or overlays that cannot be used; the message has one fault a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_json(file: Path) -> Any:  # noqa: ANN401 -- JSON is what it is until it is validated
    """The content of a JSON file; ``NetworkFileError`` where it cannot be read whole."""
    twice: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in pairs:
            if key in content:
                twice.append(key)
            content[key] = value
        return content

    try:
        content = json.loads(read_text(file), object_pairs_hook=keep)
    except json.JSONDecodeError as error:
        raise NetworkFileError(
            [f"{file}:{error.lineno}:{error.colno}: expected JSON: {error.msg}"]
        ) from error
    except OSError as error:
        raise NetworkFileError([f"{file}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise NetworkFileError([f"{file}: expected JSON in UTF-8: {error}"]) from error
    if twice:
        raise NetworkFileError(
            [f"{file}: {key!r:.80} stands twice as a key, expected once" for key in twice]
        )
    return content
