"""The registry: which sites there are, and what is known of each.

One TOML file for each province under `crawler/sites/`, one table for each district. A user's own entries
stand in `own_folder()` and in the files and folders that `GONGKAI_SITES` names; they stand in for shipped
ones of the same key. This module reads and checks entries. It must not fetch, and knows nothing of Scrapy.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import user_config_path

from crawler.cms import FAMILIES
from crawler.errors import SiteFileError, UnknownSite
from pipelines.coverage.model import KINDS, BodyEntry

SHIPPED = Path(__file__).parent / "sites"
FIRST_REPORT_YEAR = 2008
"""The decree (国务院令第492号) took effect on 1 May 2008: no report is about an earlier year."""


@dataclass(frozen=True, slots=True)
class Site:
    """A district's or department's website, as far as the crawl needs to know it."""

    key: str
    """What a person types, what stands in the archive's keys: `bjxch`."""
    name: str
    family: str
    """The CMS family that lists its columns: a module of `crawler.cms`."""
    hosts: tuple[str, ...]
    """Hosts that belong to it. Others are followed only where they end in `.gov.cn`."""
    seeds: tuple[str, ...] = ()
    """Where a crawl starts: column pages and known reports."""
    code: str | None = None
    """GB/T 2260 division code, six digits; every shipped entry has one."""
    directories: tuple[str, ...] = ()
    """Pages that list the site's bodies, each with a disclosure page of its own whose annual column is
    looked for."""
    known_years: tuple[int, ...] = ()
    """Report years that somebody has seen there."""
    recheck_days: int = 30
    """How many days a known report of an older year rests before it is asked for again."""
    probed: str | None = None
    """ISO date on which `gongkai probe` last found its columns."""
    first_year: int = FIRST_REPORT_YEAR
    """The oldest report year worth asking for, where years are enumerated."""
    departments: Mapping[str, str] | None = None
    """Department id -> body, for families whose report addresses can be enumerated."""
    sweep: tuple[int, int] | None = None
    """First and last department id to try for the latest year, where no list names them."""
    unverified: tuple[str, ...] = ()
    """What of this entry nobody has confirmed on the live site."""
    bodies: Mapping[str, BodyEntry] = field(default_factory=dict)
    """What a person knows better of its bodies than their reports tell, by name (docs/coverage.md)."""
    source: Path = SHIPPED
    """The file that it stands in."""


def load_sites(extra: str | None = None) -> dict[str, Site]:
    """Every site by its key: the shipped files, the user's own folder, then `extra` (default:
    `GONGKAI_SITES`); the later wins.

    Raises:
        SiteFileError: where a file is missing, is no TOML, or has a wrong entry.
    """
    sites = _load(sorted(SHIPPED.glob("*.toml")))
    sites |= _load(sorted(own_folder().glob("*.toml")))
    named = listed(extra)
    files = (f for path in named for f in (sorted(path.glob("*.toml")) if path.is_dir() else [path]))
    return sites | _load(files)


def own_folder() -> Path:
    """Where a user's own site files stand when nothing else is said: read always, made by `gongkai probe`."""
    return user_config_path("gongkai") / "sites"


def listed(extra: str | None = None) -> list[Path]:
    """The files and folders that `extra` (default: `GONGKAI_SITES`) names, in its order."""
    names = os.environ.get("GONGKAI_SITES", "") if extra is None else extra
    return [Path(name) for name in names.split(os.pathsep) if name]


def find_site(key: str, sites: Mapping[str, Site]) -> Site:
    """The site of that key.

    Raises:
        UnknownSite: with the closest names that exist.
    """
    if key in sites:
        return sites[key]
    close = difflib.get_close_matches(key, sites, n=3, cutoff=0.75)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`gongkai sites` lists them."
    raise UnknownSite(f"No site is called {key!r}. {hint}")


def _load(files: Iterable[Path]) -> dict[str, Site]:
    sites: dict[str, Site] = {}
    for file in files:
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SiteFileError(
                f"{file}: no such file. GONGKAI_SITES, or site_files of gongkai.toml, names it; correct that."
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SiteFileError(f"{file}: cannot be read as TOML in UTF-8: {error}") from None
        for key, table in tables.items():
            if key in sites:
                raise SiteFileError(
                    f"{file}: [{key}] stands in {sites[key].source} too. Give one of them another name."
                )
            sites[key] = read_entry(file, key, table)
    return sites


def read_entry(file: Path, key: str, table: Any) -> Site:
    """The site that a table of a file describes.

    Raises:
        SiteFileError: where it is wrong; names file, table, key and remedy.
    """

    def wrong(name: str, problem: str) -> SiteFileError:
        return SiteFileError(f"{file}: [{key}] {name}: {problem}")

    if not isinstance(table, dict):
        raise SiteFileError(f"{file}: {key} stands outside a table. Put it below a line like [bjxch].")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", key):
        raise SiteFileError(
            f"{file}: [{key}]: a site's key is 2 to 31 small letters, digits and hyphens, a letter first."
        )
    known = {f.name for f in fields(Site)} - {"key", "source"}
    for name in table:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise wrong(name, f"no such key. {_meant(close, known)}")
    values: dict[str, Any] = {}
    for name, check in CHECKS.items():
        if name in table:
            try:
                values[name] = check(table[name])
            except ValueError as problem:
                raise wrong(name, str(problem)) from None
        elif name in REQUIRED:
            raise wrong(name, "missing. " + REQUIRED[name])
    site = Site(key=key, source=file, **values)
    if not site.seeds and not site.directories:
        raise wrong("seeds", "should have at least one address to start from, or `directories` one.")
    for name, addresses in (("seeds", site.seeds), ("directories", site.directories)):
        for address in addresses:
            host = urlsplit(address).netloc
            if host not in site.hosts and not host.endswith(".gov.cn"):
                raise wrong(name, f"{address} is on {host}, which `hosts` does not name. Add it there.")
    return site


def _meant(close: list[str], known: Iterable[str]) -> str:
    return f"Did you mean {close[0]}?" if close else f"The keys are {', '.join(sorted(known))}."


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("should be a text that is not empty.")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValueError('should be a list of texts, as in ["www.example.gov.cn"].')
    return tuple(value)


def _code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{6}", value):
        raise ValueError('should be the six digits of GB/T 2260 in quotes, as in "110102".')
    return value


def _family(value: Any) -> str:
    if value not in FAMILIES:
        raise ValueError(f"{value!r} is no CMS family. The families are {', '.join(sorted(FAMILIES))}.")
    return str(value)


def _hosts(value: Any) -> tuple[str, ...]:
    hosts = _texts(value)
    for host in hosts:
        if "/" in host or host != host.lower():
            raise ValueError(f"{host!r} should be a host in small letters, without https:// or a path.")
    if not hosts:
        raise ValueError("should name at least one host.")
    return hosts


def _addresses(value: Any) -> tuple[str, ...]:
    addresses = _texts(value)
    for address in addresses:
        if not re.match(r"https?://[^/]+/", address):
            raise ValueError(
                f"{address!r} should be a whole address, as in https://www.example.gov.cn/gknb/."
            )
    return addresses


def _year(value: Any) -> int:
    if not isinstance(value, int) or not FIRST_REPORT_YEAR <= value <= 2100:
        raise ValueError(f"should be a report year from {FIRST_REPORT_YEAR} on.")
    return value


def _years(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError("should be a list of report years, as in [2023, 2024].")
    return tuple(sorted(_year(year) for year in value))


def _days(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= 3650:
        raise ValueError("should be a number of days, 0 for at every crawl.")
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("should be a date, as in 2026-01-31.") from None


def _departments(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value.values()):
        raise ValueError('should be a table of ids and names, as in 150 = "发展和改革委员会".')
    return dict(value)


def _sweep(value: Any) -> tuple[int, int]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(v, int) for v in value)
        or not 0 < value[0] <= value[1] <= value[0] + 999
    ):
        raise ValueError("should be the first and the last id, as in [100, 250], at most a thousand.")
    return value[0], value[1]


def _bodies(value: Any) -> dict[str, BodyEntry]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise ValueError('should be tables, as in [bjxch.bodies."西城区教育委员会"].')
    return {name: _body(name, table) for name, table in value.items()}


def _body(name: str, table: Mapping[str, Any]) -> BodyEntry:
    known = {"kind", "also", "from", "until", "ignore"}
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            raise ValueError(f"{name}: {key}: no such key. {_meant(close, known)}")
    try:
        first, last = (_year(table[key]) if key in table else None for key in ("from", "until"))
    except ValueError as problem:
        raise ValueError(f"{name}: from, until: each {problem}") from None
    if first is not None and last is not None and first > last:
        raise ValueError(f"{name}: from {first} is after until {last}; exchange them.")
    kind = table.get("kind")
    if kind is not None and kind not in KINDS:
        raise ValueError(f"{name}: kind: should be one of {', '.join(KINDS)}.")
    if not isinstance(table.get("ignore", False), bool):
        raise ValueError(f"{name}: ignore: should be true or false.")
    try:
        also = _texts(table.get("also", []))
    except ValueError as problem:
        raise ValueError(f"{name}: also: {problem}") from None
    return BodyEntry(kind, also, first, last, table.get("ignore", False))


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _text,
    "code": _code,
    "family": _family,
    "hosts": _hosts,
    "seeds": _addresses,
    "directories": _addresses,
    "known_years": _years,
    "recheck_days": _days,
    "probed": _date,
    "first_year": _year,
    "departments": _departments,
    "sweep": _sweep,
    "unverified": _texts,
    "bodies": _bodies,
}
REQUIRED = {
    "name": 'Add the place\'s full name, as in name = "北京市西城区".',
    "family": 'Add its CMS family, as in family = "xicheng".',
    "hosts": 'Add the site\'s hosts, as in hosts = ["www.bjxch.gov.cn"].',
}
