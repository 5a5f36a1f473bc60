"""Looks at the way out: names, proxies and, only when asked to, one site."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from crawler.config import load
from crawler.doctor.model import Check, Patient, State
from crawler.errors import CrawlerError
from crawler.redaction import masked
from crawler.sites import SHIPPED, Site, load_sites
from storage.errors import StorageError
from storage.keys import place
from storage.store import address, open_store

SECONDS = 10.0
"""For a name or a connection; a resolver that is away takes half a minute to say so."""


def names(patient: Patient) -> Iterator[Check]:
    """Of the store and of a site, where it is not a proxy that looks them up."""
    looked = 0
    asked: list[tuple[str, str, State]] = [(host, "the store", "failure") for host in _store_host(patient)]
    # One site's name may be gone; a store that has none is no store.
    asked += [(site.hosts[0], f"of {site.key}", "warning") for site in a_site(patient)]
    for host, whose, state in asked:
        host = host.partition(":")[0]
        if any(kind in getproxies() for kind in ("http", "https")) and not proxy_bypass(host):
            continue
        looked += 1
        if why := _unresolved(host):
            yield Check(
                "names", state, f"{host}, {whose}, cannot be looked up: {why}",
                "Check /etc/resolv.conf and the network; behind a proxy set [proxy].",
            )  # fmt: skip
        else:
            yield Check("names", "ok", f"{host}, {whose}, is known")
    if not looked:
        yield Check("names", "ok", "a proxy looks names up")


def _store_host(patient: Patient) -> Iterator[str]:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    if address(patient.archive).startswith("s3:"):
        yield urlsplit(endpoint).hostname or "s3.amazonaws.com"


def a_site(patient: Patient) -> list[Site]:
    """A site of the schedule, of one's own files, or of the archive, in a list of one; else any.

    Empty where the registry cannot be read.
    """
    try:
        registry = load_sites()
        named = load().schedule.sites
    except CrawlerError:  # said by others
        return []
    keys = [*named] if isinstance(named, tuple) else []
    keys += [key for key, site in registry.items() if site.source.parent != SHIPPED]
    keys += _archived(patient)
    return [registry[key] for key in [*keys, *registry] if key in registry][:1]


def _archived(patient: Patient) -> Iterator[str]:
    """The first site that the archive has; listing all would take long in a large one."""
    try:
        store = open_store(patient.archive, create=False)
        try:
            first = place(next(iter(store.list("captures/")), ""))
        finally:
            store.close()
    except StorageError:  # said by others
        return
    if first is not None and first.site is not None:
        yield first.site


def _unresolved(host: str) -> str:
    """Why a name cannot be looked up; "" if it can."""
    said = [f"no answer within {SECONDS:.0f} seconds"]

    def look() -> None:
        try:
            socket.getaddrinfo(host, None)
            said[0] = ""
        except (OSError, UnicodeError) as error:
            said[0] = getattr(error, "strerror", None) or str(error)

    thread = threading.Thread(target=look, daemon=True)  # the resolver itself knows no time limit
    thread.start()
    thread.join(SECONDS)
    return said[0]


def proxy(patient: Patient) -> Iterator[Check]:
    """Each that is set, whoever set it."""
    found = {kind: url for kind, url in getproxies().items() if kind in ("http", "https")}
    if not found:
        yield Check("proxy", "ok", "none is set")
    for kind, url in sorted(found.items()):
        shown = masked(url).removesuffix("/***")
        try:
            parts = urlsplit(url)
            where = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            socket.create_connection(where, timeout=SECONDS).close()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            yield Check(
                "proxy", "failure", f"{shown}, for {kind}, takes no connection: {why}",
                f"Correct [proxy] {kind} (or {kind}_proxy), or start the proxy.",
            )  # fmt: skip
        else:
            yield Check("proxy", "ok", f"{shown}, for {kind}, takes connections")


def site(patient: Patient) -> Iterator[Check]:
    """One request, with the User-Agent of a crawl."""
    if not patient.online:
        yield Check("site", "ok", "no site was asked: gongkai doctor --online asks one")
        return
    import requests

    from crawler.settings import USER_AGENT

    for found in a_site(patient):
        url = f"{urlsplit(found.seeds[0]).scheme if found.seeds else 'http'}://{found.hosts[0]}/robots.txt"
        try:
            answer = requests.get(url, headers={"User-Agent": USER_AGENT}, timeout=SECONDS, stream=True)
            answer.close()
        except requests.RequestException as error:
            yield Check(
                "site", "warning", f"{url} cannot be had: {type(error).__name__}",
                f"If other sites can be reached it is the site; gongkai sites check {found.key} says more.",
            )  # fmt: skip
        else:
            state: State = "ok" if answer.status_code < 400 or answer.status_code == 404 else "warning"
            remedy = "" if state == "ok" else f"gongkai sites check {found.key} says more."
            yield Check("site", state, f"{url} answers {answer.status_code}", remedy)
