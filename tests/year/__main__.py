"""`python -m tests.year`: the whole year; every day of it with `--daily`."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from tests.year.story import LEAPS, START, ZONE
from tests.year.year import play_year


@click.command()
@click.option("--daily", is_flag=True, help="Play every day, not just those around what happens.")
@click.option("--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Only up to that day.")
@click.option("--keep", metavar="FOLDER", type=click.Path(path_type=Path), help="Play in that folder.")
def main(daily: bool, until: datetime | None, keep: Path | None) -> None:
    """Play the year, and print what is wrong with what came of it."""
    days = (LEAPS[-1] - START).days
    leaps = [START + timedelta(days=day) for day in range(1, days + 1)] if daily else list(LEAPS)
    if until is not None:
        leaps = [leap for leap in leaps if leap <= datetime.combine(until, time(23), ZONE)]
    folder = keep or Path(tempfile.mkdtemp(prefix="year-"))
    folder.mkdir(parents=True, exist_ok=True)
    verdict = play_year(folder, leaps, say=lambda line: click.echo(line, err=True))
    for problem in verdict.problems:
        click.echo(problem)
    click.echo(
        f"{verdict.crawls} crawls, {verdict.requests} requests, {verdict.changes} changes, {verdict.alerts} "
        f"alerts; {len(verdict.problems)} problems. In {folder}."
    )
    sys.exit(bool(verdict.problems))


if __name__ == "__main__":
    main()
