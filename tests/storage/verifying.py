"""A sound archive, ways to damage it through its store, and one verification of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.archive import Archive
from storage.audit import audit_record, put_audit
from storage.catalogue import Catalogue
from storage.findings import Finding
from storage.store import Store
from storage.verify import Scope, Verification
from tests.storage.made import NOW, body, capture


def fill(archive: Archive, sites: tuple[str, ...] = ("beixian", "xuxian")) -> None:
    """Two sites, each with three runs of two segments and bodies that come again; three alert records."""
    for offset, site in enumerate(sites):
        for start in (0, 4, 6):
            run = archive.start_run(site, NOW)
            for number in range(start, start + 6):
                run.record(capture(number, site=site), body(number + 100 * offset))
                if number == start + 2:
                    run.commit()
            run.finish({"expected": 6})
    for number in range(3):
        archive.put_alerts({"number": number}, NOW)


@dataclass
class Looked:
    """What one verification came to."""

    findings: list[Finding]
    record: dict[str, Any]
    audit: str
    steps: list[tuple[str, int, int | None]] = field(default_factory=list)

    @property
    def damage(self) -> set[tuple[str, str]]:
        """Code and key of everything that is damaged."""
        return {(one.code, one.key) for one in self.findings if one.level == "damage"}

    @property
    def damaged_keys(self) -> set[str]:
        """The keys alone."""
        return {key for _, key in self.damage}


def look(store: Store, state: Path, scope: Scope | None = None, *, audit: bool = True) -> Looked:
    """One verification of all that storage knows, by a machine with that state folder."""
    catalogue = Catalogue(state / "fixity.sqlite", "an identity")
    steps: list[tuple[str, int, int | None]] = []
    try:
        done = Verification(
            store,
            catalogue,
            scope or Scope(),
            datetime.now(UTC),
            lambda what, number, of: steps.append((what, number, of)),
        )
        done.run()
        record = audit_record(done, [], "tests")
        key = put_audit(done, record) if audit else ""
        return Looked(list(catalogue.findings()), record, key, steps)
    finally:
        catalogue.close()


def flipped(data: bytes, at: int = 7) -> bytes:
    """The same bytes but for one bit."""
    place = at % len(data)
    return data[:place] + bytes([data[place] ^ 1 << at % 8]) + data[place + 1 :]
