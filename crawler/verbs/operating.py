"""Verbs for whoever keeps Gongkai running: the configuration, and whether all is as it should be."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crawler.exits import Exit
from crawler.terminal import print_json, print_view, say


@click.command(
    short_help="Show the settings that count, and who says so.",
    epilog="Exit codes: 0 done, 2 the file is wrong: every mistake is named. Next: gongkai doctor.",
)
@click.option(
    "--write", is_flag=True,
    help="Write a commented file to begin with, ./gongkai.toml or that of --config; never over another.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@click.pass_obj
def config(file: Path | None, write: bool, as_json: bool) -> None:
    """Show every setting: its value, and whether environment, file or default says so.

    Options of a verb count before the environment, the environment before the file, the file before the
    defaults. Secrets are not shown.
    """
    from crawler import config as configuration
    from crawler.config.effective import effective
    from crawler.config.starter import write_starter
    from crawler.views.configuration import config_json, config_view

    if write:
        written = write_starter(file or Path(configuration.NAME))
        say(f"{written} written; read it, then type: gongkai doctor")
        return
    path = configuration.find(file)
    problems = configuration.mistakes(path) if path else []
    for problem in problems:
        say(problem)
    if problems:
        sys.exit(Exit.USAGE)
    values = effective(configuration.load())
    if as_json:
        print_json(config_json(path, values))
    else:
        print_view(config_view(path, values))
