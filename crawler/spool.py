"""`gongkai spool`: what waits on this machine for the archive, and bringing it in.

It must not fetch; what a site's own last run left, its next crawl brings in by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rich.filesize import decimal

from crawler.exits import Exit
from storage.archive import Archive, spooled
from storage.errors import StorageError
from storage.leftovers import Spooled

Say = Callable[[str], None]


def bring_in(archive: Archive, say: Say, besides: Collection[str] = ()) -> tuple[list[str], bool]:
    """Brings in what dead runs left of all sites but those of `besides`; the sites, and whether that was all.

    What cannot be brought in waits for the next time, and keeps nothing else from it.
    """
    brought, whole = [], True
    for site in sorted({left.site for left in archive.spooled() if not left.living} - set(besides)):
        try:
            recovered = archive.recover(site=site)
        except StorageError as error:
            say(f"{site}: what waits in the spool could not be brought in: {error}")
            whole = False
        else:
            if site in recovered.captures:
                say(f"{site}: {counted(recovered.total)} brought in from the spool")
                brought.append(site)
    return brought, whole


def drain(url: str, say: Say) -> Exit:
    """Brings in what dead runs left and publishes what their captures make.

    Raises:
        StorageError: where the archive cannot be opened. What waits goes on waiting.
    """
    from crawler.rebuild import rebuild  # here: it loads the readers

    waits = spooled(url)
    if not waits:
        say(f"nothing waits for {url} on this machine")
        return Exit.OK
    try:
        with Archive.open(url, create=False) as archive:
            brought, whole = bring_in(archive, say)
            begun = [site for site in brought if any(True for _ in archive.captures(site))]
            unpublished = [site for site in begun if archive.dirty(site)]
    except StorageError:
        say(words(waits, url))
        raise
    for left in waits:
        if left.living:
            say(f"{left.site}: a process of this machine is at it, and brings its captures in itself")
    published = rebuild(unpublished, url, say=say).exit if unpublished else Exit.OK
    return published if whole else Exit.ARCHIVE


def words(waits: Sequence[Spooled], url: str) -> str:
    """What waits, in a sentence."""
    if not waits:
        return f"nothing waits for {url} on this machine"
    sites = {left.site for left in waits}
    of = next(iter(sites)) if len(sites) == 1 else f"{len(sites)} sites"
    size = decimal(sum(left.size for left in waits))
    captures = sum(left.captures for left in waits)
    return f"{counted(captures)} of {of} {'waits' if captures == 1 else 'wait'} for {url} ({size})"


def counted(captures: int) -> str:
    """So many captures."""
    return "1 capture" if captures == 1 else f"{captures} captures"


def here(url: str) -> str:
    """What a command of this archive has to say besides."""
    return "" if url == "./archive" else f" --archive {url}"
