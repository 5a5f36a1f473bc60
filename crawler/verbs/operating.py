"""Verbs for whoever keeps Gongkai running: the configuration, and whether all is as it should be."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crawler.exits import Exit
from crawler.terminal import archive_option, print_json, print_view, say


@click.command(
    short_help="Show the settings that count, and who says so.",
    epilog="Exit codes: 0 done, 2 the file is wrong: every mistake is named. Next: gongkai doctor.",
)
@click.option(
    "--write", "target", metavar="[FILE]", is_flag=False, flag_value="",
    help="Write a commented file to begin with, ./gongkai.toml unless named; never over another.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@click.pass_obj
def config(file: Path | None, target: str | None, as_json: bool) -> None:
    """Show every setting: its value, and whether environment, file or default says so.

    Options of a verb count before the environment, the environment before the file, the file before the
    defaults. Secrets are not shown.
    """
    from crawler import config as configuration
    from crawler.config.effective import effective
    from crawler.config.starter import write_starter
    from crawler.views.configuration import config_json, config_view

    if target is not None:
        written = write_starter(Path(target) if target else file or Path(configuration.NAME))
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


@click.command(
    short_help="Check that all a crawl needs is in order, and say what to do.",
    epilog="Exit codes: 0 nothing to mend (there may be warnings), 5 something is: each failure is named.",
)
@archive_option
@click.option("--online", is_flag=True, help="Ask one configured site for its robots.txt, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.pass_obj
def doctor(file: Path | None, archive: str, online: bool, as_json: bool) -> None:
    """Check the configuration, the archive's rights, this machine, the optional tools and the network.

    Each line has a code, how it is (ok, warning, failure), what was found, and below it what to do.
    An object is written into the archive's place and taken away again; nothing else is touched.
    """
    from datetime import UTC, datetime

    from crawler.config import find
    from crawler.doctor.examine import examine
    from crawler.doctor.model import Patient
    from crawler.views.doctor import check_line, doctor_json, verdict
    from storage.archive import state_folder

    patient = Patient(find(file), archive, state_folder(archive), datetime.now(UTC), online)
    found = []
    for check in examine(patient):
        found.append(check)
        if not as_json:
            print_view(check_line(check), whole=True)
    if as_json:
        print_json(doctor_json(found))
    say(verdict(found))
    sys.exit(Exit.INCOMPLETE if any(check.state == "failure" for check in found) else Exit.OK)
