"""Lines on stderr as JSON, where `--log json`, GONGKAI_LOG or the configuration asks for it.

Each line is one object: time (UTC), level, logger, message, and where they are known site and run; an error's
traceback is its `exc_info`. Scrapy's log, ours, sentences for the person, warnings and whatever else is
written to stderr in this process go the same way. Child processes inherit the variable. No secret of the
environment or the configuration passes, in text either where a traceback ends the process.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from io import TextIOBase
from types import TracebackType
from typing import Any, TextIO

from crawler.redaction import redact

VARIABLE = "GONGKAI_LOG"
OURS = "gongkai"
"""The logger of sentences for the person: they are said whatever the level is."""
OTHER = "stderr"
"""The logger of what other code writes to stderr."""


def as_json() -> bool:
    """Whether somebody asked for it."""
    return os.environ.get(VARIABLE) == "json"


def set_up(level: str | int = logging.WARNING) -> None:
    """Sees to it that what is logged at `level` or above leaves as asked for; again for another level."""
    sys.excepthook = _uncaught
    if not as_json():
        _take_down()
        return
    handler = _handler() or _lines_to(sys.stderr)
    handler.least = logging.getLevelNamesMapping()[level] if isinstance(level, str) else level


def say(sentence: str, level: int, **about: str | None) -> None:
    """A sentence for the person; `about`: site and run."""
    logging.getLogger(OURS).log(level, "%s", sentence, extra={key: one for key, one in about.items() if one})


def _lines_to(stream: TextIO) -> _Handler:
    from pythonjsonlogger.json import JsonFormatter

    class Formatter(JsonFormatter):
        """A record as an object of these fields and no others: Scrapy adds whole spiders."""

        def add_fields(
            self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
        ) -> None:
            log_data.update(_fields(record))
            if text := message_dict.get("exc_info"):
                log_data["exc_info"] = redact(text if isinstance(text, str) else "".join(text))

    handler = _Handler(stream)
    handler.setFormatter(Formatter(json_ensure_ascii=False))
    logging.getLogger().addHandler(handler)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.stderr = _Rest()
    return handler


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    spider = getattr(record, "spider", None)
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": redact(record.getMessage()),
    }
    site = getattr(record, "site", None) or getattr(spider, "name", None)
    run = getattr(record, "run", None) or getattr(spider, "run", None)
    return found | {key: one for key, one in (("site", site), ("run", run)) if isinstance(one, str)}


class _Handler(logging.StreamHandler[TextIO]):
    """Lets through what is important enough, and what is said to the person."""

    least = logging.WARNING

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= self.least or record.name == OURS:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """As ever; but where stderr is gone, to say so there would lead back here without end."""
        if not isinstance(sys.exc_info()[1], OSError) and not self.stream.closed:
            super().handleError(record)


def _handler() -> _Handler | None:
    return next((one for one in logging.getLogger().handlers if isinstance(one, _Handler)), None)


class _Rest(TextIOBase):
    """Stands in for stderr: what is written there leaves as lines of the log, too."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self) -> None:
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if line.strip():
                logging.getLogger(OTHER).warning("%s", line.rstrip())
        return len(text)

    def flush(self) -> None:
        if handler := _handler():
            handler.flush()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def _take_down() -> None:
    if (handler := _handler()) is not None:
        logging.getLogger().removeHandler(handler)
        if isinstance(sys.stderr, _Rest):
            sys.stderr = handler.stream


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python's own hook, without secrets, and as a line where lines are asked for."""
    if _handler() is not None and not issubclass(kind, KeyboardInterrupt):
        logging.getLogger(OURS).critical("%s", kind.__name__, exc_info=(kind, error, trace))
    else:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))
