"""From captures to published reports: the fold over everything that a site ever sent.

`publish` derives `reports/<site>/…` from the journal, the readings and the reviewed corrections, and
nothing else: no clock, no order of arrival, no memory of the last time. Run after a crash, twice, or on
another machine, it writes the same bytes. It must not fetch or parse itself: bodies are read by the
`Reader` it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.corrections import Corrections
from pipelines.errors import InvalidReport
from pipelines.readings import IDENTITY, Readings, Reads
from pipelines.report.documents import (
    Hints,
    apply_hints,
    apply_member_name,
    spoken_of,
    unstated,
    why_unread,
)
from pipelines.report.merge import merge
from pipelines.report.model import Report
from pipelines.report.stored import report_from_json
from pipelines.report.years import with_previous_year
from pipelines.shelf import ReportName, Shelf
from pipelines.versions import Version, Versions, hints_of
from storage.archive import Archive

PLACES = ("省", "市", "区", "县", "旗", "州", "盟")
"""What the name of a place ends with that a body's name may begin with or leave out."""

NO_CORRECTIONS = Corrections()

DocumentPlace = tuple[str, str, str, int]
"""Body, address, file in the body and part of that file: what tells a document from all others."""


@dataclass(frozen=True, slots=True)
class Left:
    """A body, or a document in one, that is part of no report, and why."""

    url: str
    sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a fold did. Every document of the site is in a report, in `refused` or in `unread`."""

    published: tuple[ReportName, ...] = ()
    """Reports whose bytes are new or changed."""
    unchanged: tuple[ReportName, ...] = ()
    """Reports that were looked at and are as they were."""
    removed: tuple[ReportName, ...] = ()
    """Reports taken away because all their documents now belong elsewhere."""
    refused: tuple[Left, ...] = ()
    """Documents that were read and are no report, or whose organization or year nobody states."""
    unread: tuple[Left, ...] = ()
    """Documents that could not be read: damaged, cut off, too slow, not there."""


def publish(
    archive: Archive,
    site: str,
    reader: Reads | None = None,
    digests: Iterable[str] | None = None,
    corrections: Corrections = NO_CORRECTIONS,
    shelf: Shelf | None = None,
) -> Published:
    """Folds the site's captures into its published reports and writes those that differ.

    Documents are grouped by the organization and year that they state, or that their list entry states
    where they don't; an attachment that states neither belongs to its page's report. `reader` reads
    bodies that this parser version has not read yet; without one they count as unread. `digests` limits
    the work to the groups that these bodies touch, and costs what those hold, not what the site has; the
    result is the same as that of a whole fold as long as every other capture was published, with the same
    `corrections`. `shelf`: where the reports go, if not into the archive.
    """
    versions = Versions(archive.documents(site))
    fold = _Fold(archive, shelf or Shelf(archive, site), reader, versions, corrections)
    return fold.everything() if digests is None else fold.some(set(digests))


class _Fold:
    """One run of `publish`: the readings that it needed so far, and what it could not use."""

    def __init__(
        self,
        archive: Archive,
        shelf: Shelf,
        reader: Reads | None,
        versions: Versions,
        corrections: Corrections,
    ) -> None:
        self._shelf = shelf
        self._versions = versions
        self._readings = Readings(archive, reader, versions, corrections)
        self._groups: dict[ReportName, dict[DocumentPlace, int]] = {}
        """Which documents make a report, and which of their bodies' documents they are."""
        self._refused: dict[DocumentPlace, Left] = {}
        self._unread: dict[tuple[str, str], Left] = {}

    def everything(self) -> Published:
        """Folds all documents, and takes away reports that none of them supports any more."""
        for version in self._versions.all():
            self._assign(version)
        return self._write(self._remove_stale(self._shelf.all()))

    def some(self, digests: set[str]) -> Published:
        """Folds the groups that hold these bodies, or held them or what stood at their addresses before."""
        documents = self._versions.documents
        addresses = {url for sha256 in digests for url in documents.addresses_of(sha256)}
        addresses |= {linked for url in set(addresses) for linked in documents.addresses_on(url)}
        before = set[ReportName]()
        for url in sorted(addresses):
            for version in self._versions.at(url):
                self._assign(version)
                before.update(self._names_ever(version))
        for name in sorted(before | set(self._groups)):
            stored = self._stored_report(name)
            for url in () if stored is None else sorted({source.url or "" for source in stored.sources}):
                for version in self._versions.at(url):
                    self._assign(version, only=name)
        left = (self._shelf.get(name) for name in sorted(before - set(self._groups)))
        return self._write(self._remove_stale(data for data in left if data is not None))

    def _assign(self, version: Version, only: ReportName | None = None) -> None:
        """Puts a version's documents into their groups, or left out; `only`: into this group alone."""
        opened = self._readings.opened(version)
        if isinstance(opened, str):
            self._unread[version.place] = Left(version.url, version.sha256, opened)
            return
        unread = [message for report in opened.documents if (message := why_unread(report)) is not None]
        if unread:
            self._unread[version.place] = Left(version.url, version.sha256, "; ".join(unread))
        for index, report in enumerate(opened.documents):
            if why_unread(report) is not None:
                continue
            report = _identified(
                report, version.hints, self._page(version), spoken_of=index in opened.spoken_of
            )
            place = _place(version, report)
            if reason := _refusal(report):
                member = f"{place[2]}: " if place[2] else ""
                self._refused[place] = Left(version.url, version.sha256, member + reason)
                continue
            name = _name(report)
            if only is None or name == only:
                self._groups.setdefault(name, {})[place] = index

    def _names_ever(self, version: Version) -> Iterator[ReportName]:
        """Every report that a version's documents may have been part of, when less was known.

        They may have been published before their page was captured, or before a list said more of either,
        and what another machine captured earlier may be known later.
        """
        opened = self._readings.opened(version)
        if isinstance(opened, str):
            return
        pages: list[Report | None] = [None]
        for said in version.ever_said("parent"):
            for page in self._versions.at(str(said.get("parent", ""))):
                pages += [self._as_page(page, hints) for hints in page.ever_said(*IDENTITY)]
        for index, report in enumerate(opened.documents):
            if why_unread(report) is not None:
                continue
            for hints in version.ever_said(*IDENTITY):
                for known in pages:
                    named = _identified(report, hints, known, spoken_of=index in opened.spoken_of)
                    if _refusal(named) is None:
                        yield _name(named)

    def _page(self, version: Version) -> Report | None:
        """The report that the attachment's page was when the attachment was first fetched from it.

        That moment is fixed: what the page turns into later does not move the attachment. A page of
        several reports is none of them.
        """
        pages = self._pages(version)
        if not pages:
            return None
        then = [(moment, page) for page in pages for moment in page.seen if moment <= version.first]
        page = max(then, key=lambda pair: pair[0])[1] if then else pages[0]
        return self._as_page(page, page.hints)

    def _pages(self, version: Version) -> Sequence[Version]:
        """The versions of the page that an attachment is linked to from; none where it is none."""
        parent = str(version.hints.get("parent", ""))
        return () if parent in ("", version.url) else self._versions.at(parent)

    def _as_page(self, page: Version, hints: Mapping[str, str | int]) -> Report | None:
        """The one report that a page with these hints is."""
        opened = self._readings.opened(page)
        if isinstance(opened, str) or len(opened.spoken_of) != 1:
            return None
        report = apply_hints(opened.documents[next(iter(opened.spoken_of))], hints_of(hints))
        return report if _refusal(report) is None else None

    def _merged(self, name: ReportName) -> Report | None:
        """The report that a group makes; None where nothing belongs to it."""
        readings, stated = [], []
        for (sha256, url, *_), index in self._groups.get(name, {}).items():
            version = self._versions.find(url, sha256)
            whole = self._readings.whole(version)
            report = whole[index]
            source = replace(
                report.sources[0],
                sha256=sha256,
                url=url,
                captured=version.first,
                superseded=version.superseded,
            )
            told = index in spoken_of(whole)
            readings.append((source, _identified(report, version.hints, self._page(version), spoken_of=told)))
            stated.append(report)
        return merge(readings).with_findings(*unstated(stated)) if readings else None

    def _write(self, removed: tuple[ReportName, ...]) -> Published:
        """Writes the merged groups and the reports of the years after them, which refer to them."""
        names = set(self._groups)
        names |= {(year + 1, body) for year, body in (*names, *removed)}
        written: dict[ReportName, bool] = {}
        last: tuple[ReportName, Report] | None = None
        for year, body in sorted(names, key=lambda name: (name[1], name[0])):
            report = self._merged((year, body)) or self._stored_report((year, body))
            if report is None:
                continue
            before = (year - 1, body)
            previous = last[1] if last and last[0] == before else self._stored_report(before)
            whole = with_previous_year(report, previous)
            written[year, body] = self._shelf.put((year, body), whole.to_json())
            last = ((year, body), report)
        return Published(
            published=tuple(name for name in sorted(written) if written[name]),
            unchanged=tuple(name for name in sorted(written) if not written[name]),
            removed=removed,
            refused=tuple(self._refused[place] for place in sorted(self._refused)),
            unread=tuple(self._unread[place] for place in sorted(self._unread)),
        )

    def _remove_stale(self, stored: Iterable[dict[str, Any]]) -> tuple[ReportName, ...]:
        """Removes reports that the fold no longer makes, if all their documents have their place elsewhere.

        A document that could not be read this time takes no report away.
        """
        placed = {place[:2] for place in set(self._refused).union(*self._groups.values())} - set(self._unread)
        removed = []
        for data in stored:
            name = (data["year"], data["organization"])
            places = {(source["sha256"], source["url"]) for source in data["sources"]}
            if name not in self._groups and places <= placed:
                self._shelf.remove(name)
                removed.append(name)
        return tuple(removed)

    def _stored_report(self, name: ReportName) -> Report | None:
        """The published report of that name, if there is a sound one."""
        data = self._shelf.get(name)
        try:
            return None if data is None else report_from_json(data)
        except InvalidReport:
            return None


def _identified(
    report: Report, hints: Mapping[str, str | int], page: Report | None, *, spoken_of: bool
) -> Report:
    """A document's report with what its list entry, and for an attachment its page, say of it."""
    if spoken_of:
        report = apply_hints(report, hints_of(hints))
    if page is not None and report.is_report:
        if spoken_of and (report.organization is None or report.year is None):
            report = apply_hints(report, Hints(organization=page.organization, year=page.year))
        elif (
            report.organization is not None
            and report.year == page.year
            and _same_body(report.organization, page.organization)
        ):
            report = replace(report, organization=page.organization)
    return apply_member_name(report)


def _place(version: Version, report: Report) -> DocumentPlace:
    source = report.sources[0]
    return (*version.place, source.member or "", source.part or 0)


def _refusal(report: Report) -> str | None:
    """Why a reading cannot be published, or None."""
    for finding in report.findings:
        if finding.code == "not-a-report":
            return finding.message
    missing = [
        what
        for what, value in (("organization", report.organization), ("year", report.year))
        if value is None
    ]
    if missing:
        return f"neither the document nor its list entry states the {' and the '.join(missing)}"
    return None


def _same_body(one: str, other: str | None) -> bool:
    """Whether two names differ only in the place that one of them says in front: 西城区…, 北京市西城区…."""
    if other is None or one == other:
        return False
    short, long = sorted((one, other), key=len)
    return long.endswith(short) and long.removesuffix(short).endswith(PLACES)


def _name(report: Report) -> ReportName:
    """The name of a report that `_refusal` has nothing against."""
    return report.year or 0, report.organization or ""
