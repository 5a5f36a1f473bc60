"""What a dry run would have asked for: found from lists and what the archive knows, asked for by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.archive import Archive
from storage.errors import StorageError

if TYPE_CHECKING:
    from crawler.rhythm import Why
    from storage.journal import Role


@dataclass(frozen=True, slots=True)
class Due:
    """A report page or attachment that a crawl would ask for."""

    role: Role
    year: int | None
    """As its list says; None where it does not."""
    organization: str | None
    title: str | None
    url: str
    why: Why


class Foresight:
    """Collects what is due. The archive is only read; where there is none, everything is new."""

    def __init__(self, site: str, archive: str) -> None:
        self.site = site
        self.due: list[Due] = []
        self.archive: Archive | None = None
        with suppress(StorageError):
            self.archive = Archive.open(archive, create=False)

    def note(self, role: Role, url: str, hints: Mapping[str, str | int], why: Why) -> None:
        """Adds one that would be asked for."""
        year = hints.get("year")
        title, organization = (
            str(hints[name]) if name in hints else None for name in ("title", "organization")
        )
        self.due.append(Due(role, year if isinstance(year, int) else None, organization, title, url, why))

    def attachments(self, page: str) -> Iterator[tuple[str, dict[str, str | int]]]:
        """Address and hints of each attachment that the page at that address is known to have."""
        if self.archive is not None:
            documents = self.archive.documents(self.site)
            for url in documents.addresses_on(page):
                last = documents.at(url)[-1]
                if last.role == "attachment":
                    yield url, dict(last.hints)

    def close(self) -> None:
        """Lets go of the archive."""
        if self.archive is not None:
            self.archive.close()
