"""Verbs that crawl: by hand, by a schedule, on a made-up site."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from crawler.terminal import (
    Moment,
    archive_option,
    console,
    print_json,
    print_view,
    say,
    settings_of,
    settings_option,
    wrong,
)


@click.command(
    short_help="Crawl sites into the archive.", epilog="Next: gongkai show SITE YEAR lists what was found."
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Crawl every site that `gongkai sites` lists.")
@click.option(
    "--shard", metavar="I/N",
    help="Crawl one part of N of the sites, for several machines: 1/4. A host belongs to one part.",
)  # fmt: skip
@click.option(
    "--year", "years", metavar="Y", type=click.IntRange(2008, 2100), multiple=True,
    help="Only reports of this year; repeat it for several.",
)  # fmt: skip
@click.option("--recheck", is_flag=True, help="Ask for older reports, too, that are not due yet.")
@click.option(
    "--unless-since", "unless_since", metavar="TIME", type=Moment(),
    help="Leave a site alone that was crawled since then, by whatever machine: 2026-01-31T03:00:00+08:00.",
)  # fmt: skip
@click.option(
    "--dry-run", "dry", is_flag=True,
    help="Ask for robots.txt and lists only, archive nothing, and print what a crawl would fetch.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON.")
@archive_option
@settings_option
def crawl(
    sites: tuple[str, ...],
    everything: bool,
    shard: str | None,
    years: tuple[int, ...],
    recheck: bool,
    unless_since: datetime | None,
    dry: bool,
    as_json: bool,
    archive: str,
    settings: tuple[str, ...],
) -> None:
    """Crawl sites: find their reports, archive every file, read and publish the tables.

    SITE is a name that `gongkai sites` lists. A second crawl asks for the lists, for recent reports if they
    changed, and for older ones now and then.
    """
    from crawler.run import crawl as run_crawl
    from crawler.shards import parse_shard

    if not sites and not everything and shard is None:
        wrong("name a site, as in `gongkai crawl bjxch`, or --all; `gongkai sites` lists them")
    if sites and everything:
        wrong("name sites or say --all, not both")
    if as_json and not dry:
        wrong("--json goes with --dry-run; after a crawl `gongkai show SITE YEAR --json` has the reports")
    foreseen: dict[str, Any] | None = {} if dry else None
    done = run_crawl(
        sites,
        years=years,
        archive=archive,
        settings=settings_of(settings),
        shard=None if shard is None else parse_shard(shard),
        recheck=recheck,
        unless_since=unless_since,
        foreseen=foreseen,
    )
    if foreseen is not None:
        from crawler.views.foresight import foresight_json, foresight_view

        if as_json:
            print_json(foresight_json(foreseen))
        else:
            print_view(foresight_view(foreseen))
    sys.exit(done)


@click.command(
    short_help="Crawl, verify, watch and report by itself.",
    epilog="Without a scheduler: one line of crontab runs `gongkai crawl SITE`; see docs/running.md. "
    "Exit codes: 0 stopped, or all done; with --once the first that a job gave, 7 where its memory fails.",
)
@click.option("--once", is_flag=True, help="Run what is due now, wait for it, and end.")
@click.option("--list", "only_list", is_flag=True, help="Show what runs when and how it last went, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
@archive_option
def schedule(once: bool, only_list: bool, as_json: bool, archive: str) -> None:
    """Crawl, verify, watch and report by itself, until SIGTERM or Ctrl-C.

    Without a word in gongkai.toml each site that the archive has is crawled in its own minute of the night:
    daily around 31 January and 31 March, weekly until May, monthly afterwards, by the time of Asia/Shanghai.
    Each job is a process with a log and a time limit, one at a time for a site, on however many machines.
    A turn missed while the scheduler was down is made up once. A signal lets running crawls finish their
    page; a second one kills them.

    \b
    In gongkai.toml:
      [schedule]
      sites = ["bjxch"]                  # or "all"; else those that the archive has
      [schedule.jobs.january]
      kind = "crawl"                     # crawl, reparse, verify, watch, digest
      cron = "20 3 * 1-3 *"              # minute hour day month weekday
      years = [2025]                     # optional
    """
    if as_json and not only_list:
        wrong("--json goes with --list")
    if once and only_list:
        wrong("--once and --list do not go together")
    if not only_list:
        from crawler.schedule.verb import run_schedule

        sys.exit(run_schedule(archive, once=once, say=say))
    from crawler.schedule.status import list_lines
    from crawler.views.schedule import schedule_json, schedule_view

    lines = list_lines(archive)
    if as_json:
        print_json(schedule_json(lines))
    else:
        print_view(schedule_view(lines))


@click.command(
    short_help="See it work on a made-up site.", epilog="Next: the demo itself ends by saying what to type."
)
@archive_option
def demo(archive: str) -> None:
    """See it work: crawl a made-up district's website that runs on this machine, and show what was found.

    Needs the source checkout and no network. Run it twice: the second crawl finds everything unchanged.
    """
    from crawler.demo import run_demo

    sys.exit(run_demo(archive, console(), say))
