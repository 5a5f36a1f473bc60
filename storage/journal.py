"""The journal: what one exchange with a website was, as a line; and lines as a segment of the archive.

A segment is immutable and named by the digest of its bytes. This module turns captures into bytes
and back. It must not touch a store, a clock or the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal

from storage.errors import Damaged

Role = Literal["robots", "list", "report", "attachment"]

UNSOUND = frozenset({"truncated", "blocked", "soft-404", "too-large", "login"})
"""Flags of an answer that is not the page itself, whatever its status."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange: what was asked, what came back, and where the body is.

    `url` is the address that was asked for, `final_url` the one that answered after `redirects` (every
    address passed through in between, in order). Headers are as sent and as received, order and
    repetitions kept. Times are aware and in UTC. `sha256` and `size` are of the body exactly as on the
    wire, before content decoding; a 304 names the body that it confirms and has size 0; without a body
    `sha256` is None. `hints` are the list entry's own words: title, organization, year, published (ISO
    date), parent (address). `flags`: truncated, blocked, unchanged, soft-404, too-large, login, and how a
    second attempt reached the host: legacy-tls, plain-http, over-https.
    """

    site: str
    run: str
    url: str
    final_url: str
    status: int
    requested: datetime
    received: datetime
    role: Role
    redirects: tuple[str, ...] = ()
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    peer: str | None = None
    sha256: str | None = None
    size: int = 0
    media_type: str | None = None
    hints: dict[str, str | int] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    request_body: str | None = None
    """What a POST sent: some lists are asked for by form or JSON."""

    @property
    def asked(self) -> str:
        """What was asked: see `question`."""
        return question(self.url, self.method, self.request_body)

    @property
    def sound(self) -> bool:
        """Whether the answer is the page itself, or a word that it is as it was."""
        return self.sha256 is not None and self.status in (200, 304) and not UNSOUND.intersection(self.flags)

    def to_line(self) -> bytes:
        """One JSON object on one line, newline at its end; the same capture always gives the same bytes."""
        record: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ("requested", "received"):
            record[name] = _stamp(record[name])
        return json_line(record)

    @classmethod
    def from_line(cls, line: bytes) -> Capture:
        """The capture that `to_line` wrote; raises `Damaged` for anything else. Unknown fields are ignored:
        a newer version may have written the line."""
        try:
            record = json.loads(line)
            known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
            for name in ("requested", "received"):
                known[name] = datetime.fromisoformat(known[name]).astimezone(UTC)
            for name in ("request_headers", "headers"):
                known[name] = tuple((str(k), str(v)) for k, v in known.get(name, ()))
            for name in ("redirects", "flags"):
                known[name] = tuple(known.get(name, ()))
            return cls(**known)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Damaged(f"not a line of the journal ({error}): {line[:200]!r}") from error

    def header(self, name: str) -> str | None:
        """The first response header of that name, whatever its case."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


def question(url: str, method: str = "GET", body: str | None = None) -> str:
    """What tells one question from another: the address, and of a POST also what was posted."""
    return url if method in ("GET", "HEAD") else f"{url} {method} {body or ''}"


def segment(lines: Iterable[bytes]) -> bytes:
    """The bytes of a journal segment."""
    return b"".join(lines)


def read_segment(data: bytes) -> Iterator[tuple[bytes, Capture]]:
    """Each line of a segment with its capture, in order; raises `Damaged`."""
    for line in data.splitlines(keepends=True):
        yield line, Capture.from_line(line)


def json_line(value: dict[str, Any]) -> bytes:
    """`value` as compact JSON in UTF-8 on one line, in the order of its keys."""
    return _encode(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def json_document(value: dict[str, Any]) -> bytes:
    """`value` as JSON in UTF-8 that a person can read and `diff` can compare, in the order of its keys."""
    return _encode(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def _encode(text: str) -> bytes:
    # A lone surrogate has no UTF-8; written as \udXXX it is the JSON escape for itself.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _stamp(when: datetime) -> str:
    if when.tzinfo is None:
        raise ValueError(f"a capture's time must know its zone: {when!r}")
    return when.astimezone(UTC).isoformat(timespec="microseconds")
