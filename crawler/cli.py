"""`gongkai`: the verbs, their options and exit codes.

Data goes to stdout, words to stderr. A verb imports what it needs when it runs: `gongkai parse` loads
no Twisted. This is the edge where expected errors become one sentence and an exit code; what nobody
foresaw keeps its traceback. It must not do a verb's work itself.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crawler.errors import CrawlerError, ReportNotFound
from crawler.exits import Exit
from pipelines.errors import CorrectionFileError, InvalidReport, PipelineError
from storage.errors import BadKey, SiteBusy, StorageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (ReportNotFound, Exit.NOT_FOUND),
    (CrawlerError, Exit.USAGE),
    (CorrectionFileError, Exit.USAGE),
    (InvalidReport, Exit.ARCHIVE),
    (PipelineError, Exit.UNREADABLE),
    (SiteBusy, Exit.BUSY),
    (BadKey, Exit.USAGE),
    (StorageError, Exit.ARCHIVE),
)
"""Which exit code an expected error means; the first that fits counts."""

PIPED_WIDTH = 110
"""Columns of a table that is not printed to a terminal."""


class Verbs(click.Group):
    """A group whose expected errors are one sentence each."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the verb."""
        try:
            return super().invoke(ctx)
        except (CrawlerError, PipelineError, StorageError) as error:
            say(str(error))
            ctx.exit(next(code for kind, code in _EXITS if isinstance(error, kind)))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai", prog_name="gongkai", message="%(prog)s %(version)s")
def main() -> None:
    """Crawl, archive and read 政府信息公开工作年度报告, the annual disclosure reports of China's governments.

    \b
    To begin:
      gongkai demo                 see it work on a made-up site, without a network
      gongkai sites                which sites can be crawled
      gongkai crawl bjxch          crawl one into ./archive
      gongkai show bjxch 2024      look at what was found
      gongkai parse report.pdf     read one document of your own
    """


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


@main.command(
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
@archive_option
@click.option(
    "-s", "settings", metavar="NAME=VALUE", multiple=True,
    help="A Scrapy setting, for example -s LOG_LEVEL=DEBUG; repeat it for several.",
)  # fmt: skip
def crawl(
    sites: tuple[str, ...],
    everything: bool,
    shard: str | None,
    years: tuple[int, ...],
    recheck: bool,
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
        _wrong("name a site, as in `gongkai crawl bjxch`, or --all; `gongkai sites` lists them")
    if sites and everything:
        _wrong("name sites or say --all, not both")
    part = None if shard is None else parse_shard(shard)
    sys.exit(
        run_crawl(
            sites, years=years, archive=archive, settings=_settings(settings), shard=part, recheck=recheck
        )
    )


@main.group(
    invoke_without_command=True,
    short_help="List the sites that can be crawled.",
    epilog="Next: gongkai crawl SITE. A site that is missing: gongkai probe URL --write.",
)
@click.option(
    "--search", metavar="WORD", help="Only those in whose key, name, province, family or host it is."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything that an entry says.")
@click.pass_context
def sites(context: click.Context, search: str | None, as_json: bool) -> None:
    """List the sites that can be crawled: shipped ones, your own, and those that GONGKAI_SITES names."""
    if context.invoked_subcommand is not None:
        return
    from crawler.sites import load_sites
    from crawler.views.sites import matching, sites_json, sites_view

    found = matching(load_sites().values(), search or "")
    if as_json:
        _print_json(sites_json(found))
    else:
        _print(sites_view(found))


@main.command(
    short_help="Read one document to JSON or tables.",
    epilog="Exit codes: 0 a report, 3 no report (the JSON says why), 4 not readable.",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--url", metavar="URL", help="Where the document is from; recorded in `sources`, never evidence."
)
@click.option("--table", is_flag=True, help="Print tables for people instead of JSON.")
@click.option(
    "--evidence-image", "evidence", is_flag=True,
    help="Draw what was read over the document, into the folder of --out, instead of printing JSON.",
)  # fmt: skip
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="The folder for --evidence-image."
)
@click.option(
    "--corrections", "files", metavar="FILE", type=click.Path(path_type=Path), multiple=True,
    help="A file or folder of reviewed corrections, besides those of GONGKAI_CORRECTIONS; repeatable.",
)  # fmt: skip
def parse(
    file: Path, url: str | None, table: bool, evidence: bool, out: Path | None, files: tuple[Path, ...]
) -> None:
    """Read one document (HTML, PDF, Word, plain text …) and print its report as JSON.

    FILE may be "-" for standard input. Of a file that holds several reports (a ZIP, a page that prints
    several) all are printed, as a JSON array. No archive is needed and none is touched.

    With --evidence-image the pages of a PDF or picture are written as pictures with each read cell
    outlined and the values beside it; a document without pages as one web page that redraws it.
    """
    from crawler.parse_file import load, name_of, read_file, reader, reports_of, summary
    from pipelines.corrections import load_corrections

    if evidence != (out is not None):
        _wrong("--evidence-image and --out go together: gongkai parse --evidence-image FILE --out DIR")
    corrections, body = load_corrections(files), load(file)
    with reader() as worker:
        documents = read_file(worker, body, name_of(file), url, corrections)
        reports = reports_of(documents)
        if out is not None:
            from crawler.evidence_files import write_evidence

            for path in write_evidence(worker, body, reports, file, out):
                say(f"wrote {path}")
    if table:
        from crawler.views.report import report_view

        for report in reports:
            _print(report_view(report))
    elif out is None:
        data = [report.to_json() for report in reports]
        _print_json(data[0] if len(data) == 1 else data)
    for report in documents:
        say(summary(report))
    if not any(report.is_report for report in reports):
        sys.exit(Exit.NOT_A_REPORT)


@main.command(
    short_help="Show a year's bodies, or one report as tables.",
    epilog="Next: add part of a body's name to see its tables: gongkai show bjxch 2024 教育",
)
@click.argument("site", metavar="SITE")
@click.argument("year", metavar="YEAR", type=click.IntRange(2008, 2100))
@click.argument("organization", metavar="[ORGANIZATION]", required=False)
@archive_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the published JSON; without ORGANIZATION, a list."
)
def show(site: str, year: int, organization: str | None, archive: str, as_json: bool) -> None:
    """Show a report as tables, findings marked on their cells; without ORGANIZATION, the year's bodies.

    ORGANIZATION is a body's name or a part of it that no other body of that year has.
    """
    from crawler.lookup import find_report, list_reports
    from crawler.views.report import report_view, reports_view
    from pipelines.report.stored import report_from_json

    if organization is None:
        reports = list_reports(archive, site, year)
        if as_json:
            _print_json(reports)
        else:
            _print(reports_view(report_from_json(data) for data in reports))
        return
    data = find_report(archive, site, year, organization)
    if as_json:
        _print_json(data)
    else:
        _print(report_view(report_from_json(data)))


@main.command(
    short_help="Read the archive again with a newer parser.",
    epilog="Exit codes: 0 done, 5 some documents could not be read (each is named), 8 a site is busy.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@archive_option
@click.option(
    "--publish", is_flag=True, help="Move the published reports; without it only show what changes."
)
@click.option("--all", "everything", is_flag=True, help="Read what this version of the parser has read, too.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 64),
    help="Worker processes.  [default: a core each, at most 4]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def reparse(
    sites: tuple[str, ...], archive: str, publish: bool, everything: bool, jobs: int | None, as_json: bool
) -> None:
    """Read again what an older version of the parser read, and show what changes, cell by cell.

    SITE is a site of the archive; without any, all of them. What was left unread for want of LibreOffice or
    character recognition is tried again, too. Nothing published moves without --publish:
    look first, then say it again with --publish. Readings are kept as they come, so that an interrupted
    reparse goes on where it stopped. Corrections that no longer match what is read are named.
    """
    from crawler.reparse import jobs_by_default
    from crawler.reparse import reparse as run_reparse
    from crawler.views.changes import changes_view

    outcome = run_reparse(
        sites, archive, jobs=jobs or jobs_by_default(), everything=everything, publish=publish, say=say
    )
    if as_json:
        _print_json(outcome.to_json())
    else:
        for again in outcome.sites:
            _print(changes_view(again.site, again.changes))
    sys.exit(outcome.exit)


@main.command(
    epilog="Without a scheduler: one line of crontab runs `gongkai crawl SITE`; see docs/running.md."
)
@click.option(
    "--config", metavar="FILE", type=click.Path(path_type=Path), default="gongkai-schedule.toml",
    show_default=True, help="The TOML file that plans the crawls.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Run what is due now, wait for it, and end.")
@click.option("--list", "only_list", is_flag=True, help="Show what runs when and how it last went, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
def schedule(config: Path, once: bool, only_list: bool, as_json: bool) -> None:
    """Crawl by cron expressions, in the time of Asia/Shanghai, until SIGTERM or Ctrl-C.

    Each crawl is a process with a log file, one at a time for a site. A turn missed while the scheduler
    was down is made up once. Running crawls finish before the scheduler ends.

    \b
    A schedule file:
      archive = "s3://bucket/prefix"     # or a folder, from this file's place
      [jobs.january]
      cron = "20 3 * 1-3 *"              # minute hour day month weekday
      sites = ["bjxch"]
      years = [2025]                     # optional
    """
    from crawler.schedule.verb import list_plan, run_plan

    if only_list:
        view, data = list_plan(config)
        if as_json:
            _print_json(data)
        else:
            _print(view)
        return
    sys.exit(run_plan(config, once=once, say=say))


@main.command(
    short_help="See it work on a made-up site.", epilog="Next: the demo itself ends by saying what to type."
)
@archive_option
def demo(archive: str) -> None:
    """See it work: crawl a made-up district's website that runs on this machine, and show what was found.

    Needs the source checkout and no network. Run it twice: the second crawl finds everything unchanged.
    """
    from crawler.demo import run_demo

    sys.exit(run_demo(archive, _console(), say))


def say(sentence: str) -> None:
    """A sentence for the person, on stderr."""
    click.echo(f"gongkai: {sentence}", err=True)


def _settings(pairs: Sequence[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            _wrong(f"-s {pair}: write NAME=VALUE, for example -s LOG_LEVEL=DEBUG")
        settings[name] = value
    return settings


def _wrong(message: str) -> NoReturn:
    raise click.UsageError(message)


def _console() -> Console:
    """stdout as rich sees it; wide enough for a report where it is no terminal."""
    from rich.console import Console

    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")  # GBK has no ✓: a table with a ? is better than none
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, PIPED_WIDTH))
    return console


def _print(view: RenderableType) -> None:
    _console().print(view)


def _print_json(data: Any) -> None:
    from storage.journal import json_document

    # UTF-8 whatever the locale says: it is data.
    sys.stdout.buffer.write(json_document(data))


if __name__ == "__main__":
    main()
