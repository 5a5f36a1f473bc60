"""What the verbs share: options, words on stderr, views and JSON on stdout."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crawler import logs
from crawler.redaction import redact

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPED_WIDTH = 110
"""Columns of a table that is not printed to a terminal."""

archive_option = click.option(
    "--archive",
    "archive",
    metavar="URL",
    envvar="GONGKAI_ARCHIVE",
    default="./archive",
    show_default=True,
    show_envvar=True,
    help="The archive: a folder, or s3://bucket/prefix.",
)


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601 that knows its zone."""

    name = "moment"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment."""
        found = value if isinstance(value, datetime) else None
        with suppress(ValueError):
            found = found or datetime.fromisoformat(str(value))
        if found is not None and found.tzinfo is not None:
            return found
        return self.fail(f"{value!r} is no moment with its zone: write 2026-01-31T03:00:00+08:00", param, ctx)


settings_option = click.option(
    "-s",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="A Scrapy setting, for example -s LOG_LEVEL=DEBUG; repeat it for several.",
)


def say(sentence: str, level: int = logging.INFO, **about: str | None) -> None:
    """A sentence for the person, on stderr; `about`: site and run, for logs in JSON."""
    from pipelines.report.marks import clean  # a file's name, or one in a ZIP, steers no terminal

    if logs.as_json():
        logs.say(sentence, level, **about)
    else:
        click.echo(f"gongkai: {clean(redact(sentence))}", err=True)


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """What `-s NAME=VALUE` said.

    Raises:
        click.UsageError: where one says something else.
    """
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            wrong(f"-s {pair}: write NAME=VALUE, for example -s LOG_LEVEL=DEBUG")
        settings[name] = value
    return settings


def wrong(message: str) -> NoReturn:
    """Ends the verb with its usage and what is wrong about the command line."""
    raise click.UsageError(message)


def console() -> Console:
    """stdout as rich sees it; wide enough for a report where it is no terminal."""
    from rich.console import Console

    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")  # GBK has no ✓: a table with a ? is better than none
    found = Console(markup=False, emoji=False)  # titles of pages are words, whatever brackets they have
    if not found.is_terminal:
        found.width = max(found.width, PIPED_WIDTH)
    return found


def print_view(view: RenderableType, *, whole: bool = False) -> None:
    """A view for people, on stdout; `whole` leaves long lines to the terminal."""
    console().print(view, soft_wrap=whole)


def print_json(data: Any) -> None:
    """A JSON document, on stdout."""
    from storage.journal import json_document

    # UTF-8 whatever the locale says: it is data.
    sys.stdout.buffer.write(json_document(data))
