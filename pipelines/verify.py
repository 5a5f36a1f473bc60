"""Whether what is derived follows from what was captured: readings from bodies, reports from the fold.

Goes on with the `Verification` that storage began. The fold is that of `publish`, made anew and compared
with what is published. Where they differ it is not known yet who is to blame: so the bodies of
such a report are read again, and a stored reading that is not what its parser reads is named in place
of the reports that it would spoil. Nothing here writes, `mend` excepted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from pipelines.corrections import Corrections
from pipelines.decoding import decode
from pipelines.errors import PipelineError
from pipelines.judging import (
    as_written,
    bodies_of,
    bodies_of_reading,
    fault_of_published,
    is_reading,
    json_object,
    wants,
    year_before,
)
from pipelines.publish import publish
from pipelines.readings import Reads
from pipelines.report.read import PARSER_VERSION
from pipelines.shelf import ReportName, Shelf
from pipelines.versions import Versions
from storage.archive import Archive
from storage.errors import Damaged, NotFound, SiteBusy, StorageError
from storage.keys import Place, digest, parse_key, raw_key, report_key, reports_prefix
from storage.repair import Repaired, keep_aside
from storage.verify import Verification

MOST_READ = 200
"""Bodies of a site that are read again to find who is to blame."""


@dataclass(slots=True)
class _Folded:
    """What a fold of a site makes, beside what is published."""

    same: set[str] = field(default_factory=set)
    other: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Key -> the report of the fold, where what is published is another or nothing."""
    unread: set[str] = field(default_factory=set)
    """Digests of bodies without a reading."""


class Derived:
    """The readings and reports of one archive, as one verification looks at them."""

    def __init__(self, done: Verification, archive: Archive, reader: Reads, corrections: Corrections) -> None:
        self._done = done
        self._archive = archive
        self._reader = reader
        self._corrections = corrections
        self._doubtful: set[str] = set()
        """Bodies whose readings name another body of the archive, have changed, are damaged or gone."""

    def verify(self) -> None:
        """Look at every reading and report in the verification's scope."""
        damaged = self._done.damaged_journals()
        for key, where, data in self._done.objects("parses"):
            self._check_reading(key, where, data, journal_is_whole=not damaged)
        self._check_vanished()
        for key, _, data in self._done.objects("reports"):
            if reason := fault_of_published(key, data):
                self._done.found("report-damaged", key, reason)
        sites = self._sites()
        for number, site in enumerate(sites, 1):
            self._done.step("sites folded", number, len(sites))
            if site in damaged:
                self._unchecked(site, "its journal is damaged")
                continue
            try:
                with self._archive.held(site):
                    self._compare(site)
            except SiteBusy:
                self._unchecked(site, "it is being crawled")

    def _sites(self) -> list[str]:
        """Those asked for, or all that have captures; and those that have nothing but reports."""
        keys = self._done.catalogue.keys
        sites = self._done.scope.sites or {key.split("/")[1] for key in keys("captures")}
        return sorted({*sites, *(key.split("/")[1] for key in keys("reports"))})

    def mend(self, restored: Container[str] = ()) -> Iterator[Repaired | tuple[str, str]]:
        """Make again what was found wrong and can be; what cannot is given with the reason.

        Sites whose journal is whole again after keys were `restored` are compared first. Nothing is taken
        away whose bytes are not kept aside.
        """
        store, damaged = self._done.store, self._done.damaged_journals(restored)
        for site in sorted(self._done.damaged_journals() - damaged):
            self._archive.follow(site)
            self._compare(site)
        wrong: dict[str, list[str]] = {}
        for kind in ("parses/", "reports/"):
            for finding in self._done.catalogue.findings(kind):
                if finding.level == "damage" and "makes it again" in finding.mend:
                    wrong.setdefault(finding.key, []).append(finding.code)
        asides: dict[str, str | None] = {}
        sites = sorted({key.split("/")[1] for key in wrong if key.startswith("reports/")})
        if any(key.startswith("parses/") for key in wrong):
            sites = self._sites()
        for key, codes in wrong.items():
            kind, site, _, name = key.split("/")
            if not (site not in damaged if kind == "reports" else self._archive.has_body(name[:64])):
                continue
            asides[key] = self._keep_aside(key)
            if asides[key] and set(codes) & {"report-damaged", "report-unfounded"}:
                store.remove(key)
            elif asides[key] and key.startswith(f"parses/{PARSER_VERSION}/"):
                store.replace(key, b"{}\n")  # no reading: the fold has it made again
        for site in sites:
            if site not in damaged:
                with suppress(SiteBusy):
                    self._publish(site)
        still = {key for key, _ in self._still_wrong(wrong)}
        for key in wrong:
            if key in still or key not in asides:
                yield key, "it could not be made again: mend what it is made from first"
            else:
                yield Repaired(key, "the captures", asides[key])

    # ------------------------------------------------------------------ readings

    def _check_reading(self, key: str, where: Place, data: bytes, *, journal_is_whole: bool) -> None:
        sha256 = str(where.digest)
        catalogue = self._done.catalogue
        known = catalogue.has(raw_key(sha256)) or catalogue.named(sha256) or self._archive.has_body(sha256)
        if not known and journal_is_whole:  # else the line that names it may be the journal's damage
            self._done.found("reading-orphan", key, "neither the journal nor raw/ has its body")
            return
        current = where.version == PARSER_VERSION
        try:
            others = bodies_of_reading(key, data, current=current) - {sha256}
            changed = current and catalogue.has_changed(key, digest(data))
        except Damaged as error:
            self._done.found("reading-damaged", key, str(error))
            others, changed = frozenset(), current
        if changed or any(catalogue.has(raw_key(other)) for other in others):
            self._doubtful.add(sha256)

    def _check_vanished(self) -> None:
        """Readings of this parser that this machine saw before; where only some sites are looked at, none."""
        if not self._done.scope.sites:
            for key in self._done.catalogue.vanished_readings(f"parses/{PARSER_VERSION}/"):
                if not self._done.store.exists(key):
                    self._done.found("reading-missing", key, "it was here at an earlier verification")
                    self._doubtful.add(key[-69:-5])

    def _read_again(self, site: str, digests: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What the parser reads from these bodies of the site; those whose reading is wrong are found out."""
        versions = Versions(self._archive.documents(site))
        fresh: dict[str, dict[str, Any]] = {}
        for sha256 in sorted(set(digests)):
            key, stored = parse_key(PARSER_VERSION, sha256), self._archive.parse(PARSER_VERSION, sha256)
            try:
                reading = self._reader.read(decode(self._archive.body(sha256), versions.headers(sha256)))
            except (Damaged, NotFound, PipelineError):
                continue
            if stored == reading or wants(reading) or (is_reading(stored) and wants(stored)):
                # As it is, or read on a machine that had what is wanting here.
                if stored is not None:
                    self._done.catalogue.remember_reading(key, digest(self._done.store.get(key)))
                continue
            fresh[sha256] = reading
            if not self._done.store.exists(key):
                self._done.found("reading-missing", key, "a published report is made of it")
            elif not is_reading(stored):
                self._done.found("reading-damaged", key, "it is no reading")
            else:
                self._done.found("reading-differs", key, "the body reads otherwise")
        return fresh

    # ------------------------------------------------------------------ reports

    def _compare(self, site: str) -> None:
        folded = self._fold(site, self._archive)
        stored = self._stored(site)
        older = {key for key, report in stored.items() if self._by_another(report, folded.other.get(key))}
        if older:
            self._unchecked(site, f"{len(older)} reports are of another version of the parser")
        to_read = self._suspects(folded, stored, older)
        if len(to_read) > MOST_READ:
            self._unchecked(site, f"{len(to_read)} bodies have no sound reading: gongkai reparse {site}")
            return
        if to_read and (fresh := self._read_again(site, to_read)):
            folded = self._fold(site, cast("Archive", _Reread(self._archive, fresh)))
        for key, _ in folded.other.items():
            if key in older or self._is_damaged(key):
                continue
            if key not in stored:
                if not older:  # a newer parser has read more than it has published
                    self._done.found("report-missing", key, "the captures make it")
            elif self._can_be_judged(key, stored, folded):
                self._done.found("report-differs", key, self._difference(site))
        for key, report in stored.items():
            if key not in folded.same and key not in folded.other and key not in older:
                sources = bodies_of(report)
                if not sources or not sources <= folded.unread:
                    self._done.found("report-unfounded", key, "no capture of the site makes this report")

    def _can_be_judged(self, key: str, stored: dict[str, dict[str, Any]], folded: _Folded) -> bool:
        """Whether all that a published report was made of is there: its readings, and its last year's."""
        before = year_before(key)
        if before in stored and bodies_of(stored[before]) & folded.unread:
            return False
        lost = before not in folded.same and before not in folded.other and self._is_damaged(before)
        return not lost and not bodies_of(stored[key]) & folded.unread

    def _fold(self, site: str, archive: Archive) -> _Folded:
        folded = _Folded()
        shelf = _Beside(self._archive, site, folded)
        done = publish(archive, site, None, None, self._corrections, shelf)
        folded.unread = {left.sha256 for left in done.unread}
        return folded

    def _stored(self, site: str) -> dict[str, dict[str, Any]]:
        """The published reports that are reports, without the bulk, by key."""
        stored = {}
        for key in self._done.store.list(reports_prefix(site)):
            try:
                report = json_object(self._done.store.get(key))
            except StorageError:
                continue
            if report is not None and not self._is_damaged(key):
                stored[key] = {"parser": report["parser"], "sources": report["sources"]}
        return stored

    def _suspects(self, folded: _Folded, stored: dict[str, dict[str, Any]], older: set[str]) -> set[str]:
        """Bodies whose readings may be what makes published reports and the fold differ."""
        suspects = set[str]()
        named = set[str]()
        for key, report in stored.items():
            if key not in older:
                named |= bodies_of(report)
                if key not in folded.same:
                    suspects |= bodies_of(report)
        for key, report in folded.other.items():
            if key not in older:
                suspects |= bodies_of(report)
        return suspects | (folded.unread & (named | self._doubtful)) | (self._doubtful & named)

    def _by_another(self, report: dict[str, Any], made: dict[str, Any] | None) -> bool:
        """Whether a published report was made by another version of the parser, whose readings are here."""
        version = str(report["parser"]).rpartition(" ")[2]
        if version == PARSER_VERSION or (made is not None and made["parser"] == report["parser"]):
            return False
        try:
            keys = [parse_key(version, sha256) for sha256 in bodies_of(report)]
        except StorageError:
            return False
        return any(self._done.store.exists(key) for key in keys)

    def _difference(self, site: str) -> str:
        published = self._archive.corrected_by(site)
        if published and published != self._corrections.digest:
            return "the fold makes another; it was published with other corrections than are in force here"
        return "the fold makes another"

    def _is_damaged(self, key: str) -> bool:
        return any(
            one.code == "report-damaged" and one.key == key for one in self._done.catalogue.findings(key)
        )

    def _unchecked(self, site: str, why: str) -> None:
        self._done.found("reports-unchecked", reports_prefix(site), why)

    # ------------------------------------------------------------------ mending

    def _publish(self, site: str) -> None:
        with self._archive.held(site):
            self._archive.follow(site)
            generation = self._archive.dirty(site)
            publish(self._archive, site, self._reader, None, self._corrections)
            self._archive.mark_clean(site, generation, self._corrections.digest)

    def _keep_aside(self, key: str) -> str | None:
        try:
            return keep_aside(self._done.store, self._done.store.get(key))
        except NotFound:
            return None

    def _still_wrong(self, wrong: Iterable[str]) -> Iterator[tuple[str, str]]:
        folds: dict[str, _Folded] = {}
        for key in wrong:
            site = key.split("/")[1]
            if key.startswith("reports/"):
                if site not in folds:
                    folds[site] = self._fold(site, self._archive)
                fold = folds[site]
                if key in fold.other or (key not in fold.same and self._done.store.exists(key)):
                    yield key, ""
            else:
                _, version, _, name = key.split("/")
                if not is_reading(self._archive.parse(version, name.removesuffix(".json"))):
                    yield key, ""


class _Beside(Shelf):
    """A shelf that puts nothing anywhere, and notes how the fold compares with what is published."""

    def __init__(self, archive: Archive, site: str, folded: _Folded) -> None:
        super().__init__(archive, site, writes=False)
        self._folded = folded

    def all(self) -> Iterator[dict[str, Any]]:
        """Nothing: what no capture supports is found by the keys."""
        return iter(())

    def put(self, name: ReportName, report: dict[str, Any]) -> bool:
        """Compares the report with the published one."""
        key = report_key(self._site, *name)
        try:
            same = as_written(report, self._archive.store.get(key))
        except NotFound:
            same = False
        if same:
            self._folded.same.add(key)
        else:
            self._folded.other[key] = {"parser": report["parser"], "sources": report["sources"]}
        return not same


class _Reread:
    """An archive as the fold sees it, with some readings replaced by what the parser reads now."""

    def __init__(self, archive: Archive, fresh: dict[str, dict[str, Any]]) -> None:
        self._archive = archive
        self._fresh = fresh
        self.documents = archive.documents

    def parse(self, version: str, sha256: str) -> dict[str, Any] | None:
        """See `Archive.parse`."""
        return self._fresh.get(sha256) or self._archive.parse(version, sha256)
