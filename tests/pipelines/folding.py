"""An archive fed by hand, and a reader whose documents say plainly what is read from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.corrections import Corrections
from pipelines.errors import UnreadableDocument
from pipelines.publish import Published, publish
from pipelines.readings import Reads
from pipelines.report.model import Evidence, Finding, Place, Report, Source, Table
from pipelines.report.stored import reading_json
from storage.archive import Archive
from storage.journal import Capture, Role

SITE = "bjxch"
START = datetime(2025, 2, 1, 3, tzinfo=UTC)
HOST = "https://www.bjxch.gov.cn"


def document(
    organization: str | None = "北京市西城区虚构局",
    year: int | None = 2024,
    *,
    received: int = 3,
    rules: int | None = None,
    carried: tuple[int, int] | None = None,
    note: str = "",
    is_report: bool = True,
    unread: str = "",
) -> bytes:
    """A body from which `PlainReader` reads exactly this; `note` makes other bytes that say the same."""
    words = {
        "organization": organization,
        "year": year,
        "received": received,
        "rules": rules,
        "carried": carried,
        "note": note,
        "is_report": is_report,
        "unread": unread,
    }
    return json.dumps(words, ensure_ascii=False).encode()


def container(**documents: bytes) -> bytes:
    """A body with several documents, by the names of their files."""
    held = [[name, json.loads(document)] for name, document in documents.items()]
    return json.dumps(held, ensure_ascii=False).encode()


class PlainReader:
    """Reads what `document` wrote, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def read(self, body: bytes) -> dict[str, Any]:
        """The reading's JSON, as the worker would give it."""
        self.asked += 1
        if self.broken or not body.startswith((b"{", b"[")):
            raise UnreadableDocument("the document is damaged")
        if body.startswith(b"["):
            names = json.loads(body)
            documents = (self._report(words, body, name) for name, words in names)
            return reading_json(documents)
        return reading_json([self._report(json.loads(body), body, None)])

    def _report(self, words: dict[str, Any], body: bytes, member: str | None) -> Report:
        rows: Table = {"received": {"total": words["received"]}}
        if words["carried"]:
            rows |= {"carried_in": {"total": words["carried"][0]}}
            rows |= {"carried_forward": {"total": words["carried"][1]}}
        rules: Table | None = None if words["rules"] is None else {"rules": {"issued": words["rules"]}}
        digest = hashlib.sha256(body).hexdigest()
        paths = [f"requests.{row}.{column}" for row, cells in rows.items() for column in cells]
        paths += ["active_disclosure.rules.issued"] if rules else []
        findings = [] if words["is_report"] else [Finding("not-a-report", "error", "", "a letter")]
        if words["unread"]:
            findings.append(Finding("member-unread", "warning", "", f"{member}: {words['unread']}"))
        return Report(
            organization=words["organization"],
            year=words["year"],
            editions={"requests": "2021", "active_disclosure": "2021" if rules else None},
            requests=rows,
            active_disclosure=rules,
            findings=tuple(findings),
            evidence={path: Evidence("0", "number", Place(row=0, member=member), digest) for path in paths},
            sources=(Source(digest, "text/html", member=member),),
            parser="plain",
        )


class Desk:
    """One archive, one reader, and a clock that moves a minute with each capture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain = PlainReader()
        self.reader: Reads = self.plain
        self.corrections = Corrections()
        self.now = START

    def open(self) -> Archive:
        """The archive, its state beside it."""
        return Archive.open(str(self.folder / "archive"), state=self.folder / "state")

    def crawl(self, *captures: tuple[str | Capture, bytes | None], **hints: str | int) -> list[str]:
        """A run with these captures (or paths) and bodies; gives the digests. No body: unchanged (304)."""
        digests = []
        with self.open() as archive:
            run = archive.start_run(SITE, self.now)
            for capture, body in captures:
                if isinstance(capture, str):
                    capture = self.capture(capture, body, hints=hints)
                    if body is None:
                        last = archive.latest(SITE, capture.url)
                        assert last is not None
                        capture = self.capture(capture.url, None, hints=hints, sha256=last.sha256)
                done = run.record(capture, body)
                assert done.sha256 is not None
                digests.append(done.sha256)
            run.finish({"ended": "finished"})
        self.now += timedelta(days=1)
        return digests

    def capture(
        self,
        url: str,
        body: bytes | None,
        *,
        hints: Mapping[str, str | int] | None = None,
        sha256: str | None = None,
        role: Role = "report",
        flags: tuple[str, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Capture:
        """A capture of the address at this minute."""
        self.now += timedelta(minutes=1)
        url = url if "://" in url else HOST + url
        return Capture(
            site=SITE,
            run="",
            url=url,
            final_url=url,
            status=200 if body is not None else 304,
            requested=self.now,
            received=self.now,
            role=role,
            headers=headers,
            sha256=sha256,
            media_type="text/html",
            hints=dict(hints or {}),
            flags=flags,
        )

    def publish(self, digests: list[str] | None = None) -> Published:
        """The fold, whole or for these bodies."""
        with self.open() as archive:
            return publish(archive, SITE, self.reader, digests, self.corrections)

    def reports(self) -> dict[tuple[int, str], dict[str, Any]]:
        """What is published now."""
        with self.open() as archive:
            return {(data["year"], data["organization"]): data for data in archive.reports(SITE)}

    def files(self) -> dict[str, bytes]:
        """The published reports' bytes by their names."""
        folder = self.folder / "archive" / "reports"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}
