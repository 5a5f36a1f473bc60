"""Which days of publication a site states for a report, and where: page, document or list.

The reader gives a day without its source; here the body is looked at for where that day stands. It must not
decide which of several days is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipelines.coverage.differing import document_of
from pipelines.coverage.facts import Address
from pipelines.coverage.model import Claim, DateSource
from pipelines.decoding import decode
from pipelines.errors import PipelineError
from storage.archive import Archive
from storage.errors import Damaged, NotFound

_HTML = ("text/html", "application/xhtml+xml")
_HEAD = 400_000
"""Bytes of a page that are looked at: the day stands before the report."""
_META = re.compile(rb"<meta\b[^>]{0,400}>|<publishtime\b[^>]*>[^<]{0,60}", re.IGNORECASE)
_IN_ADDRESS = re.compile(
    r"(?:/t|/P0?|_t)?(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d{0,2}\d{7,})"
    r"|/(20[0-4]\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])/"
)


def claims_of(
    archive: Archive,
    report: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    known: Mapping[str, Address],
) -> dict[str, tuple[Claim, ...]]:
    """The days that a report's own pages and documents state, by address; those of list entries are no part.

    Where several bodies made the report, each page's own reading is asked for its day: what the report states
    may be another document's.
    """
    pages = [s for s in sources if _is_page(s, known)] or list(sources)
    several = len({source["sha256"] for source in sources}) > 1
    claims: dict[str, dict[Claim, None]] = {}

    def claim(source: Mapping[str, Any], day: date | None) -> None:
        if day is None:
            return
        where = _where(archive, source, day)
        listed = known[source["url"]].days if source["url"] in known else {}
        if where is not None or day not in listed:  # else the report has it from the list's entry
            claims.setdefault(source["url"], {})[Claim(day, where or "document", source["url"])] = None

    for source in pages:
        claim(source, _day(_stated(archive, source) if several else report.get("published")))
    if not claims and several:
        claim(pages[0], _day(report.get("published")))
    return {url: tuple(found) for url, found in claims.items()}


def _is_page(source: Mapping[str, Any], known: Mapping[str, Address]) -> bool:
    address = known.get(source["url"])
    return address is None or address.role == "report"


def _stated(archive: Archive, source: Mapping[str, Any]) -> str | None:
    """The day that the reading of one of several bodies states; of a body that is not read anew, none."""
    document = document_of(archive, source)
    return None if document is None else document.get("published")


def _where(archive: Archive, source: Mapping[str, Any], day: date) -> DateSource | None:
    """Where in a body that day stands; None where it does not."""
    if source.get("media_type") not in _HTML:
        return None
    try:
        body = archive.body(source["sha256"])
        if body[:2] == b"\x1f\x8b":
            body = decode(body, [("content-encoding", "gzip")])
    except (NotFound, Damaged, PipelineError):
        return None
    printed = _printed(day)
    if any(printed.search(tag) for tag in _META.findall(body[:_HEAD])):
        return "metadata"
    return "page" if printed.search(body[:_HEAD]) else None


def _printed(day: date) -> re.Pattern[bytes]:
    """The day as it may be printed, 年 and 月 in any encoding."""
    gap = rb"[^0-9<>]{1,8}"
    return re.compile(rb"%d%s0?%d%s0?%d(?![0-9])" % (day.year, gap, day.month, gap, day.day))


def address_days(url: str) -> Iterator[date]:
    """The days that an address seems to hold: /t20210115_1.html, /2021/1/15/, P020210115….

    Addresses are given anew when a site moves; they prove nothing, but they can make another day doubtful.
    """
    for found in _IN_ADDRESS.finditer(url):
        digits = [group for group in found.groups() if group]
        try:
            yield date(*(int(group) for group in digits))
        except ValueError:
            continue


def http_date(text: str | None) -> datetime | None:
    """The moment that a Last-Modified header names; None where it names none."""
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment is not None else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None
