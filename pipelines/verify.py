"""Whether what is derived follows from what was captured: readings from bodies, reports from the fold.

Goes on with the `Verification` that storage began. The fold is that of `publish`, made anew and compared
with what is published. Where they differ it is not known yet who is to blame: so the bodies of
such a report are read again, and a stored reading that is not what its parser reads is named in place
of the reports that it would spoil. Nothing here writes, `mend` excepted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from pipelines.corrections import Corrections
from pipelines.decoding import decode
from pipelines.errors import InvalidReport, PipelineError
from pipelines.publish import publish
from pipelines.readings import Reads
from pipelines.reparse import FOR_WANT
from pipelines.report.read import PARSER_VERSION
from pipelines.report.stored import reading_from_json, report_from_json
from pipelines.shelf import ReportName, Shelf
from pipelines.versions import versions_of
from storage.archive import Archive
from storage.errors import Damaged, NotFound, SiteBusy, StorageError
from storage.keys import Place, digest, parse_key, raw_key, report_key, reports_prefix
from storage.repair import Repaired, keep_aside
from storage.seal import unsealed
from storage.verify import Verification

_INDENT = re.compile(rb"\n *")
_READING = {"schema", "documents"}
"""What a reading without a seal consists of."""
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
        """Bodies whose readings name another body of the archive, or have changed."""

    def verify(self) -> None:
        """Look at every reading and report in the verification's scope."""
        for key, where, data in self._done.objects("parses"):
            self._check_reading(key, where, data)
        for key, _, data in self._done.objects("reports"):
            if reason := fault_of_published(key, data):
                self._done.found("report-damaged", key, reason)
        damaged = self._done.damaged_journals()
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

    def _check_reading(self, key: str, where: Place, data: bytes) -> None:
        sha256 = str(where.digest)
        catalogue = self._done.catalogue
        if not (catalogue.has(raw_key(sha256)) or catalogue.named(sha256) or self._archive.has_body(sha256)):
            self._done.found("reading-orphan", key, "neither the journal nor raw/ has its body")
            return
        try:
            reading, has_seal = unsealed(key, data)
        except Damaged as error:
            self._done.found("reading-damaged", key, str(error))
            return
        if not str(reading.get("schema")).startswith("gongkai.reading/"):
            self._done.found("reading-damaged", key, "it is no reading")
        elif not has_seal and (reading.keys() - _READING or not _as_written(reading, data)):
            self._done.found("reading-damaged", key, "it is not written as a reading is")
        elif where.version == PARSER_VERSION:
            try:
                documents = reading_from_json(reading)
            except InvalidReport as error:
                self._done.found("reading-damaged", key, str(error))
                return
            others = {source.sha256 for document in documents for source in document.sources} - {sha256}
            if catalogue.has_changed(key, digest(data)) or any(catalogue.has(raw_key(o)) for o in others):
                self._doubtful.add(sha256)

    def _read_again(self, site: str, digests: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What the parser reads from these bodies of the site; those whose reading is wrong are found out."""
        versions, _ = versions_of(self._archive.documents(site))
        headers = {v.sha256: v.headers for url in sorted(versions) for v in versions[url] if v.headers}
        fresh: dict[str, dict[str, Any]] = {}
        for sha256 in sorted(set(digests)):
            key, stored = parse_key(PARSER_VERSION, sha256), self._archive.parse(PARSER_VERSION, sha256)
            try:
                reading = self._reader.read(decode(self._archive.body(sha256), headers.get(sha256) or ()))
            except (Damaged, NotFound, PipelineError):
                continue
            if stored == reading or _wants(reading) or (_is_reading(stored) and _wants(stored)):
                # As it is, or read on a machine that had what is wanting here.
                if stored is not None:
                    self._done.catalogue.remember_reading(key, digest(self._done.store.get(key)))
                continue
            fresh[sha256] = reading
            if not self._done.store.exists(key):
                self._done.found("reading-missing", key, "a published report is made of it")
            elif not _is_reading(stored):
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
            elif not _sources(stored[key]) & folded.unread:
                self._done.found("report-differs", key, self._difference(site))
        for key, report in stored.items():
            if key not in folded.same and key not in folded.other and key not in older:
                sources = _sources(report)
                if not sources or not sources <= folded.unread:
                    self._done.found("report-unfounded", key, "no capture of the site makes this report")

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
                report = _json(self._done.store.get(key))
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
                named |= _sources(report)
                if key not in folded.same:
                    suspects |= _sources(report)
        for key, report in folded.other.items():
            if key not in older:
                suspects |= _sources(report)
        return suspects | (folded.unread & named) | (self._doubtful & named)

    def _by_another(self, report: dict[str, Any], made: dict[str, Any] | None) -> bool:
        """Whether a published report was made by another version of the parser, whose readings are here."""
        version = str(report["parser"]).rpartition(" ")[2]
        if version == PARSER_VERSION or (made is not None and made["parser"] == report["parser"]):
            return False
        try:
            keys = [parse_key(version, sha256) for sha256 in _sources(report)]
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
                if not _is_reading(self._archive.parse(version, name.removesuffix(".json"))):
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
            same = _as_written(report, self._archive.store.get(key))
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


def fault_of_published(key: str, data: bytes) -> str | None:
    """What is wrong with what is published under a key, by itself; None if it is a report of that key."""
    report = _json(data)
    try:
        report_from_json(report or {})
        due = report_key(key.split("/")[1], report["year"], report["organization"]) if report else ""
    except (InvalidReport, StorageError, KeyError, TypeError, AttributeError) as error:
        return f"it is no report: {error}"
    if due != key:
        return f"it is the report that belongs under {due}"
    return None


def _as_written(value: dict[str, Any], data: bytes) -> bool:
    """Whether `json_document` writes `value` so, line breaks and indents aside: comparing those takes ten
    times as long, and they say nothing."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ": "), allow_nan=False)
    return data.endswith(b"}\n") and compact.encode("utf-8", "backslashreplace") == _INDENT.sub(b"", data)


def _sources(report: dict[str, Any]) -> set[str]:
    return {str(source["sha256"]) for source in report["sources"]}


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_reading(data: dict[str, Any] | None) -> bool:
    try:
        return data is not None and bool(reading_from_json(data))
    except InvalidReport:
        return False


def _wants(reading: dict[str, Any] | None) -> bool:
    """Whether a reading says that a program or time was wanting."""
    documents = (reading or {}).get("documents", ())
    return any(finding["code"] in FOR_WANT for one in documents for finding in one["findings"])
