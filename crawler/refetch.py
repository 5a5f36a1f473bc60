"""Lost bodies, asked of their sites again: what `gongkai verify --repair --refetch` does where no copy helps.

Through the crawler and with its manners, each address as a new capture. What comes back with the digest that
was lost fills its place; anything else is a new version, and the old one stays lost. It must not judge what
is lost: a verification does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler.errors import UnknownSite
from crawler.run import crawl
from crawler.sites import find_site, load_sites
from crawler.spiders.again import loader_of
from storage.archive import Archive
from storage.errors import Damaged, NotFound
from storage.journal import Capture
from storage.keys import raw_key
from storage.repair import Repaired, keep_aside

POSTED = "it answered a form's question: gongkai crawl {site} asks that again"
UNNAMED = "no line of the journal says where it came from"


@dataclass(slots=True)
class _Lost:
    """One lost body, and where it was once found."""

    aside: str | None = None
    captures: dict[tuple[str, str], Capture] = field(default_factory=dict)
    """The newest that names it, by site and question."""


def refetch(url: str, digests: Iterable[str]) -> list[Repaired | tuple[str, str]]:
    """Asks for the bodies of these digests where they came from: those that came, or key and reason.

    Once in a process, as `crawl`.

    Raises:
        StorageError: where the archive cannot be used.
    """
    with Archive.open(url, create=False) as archive:
        lost = {
            sha256: _Lost(_aside(archive, sha256)) for sha256 in digests if not _is_sound(archive, sha256)
        }
        for site in archive.sites():
            for capture in archive.captures(site):
                if capture.sha256 in lost:
                    lost[capture.sha256].captures[site, capture.asked] = capture
    known, asked = load_sites(), dict[str, dict[str, Capture]]()
    reasons = dict.fromkeys(lost, UNNAMED)
    for sha256, body in lost.items():
        for (site, question), capture in body.captures.items():
            if capture.method not in ("GET", "HEAD"):
                reasons[sha256] = POSTED.format(site=site)
                continue
            try:
                find_site(site, known)
            except UnknownSite as error:
                reasons[sha256] = str(error)
            else:
                asked.setdefault(site, {})[question] = capture
    if asked:
        loader = loader_of({site: captures.values() for site, captures in asked.items()})
        crawl(sorted(asked), archive=url, settings={"SPIDER_LOADER_CLASS": loader})
    with Archive.open(url, create=False) as archive:
        return [_outcome(archive, sha256, body, reasons[sha256]) for sha256, body in lost.items()]


def _aside(archive: Archive, sha256: str) -> str | None:
    """The key under which damaged bytes of a lost body are kept, if there are any."""
    try:
        return keep_aside(archive.store, archive.store.get(raw_key(sha256)))
    except NotFound:
        return None


def _outcome(archive: Archive, sha256: str, lost: _Lost, reason: str) -> Repaired | tuple[str, str]:
    """What became of one lost body."""
    if _is_sound(archive, sha256):
        return Repaired(raw_key(sha256), next(one.url for one in lost.captures.values()), lost.aside)
    for (site, question), before in lost.captures.items():
        now = archive.last(site, question)
        if now is not None and now.received > before.received:
            return raw_key(sha256), _instead(now)
        if reason == UNNAMED:
            reason = f"{before.url} could not be had; the newest record under runs/{site}/ says why"
    return raw_key(sha256), reason


def _is_sound(archive: Archive, sha256: str) -> bool:
    try:
        archive.body(sha256)  # where it is not, this machine knows it no more, and takes it when it comes
    except (NotFound, Damaged):
        return False
    return True


def _instead(now: Capture) -> str:
    if not now.sound or now.sha256 is None:
        return " ".join((f"{now.url} now answers {now.status}", *now.flags))
    return f"{now.url} now answers {now.status} with another body, kept as {raw_key(now.sha256)}"
