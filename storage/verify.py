"""Fixity: whether everything in an archive is what it was, and every reference leads to something.

This is what storage knows: bodies, the journal, run records, audit records and their chains. Whether
readings and published reports follow from them is for `pipelines.verify`, which goes on with the same
`Verification`. It must not change anything in the store: `repair` does, and `audit` writes down what was
found.

Objects are listed first and looked at afterwards, so what a crawl adds meanwhile is not missed: whatever
a listed object names was durable before it. What is named and was not listed is asked for by its key
before it is called missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from storage.alerts import SCHEMA as ALERTS_SCHEMA
from storage.catalogue import Catalogue
from storage.errors import ArchiveUnusable, Damaged
from storage.fetching import fetched
from storage.findings import Finding
from storage.journal import Capture, read_segment
from storage.keys import (
    ALERTS_PREFIX,
    ARCHIVE_KEY,
    Place,
    captures_prefix,
    digest,
    place,
    raw_key,
    reports_prefix,
    runs_prefix,
)
from storage.listing import in_the_archive
from storage.store import Store

Step = Callable[[str, int, int | None], None]
"""Told what is looked at, how many of them were, and of how many (None: nobody knows yet)."""

RUN_SCHEMA, AUDIT_SCHEMA = "gongkai.run/1", "gongkai.audit/1"
_NAMES = {"raw": "body", "captures": "segment", "runs": "run", "audits": "audit", "alerts": "alert"}
"""How the codes call a kind of object."""
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at. The journal and the records always are; bodies can be many."""

    sites: tuple[str, ...] = ()
    """Only what these sites have; none named: everything, and whatever else lies in the archive."""
    share: float | None = None
    """Hash a body with this probability, from 0 to 1."""
    since: str = ""
    """Hash only bodies that a capture of this ISO time or later names."""
    budget: int | None = None
    """Hash at most so many bodies, those first that were not checked for longest."""

    @property
    def is_partial(self) -> bool:
        """Whether bodies are left out."""
        return self.share is not None or bool(self.since) or self.budget is not None

    @property
    def name(self) -> str:
        """What tells it from other scopes."""
        return json.dumps([self.sites, self.share, self.since, self.budget])


@dataclass(slots=True)
class Verification:
    """One verification: what it looks at and what it found. Findings go into its catalogue."""

    store: Store
    catalogue: Catalogue
    scope: Scope
    started: datetime
    """When it began; an interrupted one goes on as the one that it was."""
    step: Step
    bodies: int = 0
    """Bodies hashed now."""
    chosen: int = 0
    """Bodies that were to be hashed."""
    heads: dict[str, list[str]] = field(default_factory=dict)
    """Site -> keys of its run records that no other names as previous."""
    audit_heads: list[str] = field(default_factory=list)
    """Digests of the audit records that no other names as previous."""
    identity: str | None = None
    """The SHA-256 of archive.json; where that is damaged, of what it was at the last audit."""
    expected: str | None = None
    """What it was at the last audit, if there was one."""

    def run(self) -> None:
        """Look at everything that storage knows about; raises `ArchiveUnusable` where the store fails."""
        self._list()
        said = self._audits()
        self.expected = said.pop("", None)
        self._identify()
        self._chain("alerts", ALERTS_SCHEMA, lambda _: None)
        self._segments()
        self._runs(said)
        self._references()
        self._bodies()
        for _ in self._sound(self.catalogue.keys("quarantine"), "quarantine"):
            pass
        self.catalogue.remember_bodies((), (), "")

    def found(self, code: str, key: str, message: str) -> None:
        """Note a finding."""
        self.catalogue.add_finding(Finding(code, key, message))

    def objects(self, kind: str) -> Iterator[tuple[str, Place, bytes]]:
        """The listed objects of a kind that the store hands out; that it doesn't is noted of the others."""
        for key, data in self._fetched(self.catalogue.keys(kind), bytes, kind, self.catalogue.count(kind)):
            where = place(key)
            if data is not None and where is not None:
                yield key, where, data

    def damaged_journals(self, restored: Container[str] = ()) -> set[str]:
        """Sites whose journal is not whole, but for what was restored."""
        return {
            finding.key.split("/")[1]
            for finding in self.catalogue.findings("captures/")
            if finding.level == "damage" and finding.code != "foreign" and finding.key not in restored
        }

    # ------------------------------------------------------------------ listing

    def _list(self) -> None:
        prefixes = [""]
        if self.scope.sites:
            prefixes = ["audits/", ALERTS_PREFIX, "quarantine/"]
            for site in self.scope.sites:
                prefixes += [captures_prefix(site), reports_prefix(site), runs_prefix(site)]
        self.catalogue.add_objects(self._known(key for prefix in prefixes for key in self.store.list(prefix)))

    def _known(self, keys: Iterable[str]) -> Iterator[tuple[str, Place]]:
        for number, key in enumerate(keys, 1):
            if number % _BATCH == 0:
                self.step("objects listed", number, None)
            where = place(key)
            if where is None and in_the_archive(key):
                self.found("foreign", _legible(key), "no key of an archive looks like this")
            elif where is not None and where.kind != ARCHIVE_KEY:
                yield key, where

    def _identify(self) -> None:
        data = next(iter(fetched(self.store, [ARCHIVE_KEY], bytes)))[1]
        if isinstance(data, bytes):
            self.identity = digest(data)
        try:
            known = isinstance(data, bytes) and json.loads(data)["format"] == "gongkai.archive"
        except (ValueError, TypeError, KeyError):
            known = False
        if not known:
            self.found("identity-damaged", ARCHIVE_KEY, "it does not say what archive this is")
        elif self.expected not in (None, self.identity):
            self.found("identity-damaged", ARCHIVE_KEY, "it is not what it was at the last audit")
            known = False
        if not known:
            self.identity = self.expected

    # ------------------------------------------------------------------ journal and records

    def _audits(self) -> dict[str, Any]:
        """Checks the audit records; gives what they say: the newest heads of each site, "" -> identity."""
        said: dict[str, Any] = {}

        def hear(record: dict[str, Any]) -> None:
            said.update(record.get("heads", {}))
            said[""] = record.get("archive")

        self.audit_heads = self._chain("audits", AUDIT_SCHEMA, hear)
        return said

    def _chain(self, kind: str, schema: str, hear: Callable[[dict[str, Any]], None]) -> list[str]:
        """Checks records of a kind that name those before them; gives the digests that no other names."""
        name, digests, named = _NAMES[kind], dict[str, str](), dict[str, str]()
        for key, where, data in self._sound(self.catalogue.keys(kind), kind):
            record = _object(data, schema)
            if record is None:
                self.found(f"{name}-damaged", key, f"it is no {name} record")
                continue
            digests[str(where.digest)] = key
            named |= {str(one): key for one in record.get("previous", ())}
            hear(record)
        self._gone(f"{kind}/", f"{name}-missing")
        for sha256, key in named.items():
            if sha256 not in digests and not self._found_gone(f"{kind}/", sha256):
                self.found(f"{name}-missing", f"{kind}/*-{sha256}.json", f"{key} names it as previous")
        return sorted(digests.keys() - named.keys())

    def _segments(self) -> None:
        for key, where, data in self._sound(self.catalogue.keys("captures"), "captures"):
            try:
                captures = [capture for _, capture in read_segment(data)]
            except Damaged as error:
                self.found("segment-misfiled", key, str(error))
                continue
            reason = next(filter(None, (_astray(capture, where) for capture in captures)), None)
            if reason is not None:
                self.found("segment-misfiled", key, reason)
                continue
            bodies = (
                (c.sha256, c.size if c.status != 304 else 0, c.received.isoformat())
                for c in captures
                if c.sha256 is not None
            )
            self.catalogue.add_segment(key, bodies, len(captures))
        for prefix in self._prefixes("captures"):
            self._gone(prefix, "segment-missing")

    def _runs(self, said: dict[str, Any]) -> None:
        for prefix in self._prefixes("runs"):
            self._gone(prefix, "run-missing")
        for site, heads in said.items():
            if not self.scope.sites or site in self.scope.sites:
                for key in heads:
                    if not self.catalogue.has(key) and not self.store.exists(key):
                        self.found("run-missing", key, "an audit record names it as the site's newest")
        sound = self._sound(self.catalogue.keys("runs"), "runs")
        for site, objects in groupby(sound, lambda item: str(item[1].site)):
            digests: dict[str, str] = {}
            named: dict[str, str] = {}
            for key, where, data in objects:
                record = _object(data, RUN_SCHEMA)
                if record is None or (record.get("site"), record.get("run")) != (site, where.run):
                    self.found("run-misfiled", key, "it is no run record, or that of another site or run")
                    continue
                digests[str(where.digest)] = key
                named |= {str(one): key for one in record.get("previous", ())}
                segments = [str(one) for one in record.get("segments", ())]
                self.catalogue.add_run(key, segments)
                held = self.catalogue.captures(segments)
                if held not in (None, record.get("captures")):
                    message = f"it counts {record.get('captures')} captures; its segments hold {held}"
                    self.found("run-miscounts", key, message)
            for sha256, key in named.items():
                if sha256 not in digests and not self._found_gone(f"runs/{site}/", sha256):
                    self.found("run-missing", f"runs/{site}/*-{sha256}.json", f"{key} names it as previous")
            heads = {key for sha256, key in digests.items() if sha256 not in named}
            self.heads[site] = sorted(heads | self._still_wanting(said.get(site, ()), digests))

    def _references(self) -> None:
        for key, run in self.catalogue.unlisted_segments():
            if not self.store.exists(key):
                self.found("segment-missing", key, f"{run} names it")
        for key in self.catalogue.uncommitted():
            self.found("segment-uncommitted", key, "no run record names it")
        if self.scope.sites:
            self.catalogue.list_named()
            if self.scope.is_partial:  # else each is read, and missed where it is missing
                for key in self.catalogue.keys("raw"):
                    if not self.store.exists(key):
                        self.found("body-missing", key, "the journal names it")
            return
        for sha256, segment in self.catalogue.unlisted_bodies():
            if not self.store.exists(raw_key(sha256)):
                self.found("body-missing", raw_key(sha256), f"{segment} names it")
        for sha256, checked in self.catalogue.vanished_bodies():
            if not self.store.exists(raw_key(sha256)):
                self.found("body-missing", raw_key(sha256), f"it was here, and sound, at {checked}")
        for key in self.catalogue.unnamed_bodies():
            self.found("body-unreferenced", key, "no line of the journal names it")

    def _still_wanting(self, heads: Iterable[str], digests: dict[str, str]) -> set[str]:
        """Of the newest records at the last audit those that are not sound: no later audit forgets them."""
        return {key for key in heads if key not in digests.values()}

    # ------------------------------------------------------------------ bodies

    def _bodies(self) -> None:
        scope, started = self.scope, self.started.isoformat(timespec="microseconds")
        self.chosen = self.catalogue.choose_bodies(
            started, budget=scope.budget, share=scope.share, since=scope.since
        )
        keys = (raw_key(sha256) for sha256 in self.catalogue.chosen_bodies())
        sound: list[str] = []
        damaged: list[str] = []
        for key, hashed in self._fetched(keys, _hashed, "raw", self.chosen, missing=True):
            self.bodies += 1
            sha256 = key[-64:]
            if hashed is None:
                damaged.append(sha256)
            elif hashed[0] == sha256:
                sound.append(sha256)
            else:
                damaged.append(sha256)
                self._blame(key, *hashed)
            if len(sound) + len(damaged) >= _BATCH:
                self._remember(sound, damaged)
        self._remember(sound, damaged)

    def _remember(self, sound: list[str], damaged: list[str]) -> None:
        self.catalogue.remember_bodies(sound, damaged, datetime.now(UTC).isoformat(timespec="microseconds"))
        sound.clear()
        damaged.clear()

    # ------------------------------------------------------------------ what the checks share

    def _sound(self, keys: Iterable[str], kind: str) -> Iterator[tuple[str, Place, bytes]]:
        """The objects whose bytes have the digest of their key; the others are found out."""
        when = self.started.isoformat(timespec="microseconds")
        for key, data in self._fetched(keys, bytes, kind, self.catalogue.count(kind)):
            where = place(key)
            if data is None or where is None:
                continue
            if digest(data) == where.digest:
                self.catalogue.remember(key, when)
                yield key, where, data
            else:
                self._blame(key, digest(data), len(data))

    def _fetched(
        self,
        keys: Iterable[str],
        work: Callable[[bytes], Any],
        kind: str,
        total: int,
        *,
        missing: bool = False,
    ) -> Iterator[tuple[str, Any]]:
        """Each object as `work` has it, None where there is none; `missing`: a finding, as it was listed."""
        for number, (key, result) in enumerate(fetched(self.store, keys, work), 1):
            self.step(kind, number, total)
            if isinstance(result, ArchiveUnusable):
                self.found("unreadable", key, str(result))
                result = None
            elif result is None and missing:
                self.found("body-missing", key, "it is not there")
            yield key, result

    def _blame(self, key: str, sha256: str, size: int) -> None:
        """Say of an object that does not have its digest what it has become."""
        kind = key.partition("/")[0]
        other = self.catalogue.holder(sha256, key)
        if kind == "quarantine":
            self.found("quarantine-damaged", key, f"it has the SHA-256 {sha256}")
        elif other is not None:
            self.found(f"{_NAMES[kind]}-swapped", key, f"it holds what {other} should")
        elif kind == "raw" and size < (expected := (self.catalogue.named(key[-64:]) or (0, ""))[0]):
            self.found("body-truncated", key, f"{size} of its {expected} bytes are there")
        else:
            self.found(f"{_NAMES[kind]}-damaged", key, f"its {size} bytes have the SHA-256 {sha256}")

    def _gone(self, prefix: str, code: str) -> None:
        for key, checked in self.catalogue.vanished(prefix):
            if not self.store.exists(key):
                self.found(code, key, f"it was here, and sound, at {checked}")

    def _found_gone(self, prefix: str, sha256: str) -> bool:
        """Whether a record is known by name to be missing or damaged, or is there after all."""
        if any(finding.key.endswith(f"-{sha256}.json") for finding in self.catalogue.findings(prefix)):
            return True
        return any(key.endswith(f"-{sha256}.json") for key in self.store.list(prefix))

    def _prefixes(self, kind: str) -> list[str]:
        return [f"{kind}/{site}/" for site in self.scope.sites] or [f"{kind}/"]


def _legible(name: str) -> str:
    """A foreign name as a person can read it and a database take it: a file's may be any bytes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _hashed(body: bytes) -> tuple[str, int]:
    return digest(body), len(body)


def _object(data: bytes, schema: str) -> dict[str, Any] | None:
    try:
        record = json.loads(data)
    except ValueError:
        return None
    return record if isinstance(record, dict) and record.get("schema") == schema else None


def _astray(capture: Capture, where: Place) -> str | None:
    """What is wrong about a line's being in this segment, or None."""
    if (capture.site, capture.run) != (where.site, where.run):
        return f"a line of it is of {capture.site}, run {capture.run}"
    if capture.sha256 is not None and not _SHA256.match(str(capture.sha256)):
        return f"a line names the body {capture.sha256!r}, which is no SHA-256"
    return None
