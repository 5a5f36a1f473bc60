"""The verb about who published: bodies × years."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.exits import Exit
from crawler.terminal import archive_option, print_json, print_view, say, wrong

if TYPE_CHECKING:
    from crawler.views.coverage_picture import Language


@click.command(
    short_help="Show who published in time, late or not at all.",
    epilog="Exit codes: 0 done, 9 the archive has nothing of a site. Next: docs/coverage.md says what a "
    "cell rests on, and how the registry corrects it.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@archive_option
@click.option("--all", "everything", is_flag=True, help="Every site that the archive has captures of.")
@click.option(
    "--years",
    metavar="A-B",
    help="Report years, as in 2019-2024.  [default: all; the table shows the last 8]",
)
@click.option(
    "--today", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="As of the end of this day in China; what was captured later counts as not there.  [default: now]",
)  # fmt: skip
@click.option("--notes", is_flag=True, help="Tell the notes of all cells.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/coverage.md).")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for spreadsheets, one line for each cell.")
@click.option(
    "--picture", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it into FILE, whose name ends in .png or .svg; of several sites, one file each.",
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
    help="The picture's language.",
)  # fmt: skip
def coverage(
    sites: tuple[str, ...],
    archive: str,
    everything: bool,
    years: str | None,
    today: datetime | None,
    notes: bool,
    as_json: bool,
    as_csv: bool,
    picture: Path | None,
    language: Language,
) -> None:
    """Show, for each body and report year, whether the report was published in time.

    On time, late by so many days, missing, changed since, there but refused or not readable, not yet due.
    What cannot be proved is called undated or unknown, with the reason in its notes: nobody is called late
    or missing on a guess. The names of bodies, when they began and ended, and of what kind they are can be
    corrected in the registry; deadlines are settings.
    """
    from crawler.coverage import coverage_of, draw_all, parse_span
    from crawler.sites import load_sites
    from crawler.views.coverage import YEARS, coverage_view
    from crawler.views.coverage_csv import coverage_csv
    from storage.archive import Archive

    if as_json and as_csv:
        wrong("--json or --csv, not both")
    if bool(sites) == everything:
        wrong("name sites, as in `gongkai coverage bjxch`, or say --all, not both")
    span, day = parse_span(years), None if today is None else today.date()
    found = []
    with Archive.open(archive, create=False) as opened:
        registry, archived = load_sites(), opened.sites()
        for key in archived if everything else sites:
            if key not in archived:
                say(f"{archive} has no captures of {key}; crawl it first: gongkai crawl {key}")
            found.append(coverage_of(opened, key, day, span, sites=registry, archived=archived))
    if picture is not None:
        for file in draw_all(found, picture, language, span):
            say(f"wrote {file}")
    if as_json:
        print_json([one.to_json() for one in found])
    elif as_csv:
        sys.stdout.buffer.write(coverage_csv(found).encode())
    elif picture is None:
        for one in found:
            shown = one if span else one.newest(YEARS)
            print_view(coverage_view(shown, notes=notes))
            if len(shown.years) < len(one.years):
                say(f"the last {YEARS} years of {one.site}; all: --years {one.years[0]}-{one.years[-1]}")
    if not any(one.bodies for one in found):
        sys.exit(Exit.NOT_FOUND)
