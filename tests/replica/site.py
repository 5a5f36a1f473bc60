"""What a played site is: a class that gives a `Page` for a path. The server does all of HTTP.

Owns the registry of sites (`all_sites`: every `Site` in `tests/replica/sites/`). Knows no sockets.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Page:
    """One resource. Validators, HEAD, 304 and gzip are the server's work."""

    body: bytes = b""
    content_type: str | None = "text/html"
    """The header's value; many Chinese portals name no charset."""
    status: int = 200
    modified: datetime | None = None
    """Aware; sent as Last-Modified, and answers If-Modified-Since."""
    tagged: bool = True
    """An ETag, made of the body's digest."""
    location: str | None = None
    compressed: Literal["on-request", "always", "never"] = "on-request"
    """`always`: gzip whatever the client accepts, as some servers do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, for sites that look at more than its path; header names are lower-case."""

    path: str
    """With the query, if any."""
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    scheme: str = "https"


@dataclass(frozen=True, slots=True)
class Correction:
    """A report changed in place: which one, and what its cells say before and after."""

    url: str
    organization: str
    year: int
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


Key = tuple[str, int]
"""(organization, year)"""


class Site(ABC):
    """One or more hosts with everything that is served on them, made from a seed alone."""

    hosts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @abstractmethod
    def respond(self, path: str) -> Page | None:
        """The page at `path` (with its query, if any); None: there is none."""

    def answer(self, asked: Asked) -> Page | None:
        """The page for a request; a site of plain pages goes by the path alone and takes no POST."""
        if asked.method == "POST":
            return Page(b"405 Method Not Allowed\n", "text/plain", status=405)
        return self.respond(asked.path)

    def truth(self) -> dict[Key, dict[str, Any]]:
        """For each report that a polite crawl finds, what `Replica.truth` says."""
        return {}

    def absent(self) -> dict[Key, str]:
        """Reports that a crawl must not have, with the reason: `missing`, `soft-404`, `robots`."""
        return {}

    def correct(self) -> Correction | None:
        """Changes one report in place, once; None where the site has nothing to correct."""
        return None


def all_sites() -> list[type[Site]]:
    """Every site in `tests/replica/sites/`, by module name."""
    from tests.replica import sites

    found: list[type[Site]] = []
    for info in sorted(pkgutil.iter_modules(sites.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{sites.__name__}.{info.name}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Site) and value.__module__ == module.__name__
        ]
    return found
