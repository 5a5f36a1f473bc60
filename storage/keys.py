"""The layout of an archive, and the only place that builds a key.

Keys are relative to the archive's root, a folder or ``s3://bucket/prefix``:

    archive.json                                                 format, layout version, identity
    raw/<2 hex>/<sha256>                                         a body exactly as received
    captures/<site>/<yyyy>/<mm>/<run>-<nnnn>-<sha256>.jsonl      the journal: one line for each exchange
    parses/<parser version>/<2 hex>/<sha256>.json                what the parser read from one body
    reports/<site>/<year>/<slug>.json                            the published report
    runs/<site>/<run>-<sha256>.json                              the run record, which commits segments
    audits/<yyyy>/<mm>/<audit>-<sha256>.json                     what a verification found, and when
    alerts/<yyyy>/<mm>/<watch>-<sha256>.json                     what a watch noted of alerts
    quarantine/<2 hex>/<sha256>                                  damaged bytes that a repair replaced
    leases/<name>/<claim>.json                                   which machine is at a site, or another job
    store.json                                                   what a check of this store found
    check/<run>/...                                              probes of a check, taken away again

What is under ``raw``, ``captures``, ``runs``, ``audits``, ``alerts`` and ``quarantine`` carries its own
digest, is written once and never changes: a listing verifies itself and writers never collide.
``parses`` can always be made again. Only ``reports`` is replaced, and it can be rebuilt from the rest.
``<yyyy>/<mm>`` is the month in which the run, the audit or the watch began, so that all segments of a
run lie under one prefix.
``leases``, ``store.json``, replaced by each check, and ``check`` belong to the place and not to the
archive: a copy goes without them.

Every key is ASCII, at most 200 bytes, no segment over 100, none starting with a dot: it is a valid
file name and object name everywhere. No text from the web becomes part of a key unescaped: an
organization's name enters as pinyin and a digest.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.errors import BadKey

ARCHIVE_KEY = "archive.json"
STORE_KEY = "store.json"
CHECK_PREFIX = "check/"
ALERTS_PREFIX = "alerts/"
LEASES_PREFIX = "leases/"
MAX_KEY = 200
MAX_SEGMENT = 100

_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*\Z")
_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_LEASE = re.compile(r"_?[a-z0-9][a-z0-9-]{0,39}\Z")
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}\Z")
_RUN_AND_DIGEST = re.compile(
    r"(?P<run>\d{8}T\d{6}Z-[0-9a-f]{6})-(?:\d{4,5}-)?(?P<sha256>[0-9a-f]{64})\.jsonl?\Z"
)

_RUN_NAME, _HEX = r"\d{8}T\d{6}Z-[0-9a-f]{6}", r"(?P<digest>[0-9a-f]{64})"
_SPREAD = r"(?P<fan>[0-9a-f]{2})/(?P<digest>(?P=fan)[0-9a-f]{62})"
_SITE_NAME = r"(?P<site>[a-z0-9][a-z0-9-]{0,39})"
_BY_MONTH = (
    rf"(?P<year>\d{{4}})/(?P<month>\d\d)/"
    rf"(?P<run>(?P=year)(?P=month)\d\dT\d{{6}}Z-[0-9a-f]{{6}})-{_HEX}\.json"
)
_LAYOUT = {
    ARCHIVE_KEY: "",
    "raw": _SPREAD,
    "captures": rf"{_SITE_NAME}/(?P<year>\d{{4}})/(?P<month>\d\d)/"
    rf"(?P<run>(?P=year)(?P=month)\d\dT\d{{6}}Z-[0-9a-f]{{6}})-\d{{4,5}}-{_HEX}\.jsonl",
    "parses": rf"(?P<version>[0-9A-Za-z][0-9A-Za-z.+-]{{0,39}})/{_SPREAD}\.json",
    "reports": rf"{_SITE_NAME}/\d{{4}}/[a-z0-9-]+-[0-9a-f]{{8}}\.json",
    "runs": rf"{_SITE_NAME}/(?P<run>{_RUN_NAME})-{_HEX}\.json",
    "audits": _BY_MONTH,
    "alerts": _BY_MONTH,
    "quarantine": _SPREAD,
}
"""What follows each first segment of a key, as `place` reads it."""
_PATTERNS = {first: re.compile(rest, re.ASCII) for first, rest in _LAYOUT.items()}
IMMUTABLE = frozenset({"raw", "captures", "runs", "audits", "alerts", "quarantine"})
"""First segments of the keys whose bytes have the SHA-256 that the key carries."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a key of the layout says of the object under it."""

    kind: str
    """The key's first segment."""
    digest: str | None = None
    """The SHA-256 in the key; of the object itself, except under ``parses``, where it is the body's."""
    site: str | None = None
    run: str | None = None
    version: str | None = None


def digest(data: bytes) -> str:
    """The SHA-256 of `data`, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def check_key(key: str) -> str:
    """`key` itself if it is a sound key, whoever built it; else `BadKey`."""
    segments = key.split("/")
    if len(key) > MAX_KEY or any(len(s) > MAX_SEGMENT or not _SEGMENT.match(s) for s in segments):
        raise BadKey(
            f"{key[:240]!r} is no key of an archive: segments of ASCII letters, digits and ._+- that do not "
            f"start with a dot, at most {MAX_SEGMENT} bytes each and {MAX_KEY} in all"
        )
    return key


def check_site(site: str) -> str:
    """`site` itself if it can name a site (lower-case letters, digits, hyphens, up to 40); else `BadKey`."""
    return _checked(_SITE, site, "the name of a site", "lower-case letters, digits and hyphens, at most 40")


def place(key: str) -> Place | None:
    """What the key says; None for a key that is none of the layout's."""
    kind, _, rest = key.partition("/")
    pattern = _PATTERNS.get(kind)
    found = pattern.fullmatch(rest) if pattern is not None and len(key) <= MAX_KEY else None
    if found is None or (kind == ARCHIVE_KEY and key != ARCHIVE_KEY):
        return None
    said = found.groupdict()
    return Place(kind, said.get("digest"), said.get("site"), said.get("run"), said.get("version"))


def new_run(now: datetime) -> str:
    """A run's name: its start in UTC and six random hex digits; names sort by time and don't collide."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def run_started(run: str) -> datetime:
    """When the run began, in UTC, to the second: its name says so."""
    _checked(_RUN, run, "the name of a run", "like 20260131T235959Z-0a1b2c")
    return datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def raw_key(sha256: str) -> str:
    """Where the body with this digest lies."""
    _check_digest(sha256)
    return f"raw/{sha256[:2]}/{sha256}"


def captures_prefix(site: str, run: str | None = None) -> str:
    """What all journal segments of a site, or of one of its runs, start with."""
    prefix = f"captures/{check_site(site)}/"
    return prefix if run is None else f"{prefix}{run_started(run):%Y/%m}/{run}-"


def capture_key(site: str, run: str, number: int, sha256: str) -> str:
    """Where the run's journal segment of this number (from 1) and digest lies."""
    if not 1 <= number <= 99_999:
        raise BadKey(f"a run has journal segments 1 to 99999, not {number}")
    _check_digest(sha256)
    return f"{captures_prefix(site, run)}{number:04d}-{sha256}.jsonl"


def parse_key(version: str, sha256: str) -> str:
    """Where the reading of this body by this version of the parser lies."""
    _checked(_VERSION, version, "a parser version", "letters, digits and .+-, at most 40")
    _check_digest(sha256)
    return f"parses/{version}/{sha256[:2]}/{sha256}.json"


def reports_prefix(site: str, year: int | None = None) -> str:
    """What all published reports of a site, or of one of its years, start with."""
    prefix = f"reports/{check_site(site)}/"
    return prefix if year is None else f"{prefix}{_check_year(year)}/"


def report_key(site: str, year: int, organization: str) -> str:
    """Where the published report of this organization and year lies."""
    return f"{reports_prefix(site, year)}{slug(organization)}.json"


def slug(name: str) -> str:
    """A readable ASCII name: the pinyin of `name`, cut at 60 bytes, and the first 8 digits of its digest."""
    from pypinyin import lazy_pinyin  # here: its dictionary is 3 MB, and most of this module needs none of it

    words = (
        re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in lazy_pinyin(name, errors="default")
    )
    readable = re.sub("-+", "-", "-".join(word for word in words if word))[:60].strip("-")
    return f"{readable or 'x'}-{digest(name.encode('utf-8', 'surrogatepass'))[:8]}"


def runs_prefix(site: str, run: str | None = None) -> str:
    """What all run records of a site, or of one run, start with."""
    prefix = f"runs/{check_site(site)}/"
    return (
        prefix if run is None else f"{prefix}{_checked(_RUN, run, 'the name of a run', 'a time and 6 hex')}-"
    )


def run_key(site: str, run: str, sha256: str) -> str:
    """Where the run record with this digest lies."""
    _check_digest(sha256)
    return f"{runs_prefix(site, run)}{sha256}.json"


def audit_key(audit: str, sha256: str) -> str:
    """Where the audit record with this digest lies; an audit is named as a run is."""
    return f"audits/{run_started(audit):%Y/%m}/{audit}-{_check_digest(sha256)}.json"


def alert_key(watch: str, sha256: str) -> str:
    """Where the alert record with this digest lies; a watch is named as a run is."""
    return f"{ALERTS_PREFIX}{run_started(watch):%Y/%m}/{watch}-{_check_digest(sha256)}.json"


def check_lease(name: str) -> str:
    """`name` itself if it can name a lease: a site, or another job with a ``_`` before it; else `BadKey`."""
    return _checked(_LEASE, name, "the name of a lease", "a site's name, or _ and such a name")


def leases_prefix(name: str) -> str:
    """What all claims to a lease start with."""
    return f"{LEASES_PREFIX}{check_lease(name)}/"


def lease_key(name: str, now: datetime) -> str:
    """Where a new claim lies. No two are alike, and by their owners' clocks they sort by time."""
    return f"{leases_prefix(name)}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(8)}.json"


def quarantine_key(sha256: str) -> str:
    """Where bytes of this digest, which a repair took from under a key that promised others, are kept."""
    _check_digest(sha256)
    return f"quarantine/{sha256[:2]}/{sha256}"


def run_and_digest(key: str) -> tuple[str, str]:
    """The run and the digest that the key of a journal segment or run record carries."""
    found = _RUN_AND_DIGEST.match(key.rpartition("/")[2])
    if found is None:
        raise BadKey(f"{key!r} is not the key of a journal segment or a run record")
    return found["run"], found["sha256"]


def _check_digest(sha256: str) -> str:
    return _checked(_DIGEST, sha256, "a SHA-256", "64 lower-case hex digits")


def _check_year(year: int) -> int:
    if not 1900 <= year <= 9999:
        raise BadKey(f"{year!r} is no year of a report")
    return year


def _checked(pattern: re.Pattern[str], text: str, what: str, form: str) -> str:
    if not pattern.match(text):
        raise BadKey(f"{text[:120]!r} cannot be {what}: {form}")
    return text
