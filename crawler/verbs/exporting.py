"""Verbs that hand an archive on in the formats of other archives."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.errors import SettingError
from crawler.terminal import archive_option, say

_goal = click.Path(path_type=Path)


@click.command(
    short_help="Write a site's captures as a WACZ file, which replays in a browser.",
    epilog="Next: open the file at https://replayweb.page. Needs the extra: pip install 'gongkai[export]'",
)
@click.argument("site", metavar="SITE")
@click.option(
    "--year",
    metavar="YEAR",
    type=click.IntRange(2008, 2100),
    help="Only reports about this year and their lists.",
)
@click.option(
    "-o", "--out", metavar="FILE", type=_goal, required=True, help="Where to write, for example a.wacz."
)
@archive_option
def wacz(site: str, year: int | None, out: Path, archive: str) -> None:
    """Write a site's captures as WACZ 1.1.1 with WARC 1.1 inside, from the archive alone.

    pywb and other readers of WACZ replay the file. All exchanges go in, blocked and missing pages among them;
    docs/archive.md says what the journal knows of an exchange and what it does not.
    """
    try:
        from storage.export.wacz import write_wacz
    except ModuleNotFoundError as error:
        library = str(error.name).partition(".")[0]
        if library not in ("warcio", "cdxj_indexer"):
            raise
        raise SettingError(f"WACZ files need {library}: pip install 'gongkai[export]'") from error
    from crawler.views.counting import counting
    from storage.archive import Archive
    from storage.export.selection import select

    with Archive.open(archive, create=False) as opened, counting("exchanges") as count:
        done = write_wacz(select(opened, site, year), out, lambda written: count(written.captures))
    say(f"{out}: {done.captures} exchanges, {done.bodies} bodies, {done.pages} report pages")


@click.command(
    short_help="Write the archive, or some sites of it, as a BagIt bag.",
    epilog="Next: bagit.py --validate FOLDER, from bagit-python, checks it anywhere.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@click.option(
    "-o", "--out", metavar="FOLDER", type=_goal, required=True, help="The bag: made, or brought up to date."
)
@archive_option
def bag(sites: tuple[str, ...], out: Path, archive: str) -> None:
    """Write the archive's objects as a BagIt 1.0 bag with SHA-256 and SHA-512 manifests.

    SITE limits it to what belongs to these sites. The payload, FOLDER/data, is itself an archive. Where
    FOLDER is a bag already it is brought up to date: bodies and the journal in it are not read again.
    """
    from datetime import UTC, datetime

    from crawler.views.counting import counting
    from storage.archive import Archive
    from storage.export.bag import write_bag

    today = datetime.now(UTC).date()
    with Archive.open(archive, create=False) as opened, counting("objects") as count:
        done = write_bag(opened, sites, out, today, lambda bagged: count(bagged.objects))
    say(f"{out}: {done.objects} objects, {done.bytes} bytes, {done.objects - done.taken_over} of them new")
