"""Verbs about documents and reports: read one, show what was read, read it again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crawler.exits import Exit
from crawler.terminal import (
    archive_option,
    print_json,
    print_view,
    say,
    wrong,
)


@click.command(
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
        wrong("--evidence-image and --out go together: gongkai parse --evidence-image FILE --out DIR")
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
            print_view(report_view(report))
    elif out is None:
        data = [report.to_json() for report in reports]
        print_json(data[0] if len(data) == 1 else data)
    for report in documents:
        say(summary(report))
    if not any(report.is_report for report in reports):
        sys.exit(Exit.NOT_A_REPORT)


@click.command(
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
            print_json(reports)
        else:
            print_view(reports_view(report_from_json(data) for data in reports))
        return
    data = find_report(archive, site, year, organization)
    if as_json:
        print_json(data)
    else:
        print_view(report_view(report_from_json(data)))


@click.command(
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
        print_json(outcome.to_json())
    else:
        for again in outcome.sites:
            print_view(changes_view(again.site, again.changes))
    sys.exit(outcome.exit)
