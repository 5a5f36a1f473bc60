"""Looks at what was written down: the configuration, the environment, the registry, the corrections."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.config import VARIABLE, loaded, mistakes
from crawler.config.settings import SETTINGS
from crawler.doctor.model import Check, Patient
from crawler.errors import ConfigError, CrawlerError
from crawler.redaction import redact
from pipelines.errors import CorrectionFileError
from storage.errors import ArchiveUnusable


def config_file(patient: Patient) -> Iterator[Check]:
    """Every mistake of the file is a check of its own."""
    if patient.file is None:
        yield Check("config-file", "ok", "there is none; options, environment and defaults count")
        return
    problems = mistakes(patient.file)
    for problem in problems:
        yield Check("config-file", "failure", problem, "Mend that; gongkai config shows what counts then.")
    if not problems:
        yield Check("config-file", "ok", f"{patient.file}")


def secret_files(patient: Patient) -> Iterator[Check]:
    """The configuration, if there is a secret in it, and the files that channels name."""
    looked = 0
    for path, why in _secret_files(patient):
        looked += 1
        try:
            with path.open("rb"):
                mode = path.stat().st_mode
        except OSError as error:
            yield Check(
                "secret-files", "failure", f"{path} ({why}) cannot be read: {error.strerror}",
                "Correct its name, or let the user who runs Gongkai read it.",
            )  # fmt: skip
            continue
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            yield Check(
                "secret-files", "warning", f"{path} ({why}) is open to others than its owner",
                f"Type: chmod 600 {path}",
            )  # fmt: skip
        else:
            yield Check("secret-files", "ok", f"{path} ({why})")
    if not looked:
        yield Check("secret-files", "ok", "there are none")


def _secret_files(patient: Patient) -> Iterator[tuple[Path, str]]:
    config = loaded()
    proxies = config.tables.get("proxy", {})
    channels = _channels()
    if patient.file is not None and (
        any("@" in str(proxies.get(kind)) for kind in ("http", "https"))
        or any(channel.get("url") for channel in channels.values())
    ):
        yield patient.file, "the configuration, with a secret address in it"
    for name, channel in channels.items():
        for key, value in channel.items():
            if key.endswith("_file") and value is not None:
                yield Path(value), f"{key} of the channel {name}"


def channels(patient: Patient) -> Iterator[Check]:
    """Whether the secrets that channels name stand in this environment."""
    found = list(_variables_of_channels())
    for name, key, value in found:
        if not os.environ.get(value):
            yield Check(
                "channels", "failure", f"{value}, {key} of the channel {name}, is not set",
                "Set it where gongkai watch is started: in the unit file, or in the crontab.",
            )  # fmt: skip
    if all(os.environ.get(value) for _, _, value in found):
        count = len(_channels())
        yield Check(
            "channels", "ok", f"{count} configured" if count else "none is configured: nobody is told"
        )


def _variables_of_channels() -> Iterator[tuple[str, str, str]]:
    """Channel, key and the variable that it names."""
    for name, channel in _channels().items():
        for key, value in channel.items():
            if key.endswith("_env") and value is not None:
                yield name, key, value


def _channels() -> dict[str, dict[str, Any]]:
    try:
        section = loaded().watch
    except ConfigError:  # said by `config_file`
        return {}
    found: dict[str, dict[str, Any]] = section.model_dump().get("channels", {})
    return found


def environment(patient: Patient) -> Iterator[Check]:
    """Misspelt variables are passed over in silence by everybody else."""
    known = {VARIABLE} | {name for setting in SETTINGS for name in setting.variables}
    known |= {variable for _, _, variable in _variables_of_channels()}
    wrong = False
    for name in sorted(os.environ):
        if name.startswith("GONGKAI_") and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            remedy = "A Scrapy setting goes with -s, or into [crawl] of the file; else take it away."
            yield Check(
                "environment", "warning", f"{name} is set, and means nothing",
                f"Did you mean {close[0]}?" if close else remedy,
            )  # fmt: skip
            wrong = True
    for problem in _values():
        yield Check("environment", "failure", problem, "Correct it, or take it away.")
        wrong = True
    if not wrong:
        count = sum(name in os.environ for name in known)
        yield Check("environment", "ok", f"{count} variables that Gongkai knows")


def _values() -> Iterator[str]:
    from storage.room import Room
    from storage.s3_options import Options

    for look in (lambda: Room(Path()), Options.from_environment):
        try:
            look()
        except ArchiveUnusable as error:
            yield str(error)
    if os.environ.get("GONGKAI_LOG") not in (None, "", "text", "json"):
        yield f"GONGKAI_LOG is {os.environ['GONGKAI_LOG']!r}: write text or json"


def contact(patient: Patient) -> Iterator[Check]:
    """Manners: whoever crawls can be reached."""
    if said := os.environ.get("GONGKAI_CONTACT"):
        yield Check("contact", "ok", redact(said))
    else:
        yield Check(
            "contact", "warning", "a site's owner who is bothered by a crawl cannot reach you",
            'Write contact = "you@example.org" into the configuration, or set GONGKAI_CONTACT.',
        )  # fmt: skip


def site_files(patient: Patient) -> Iterator[Check]:
    """All registry files, as a crawl reads them."""
    from crawler.sites import SHIPPED, find_site, listed, load_sites

    try:
        sites = load_sites()
    except CrawlerError as error:
        yield Check("site-files", "failure", str(error), "Correct the entry, or take the file away.")
        return
    for key, where in _sites_named():
        try:
            find_site(key, sites)
        except CrawlerError as error:
            yield Check("site-files", "failure", f"{where}: {error}", "Correct it, or add an entry for it.")
    own = sum(site.source.parent != SHIPPED for site in sites.values())
    named = f"; named: {', '.join(map(str, listed()))}" if listed() else ""
    yield Check("site-files", "ok", f"{len(sites)} sites, {own} of them your own{named}")


def _sites_named() -> Iterator[tuple[str, str]]:
    """Sites that the configuration names, and where."""
    try:
        schedule, watch = loaded().schedule, loaded().watch
    except ConfigError:  # said by `config_file`
        return
    places: list[tuple[Any, str]] = [(schedule.sites, "[schedule] sites"), (watch.sites, "[watch] sites")]
    places += [(job.sites, f"[schedule.jobs.{name}] sites") for name, job in schedule.jobs.items()]
    places += [(one.sites, f"[watch.channels.{name}] sites") for name, one in watch.channels.items()]
    for keys, where in places:
        if isinstance(keys, tuple):
            yield from ((key, where) for key in keys)


def correction_files(patient: Patient) -> Iterator[Check]:
    """All corrections, as a crawl reads them."""
    from pipelines.corrections import load_corrections

    try:
        count = sum(1 for _ in load_corrections())
    except CorrectionFileError as error:
        yield Check("correction-files", "failure", str(error), "Correct the entry, or take the file away.")
        return
    yield Check("correction-files", "ok", f"{count} corrections")
