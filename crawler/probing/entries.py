"""Writes registry entries: into a file of a person's own, whose comments and other entries stay as they are.

A file is replaced in one step or not at all. What an entry may say is `sites.py`'s, what a probe found
`found.py`'s.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from crawler.errors import OutputError, SettingError, SiteFileError
from crawler.probing.found import Finding, entry_for
from crawler.provinces import province_file
from crawler.sites import CHECKS, REQUIRED, SHIPPED, Site, listed, load_sites, own_folder, read_entry

OWN = "own"
"""The file of entries whose province is not known."""
DEFAULTS = Site(key="", name="", family="", hosts=())
PROBED = tuple(name for name in CHECKS if name != "bodies")
"""What a probe may write; what a person knows of the bodies stays as it stands."""
HEAD = "Sites of your own; `gongkai probe URL --write` adds to them. docs/adding-a-site.md explains the keys."


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was written, and where."""

    site: Site
    file: Path
    text: str
    replaced: Site | None
    """The entry that it takes the place of."""
    read: bool
    """Whether `load_sites` reads the file by itself."""


def register(found: Finding, given: Mapping[str, str | None], file: Path | None = None) -> Written:
    """Writes the entry that a finding makes; `given` are name, code and key that the person chose.

    Raises:
        SiteFileError: where the files that exist, or what was given, are not sound.
        SettingError: where the key is another site's.
        OutputError: where the file cannot be written.
    """
    sites = load_sites()
    known = known_entry(found, sites, given.get("key"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    site = entry_for(found, today, known, sites, given)
    goal = target(site, known, file)
    if known is not None and known.key == site.key and known.source.parent != SHIPPED:
        _refuse_a_second(known, goal)
    return Written(site, goal, save(site, goal), known, is_read(goal))


def known_entry(found: Finding, sites: Mapping[str, Site], key: str | None = None) -> Site | None:
    """The entry of the same site: of that key, else of the same host; of several the nearest.

    Raises:
        SettingError: where the key is another site's.
    """
    hosts = {urlsplit(column.url).netloc for column in found.columns} | {urlsplit(found.looks[0].url).netloc}
    if key is not None:
        site = sites.get(key)
        if site is not None and not hosts.intersection(site.hosts):
            raise SettingError(f"--key {key}: {site.name} ({site.hosts[0]}) has it already. Choose another.")
        return site
    same = [site for site in sites.values() if hosts.intersection(site.hosts)]
    columns = {column.url for column in found.columns}
    nearest = [site for site in same if columns.intersection((*site.seeds, *site.directories))]
    named = [site for site in same if site.name == found.name]
    for choice in (nearest, named, same):
        if len(choice) == 1:
            return choice[0]
    return None


def _refuse_a_second(known: Site, goal: Path) -> None:
    """Raises `OutputError` where two files that are read together would have the key."""
    named = goal.resolve().parent == own_folder().resolve()
    standing = known.source.resolve().parent == own_folder().resolve()
    if is_read(goal) and named == standing and goal.resolve() != known.source.resolve():
        raise OutputError(
            f"{goal}: [{known.key}] stands in {known.source} already. Write there, or give another --key."
        )


def target(site: Site, known: Site | None, file: Path | None) -> Path:
    """The file that the entry belongs in: the one named, else where the person's entry stands already, else
    the first that GONGKAI_SITES names, else one in the person's own folder, by province."""
    if file is not None:
        return file
    if known is not None and known.source.parent != SHIPPED:
        return known.source
    named = listed()
    folder = named[0] if named else own_folder()
    if named and not folder.is_dir() and folder.suffix == ".toml":
        return folder
    return folder / f"{province_file(site.code) or OWN}.toml"


def is_read(file: Path) -> bool:
    """Whether `load_sites` reads entries from that file."""
    whole = file.resolve()
    places = [place.resolve() for place in (*listed(), own_folder())]
    return whole in places or (whole.parent in places and whole.suffix == ".toml")


def table_of(site: Site) -> dict[str, Any]:
    """What an entry says, in the order of the documents, without what would go without saying."""
    said: dict[str, Any] = {}
    for name in PROBED:
        value = getattr(site, name)
        if name in REQUIRED or value != getattr(DEFAULTS, name):
            said[name] = dict(value) if isinstance(value, Mapping) else value
    departments = said.pop("departments", None)
    return said if departments is None else said | {"departments": departments}


def written(text: str, site: Site, file: Path) -> tuple[str, str]:
    """The file's new text, and that of the entry alone.

    Raises:
        SiteFileError: where the file is no TOML, or the entry would not be sound.
    """
    said = table_of(site)
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise SiteFileError(f"{file}: cannot be read as TOML: {error}") from None
    if not text.strip():
        document.add(tomlkit.comment(HEAD))
    standing = document.get(site.key)
    table = standing if isinstance(standing, Table) else tomlkit.table()
    for name in [name for name in table if name in PROBED and name not in said]:
        del table[name]
    for name, value in said.items():
        if name not in table or _plain(table[name]) != _plain(value):
            table[name] = _item(value)
    if not isinstance(standing, Table):
        document.add(tomlkit.nl())
        document.add(site.key, table)
    made = tomlkit.dumps(document)
    read_entry(file, site.key, tomlkit.parse(made).unwrap()[site.key])
    alone = tomlkit.document()
    alone.add(site.key, table)
    return made, tomlkit.dumps(alone).strip() + "\n"


def save(site: Site, file: Path) -> str:
    """Writes the entry into the file, which is made where there is none; the entry's text.

    Raises:
        SiteFileError: as `written`.
        OutputError: where the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        made, entry = written(text, site, file)
        _replace(file, made)
    except UnicodeDecodeError as error:
        raise SiteFileError(f"{file}: cannot be read as UTF-8: {error}") from None
    except OSError as error:
        raise OutputError(f"{file}: cannot be written: {error.strerror or error}") from None
    return entry


def _replace(file: Path, text: str) -> None:
    """The whole new file or the old one, whatever happens in between."""
    real = file.resolve()  # a link stays a link
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(real.stat().st_mode & 0o777 if real.exists() else 0o644)
        Path(name).replace(real)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _item(value: Any) -> Any:
    if isinstance(value, tuple):
        array = tomlkit.array()
        array.extend(value)
        texts = [v for v in value if isinstance(v, str)]
        return array.multiline(sum(map(len, texts)) > 60)
    if isinstance(value, dict):
        table = tomlkit.table()
        for name, inner in value.items():
            table.add(name, inner)
        return table
    return value


def _plain(value: Any) -> Any:
    plain = value.unwrap() if hasattr(value, "unwrap") else value
    return list(plain) if isinstance(plain, tuple) else plain
