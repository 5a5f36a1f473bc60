"""Verbs about what became of published documents: list the changes, show one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from crawler.terminal import archive_option, print_json, print_view, say, wrong
from pipelines.history.model import KINDS


@click.command(
    short_help="What was changed, withdrawn or moved.",
    epilog="Next: gongkai diff ID shows one of them. Exit codes: 0 done, 9 the archive has no such site.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@archive_option
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="Only what was first seen on that day (in China) or later.",
)  # fmt: skip
@click.option(
    "--kind", "kinds", metavar="KIND", type=click.Choice(KINDS), multiple=True,
    help=f"Only changes of that kind; repeatable. One of {', '.join(KINDS)}.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Noise, too: what a page says anew on every visit.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def changes(
    sites: tuple[str, ...],
    archive: str,
    since: datetime | None,
    kinds: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """List what became of documents after they were first captured, oldest first.

    SITE is a site of the archive; without any, all of them. Each change has an ID by which `gongkai diff`
    shows it: figures cell by cell, words as passages, before and after. Pages that only count their
    visitors, or say which day it is, have not changed.
    """
    from crawler.reparse import asked
    from crawler.views.history import CHINA, changes_view, summary
    from pipelines.history.changes import changes as told
    from storage.archive import Archive

    begin = None if since is None else since.replace(tzinfo=CHINA)
    with Archive.open(archive, create=False) as opened:
        named = asked(opened, sites, archive)
        found = [change for site in named for change in told(opened, site, begin)]
    wanted = kinds or (KINDS if everything else tuple(kind for kind in KINDS if kind != "noise"))
    shown = [change for change in found if change.kind in wanted]
    if as_json:
        print_json({"schema": "gongkai.changes/1", "changes": [change.to_json() for change in shown]})
    elif shown:
        print_view(changes_view(shown), whole=True)
    say(summary(found, shown))


@click.command(
    short_help="Show one change, before and after.",
    epilog="Exit codes: 0 done, 2 several changes have an ID that begins so, 4 a body's coding is damaged, "
    "7 a body is lost or damaged, 9 there is no such change.",
)
@click.argument("which", metavar="ID|URL")
@archive_option
@click.option(
    "--at", "day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="Of a URL: its newest change of that day (in China) or before.",
)  # fmt: skip
@click.option("--markup", is_flag=True, help="Print how the bytes differ, as a unified diff.")
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Write both bodies there as they were received.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the change as JSON.")
def diff(
    which: str, archive: str, day: datetime | None, markup: bool, out: Path | None, as_json: bool
) -> None:
    """Show one change: figures cell by cell, words as passages, before and after.

    ID is what `gongkai changes` prints, or its beginning. Of a URL the newest change is shown, and how many
    others there are.
    """
    from crawler.history import find, unified, write_bodies
    from crawler.views.history import CHINA, change_view
    from storage.archive import Archive

    if day is not None and "://" not in which:
        wrong("--at goes with a URL: gongkai diff URL --at DATE")
    until = None if day is None else day.replace(tzinfo=CHINA) + timedelta(days=1)
    with Archive.open(archive, create=False) as opened:
        found, others = find(opened, which, until)
        if as_json:
            print_json(found.change.to_json())
        elif markup:
            for line in unified(opened, found):
                click.echo(line)
        else:
            print_view(change_view(found), whole=True)
        try:
            for path in write_bodies(opened, found, out) if out is not None else ():
                say(f"wrote {path}")
        except OSError as error:
            wrong(f"--out {out}: {error.strerror}; name a folder that can be written to")
    if others:
        say(f"other changes of this address: {', '.join(one.change.id for one in others)}")
