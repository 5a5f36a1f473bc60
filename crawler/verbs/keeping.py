"""Verbs about an archive as a whole: copy it, derive it anew, look at the store that it lies in."""

from __future__ import annotations

import sys

import click

from crawler.exits import Exit
from crawler.terminal import archive_option, print_json, print_view, say


@click.command(
    short_help="Mirror or move an archive.",
    epilog="Exit codes: 0 the copy is whole, 5 some objects could not be copied (each is named), 7 refused.",
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--from-profile", metavar="NAME", help="The AWS profile of FROM, if it has one of its own.")
@click.option("--to-profile", metavar="NAME", help="The AWS profile of TO, if it has one of its own.")
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing; say what would be copied.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 32), default=8, show_default=True,
    help="Objects under way at once.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def copy(
    source: str,
    target: str,
    from_profile: str | None,
    to_profile: str | None,
    dry: bool,
    jobs: int,
    as_json: bool,
) -> None:
    """Copy an archive from FROM to TO, each a folder or s3://bucket/prefix; again, only what is new.

    Every object is read back and held against its digest; one that is damaged in FROM is named and not
    copied. Bodies go first and what refers to them after, so that TO is a true archive at every moment, and
    a copy that was interrupted goes on where it was. TO is empty or an earlier copy; another archive is
    refused. Two buckets with credentials, or servers, of their own: name their profiles.
    """
    from crawler.copying import copy as run_copy
    from crawler.copying import exit_code, left_words, summary

    profiles = from_profile, to_profile
    copied = run_copy(source, target, profiles=profiles, threads=jobs, dry=dry, say=say)
    if as_json:
        print_json(copied.to_json())
    if copied.ahead:
        say(left_words(copied, target))
    for fault in copied.faults:
        if fault.outcome == "foreign":
            say(f"{fault.key!r} is no key of an archive and was left out")
    say(summary(copied, target, dry=dry))
    sys.exit(exit_code(copied))


@click.command(
    short_help="Make index and reports anew from what was captured.",
    epilog="Exit codes: 0 done, 5 some documents could not be read (each is named), 8 a site is busy, "
    "10 the journal of a site has holes.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@archive_option
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 64),
    help="Worker processes for bodies without a reading.  [default: a core each, at most 4]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what changed as JSON.")
def rebuild(sites: tuple[str, ...], archive: str, jobs: int | None, as_json: bool) -> None:
    """Make the index of this machine and the published reports anew, and say what was not as it should be.

    SITE is a site of the archive; without any, all of them. Made of bodies, journal and readings alone; a
    body without a reading of this version of the parser is read. The reports are, byte for byte, those that
    the crawls published. Where journal segments are damaged or gone a site's reports are left as they are.
    """
    from crawler.rebuild import rebuild as run_rebuild
    from crawler.views.changes import moves_view

    outcome = run_rebuild(sites, archive, jobs=jobs, say=say)
    if as_json:
        print_json(outcome.to_json())
    else:
        for rebuilt in outcome.sites:
            if rebuilt.changes:
                print_view(moves_view(rebuilt.site, rebuilt.changes), whole=True)
    sys.exit(outcome.exit)


@click.group(
    short_help="What waits on this machine for the archive.",
    epilog="Exit codes: 0 done, 7 the archive cannot be used: nothing is lost, try again later.",
    invoke_without_command=True,
)
@archive_option
@click.option("--json", "as_json", is_flag=True, help="Print what waits as JSON.")
@click.pass_context
def spool(ctx: click.Context, archive: str, as_json: bool) -> None:
    """Show what was captured on this machine and is not in the archive yet.

    Captures go to the spool, on this machine's disk, and from there to a store in a bucket. While the store
    is away the spool fills; what a crawl left there when it ended, or was killed, the next crawl brings in,
    or `gongkai spool drain`. The store is not asked: it may have some of what is counted here already.
    """
    if ctx.invoked_subcommand is not None:
        return
    from crawler.spool import here, words
    from crawler.views.spool import spool_json, spool_view
    from storage.archive import spooled

    waits = spooled(archive)
    if as_json:
        print_json(spool_json(waits))
    elif waits:
        print_view(spool_view(waits))
    then = "" if all(left.living for left in waits) else "; type: gongkai spool drain" + here(archive)
    say(words(waits, archive) + then)


@spool.command(
    "drain",
    short_help="Bring in what waits, and publish it.",
    epilog="Exit codes: 0 done, 5 a document could not be read, 7 the store is still away: try again later.",
)
@archive_option
def drain(archive: str) -> None:
    """Bring what waits on this machine into the archive, and publish the reports that come of it.

    A crawl that is under way is left alone: it brings in its own captures.
    """
    from crawler.spool import drain as run_drain

    sys.exit(run_drain(archive, say))


@click.group(
    short_help="Look at the place that an archive lies in.",
    epilog="Next: gongkai archive check says whether the store can be trusted.",
)
def archive() -> None:
    """Look at the place that an archive lies in."""


@archive.command(
    "check",
    short_help="Probe a store before an archive relies on it.",
    epilog="Exit codes: 0 fit for an archive, 7 unfit, or it cannot be reached.",
)
@archive_option
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(archive: str, as_json: bool) -> None:
    """Probe the store that the archive lies in, or is to lie in, and say whether it can be trusted.

    Puts, lists, replaces and removes objects of its own, and leaves none behind; the archive's objects are
    not touched. What was found is written beside the archive. A store that loses or garbles what it is
    given is refused from then on, until a later check finds it fit.
    """
    from datetime import UTC, datetime

    from rich.console import Console

    from crawler.views.store import store_view
    from storage.archive import state_folder
    from storage.check import check as run_check
    from storage.store import open_store

    store = open_store(archive)
    try:
        with Console(stderr=True).status(f"probing {archive}"):
            found = run_check(store, state_folder(archive), datetime.now(UTC))
    finally:
        store.close()
    if as_json:
        print_json(found.to_json())
    else:
        print_view(store_view(found), whole=True)
    if found.unfit:
        say(f"{archive} would lose or garble data and is not used: {found.unfit[0].message}")
        sys.exit(Exit.ARCHIVE)
    say(f"{archive} is fit for an archive")
