"""The logs: one record a line on stderr, JSON for machines or text for people.

A record may carry ``extra={"fields": {...}}``; each field becomes a key of its line. While a
request is handled, every line has its id.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from .core.model import Breakdown
from .settings import Settings
from .wire.items import Item
from .wire.results import Failure

_WORD = re.compile(r"[\w./:@+-]+")
#: Has each item with its completion; silent unless ``configuration`` is told to log them.
items_log = logging.getLogger("reward_server.items")
items_log.setLevel(logging.CRITICAL)
#: The id of the request that is handled here and now.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class _Formatter(logging.Formatter):
    """What both forms have in common: the fields of a record, and what is told of an exception.

    The message of an exception that ends a request may quote a completion; unless
    ``quote_completions``, only its type and its frames are told.
    """

    def __init__(self, *, quote_completions: bool) -> None:
        super().__init__()
        self._quote_completions = quote_completions

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """The id of the request, if there is one, and the record's own fields."""
        current = request_id.get()
        own: dict[str, Any] = getattr(record, "fields", {})
        return own if current is None else {"request_id": current, **own}

    def traceback(self, record: logging.LogRecord) -> str | None:
        """The record's exception with those that caused it, if it has one."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return None
        if self._quote_completions or request_id.get() is None:
            return "".join(traceback.format_exception(error)).rstrip()
        return "\ncaused\n".join(reversed(list(_without_messages(error))))


class JsonFormatter(_Formatter):
    """A JSON object a line: time, level, logger, message, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its end."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record),
        }
        if (told := self.traceback(record)) is not None:
            line["exception"] = told
        # ASCII alone: half a surrogate pair, which JSON may hold, is no UTF-8
        return json.dumps(line, default=repr)


class TextFormatter(_Formatter):
    """A line to read: time, level, message, ``key=value`` of the fields; then any traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, or several with a traceback, without the last end."""
        fields = "".join(f" {name}={_shown(value)}" for name, value in self.fields(record).items())
        told = self.traceback(record)
        line = f"{_time(record)} {record.levelname:<7} {record.getMessage()}{fields}"
        return line if told is None else f"{line}\n{told}"


def configuration(settings: Settings) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` takes: all loggers' lines, uvicorn's too, in one form."""
    form = settings.log_format
    text = sys.stderr.isatty() if form == "auto" else form == "text"
    # by name: the configuration travels to worker processes
    formatter = f"{__name__}.{(TextFormatter if text else JsonFormatter).__name__}"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": formatter, "quote_completions": settings.log_completions}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "ours",
            }
        },
        "loggers": {items_log.name: {"level": "INFO" if settings.log_completions else "CRITICAL"}},
        "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
    }


def log_items(items: Sequence[Item], outcomes: Sequence[Breakdown | Failure]) -> None:
    """A line for each item, where the settings ask for them."""
    if items_log.isEnabledFor(logging.INFO):
        for item, outcome in zip(items, outcomes, strict=True):
            completion = item["completion"]
            fields = {
                "id": item["id"],
                "task": item["task"],
                "reward": outcome.reward if isinstance(outcome, Breakdown) else None,
                "error": outcome._asdict() if isinstance(outcome, Failure) else None,
                "completion": completion if isinstance(completion, str) else None,
            }
            items_log.info("item", extra={"fields": fields})


def _shown(value: object) -> str:
    """A value of one line, in quotes where it is more than a word."""
    text = str(value)
    return text if _WORD.fullmatch(text) else json.dumps(text)


def _time(record: logging.LogRecord) -> str:
    """When it happened: ISO 8601 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_messages(error: BaseException) -> Iterator[str]:
    """The frames and the type of an exception, then of what caused it, and so on."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = "".join(traceback.format_tb(cause.__traceback__))
        yield f"{frames}{type(cause).__module__}.{type(cause).__qualname__}"
        hidden = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or hidden
