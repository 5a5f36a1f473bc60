"""Where a document is that is gone from its address: the same body, or the same report, somewhere else."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from pipelines.addresses import canonical
from pipelines.history.naming import Names, hinted
from pipelines.history.sightings import Address, Stay

SHARED = 3
"""So many addresses with one body are an error page or a template, and nobody's report."""

Place = tuple[Address, Stay]


class Successors:
    """The addresses of one site by what stood at them."""

    def __init__(self, found: dict[str, Address], names: Names) -> None:
        self._names = names
        self._found = found
        self._by_body: defaultdict[str, list[Address]] = defaultdict(list)
        for address in found.values():
            for sha256 in {stay.sha256 for stay in address.stays if stay.sha256 is not None}:
                self._by_body[sha256].append(address)

    def of(self, gone: Address, before: Stay, moment: datetime) -> Place | None:
        """Where what stood there is, as of when it was missed, or later; None where nobody knows."""
        return self._same_body(gone, before, moment) or self._same_report(gone, before, moment)

    def _same_body(self, gone: Address, before: Stay, moment: datetime) -> Place | None:
        holders = self._by_body[before.sha256 or ""]
        if len(holders) >= SHARED:
            return None
        places = ((other, _there(other, moment, before.sha256)) for other in holders if _apart(other, gone))
        return _first([(other, stay) for other, stay in places if stay is not None])

    def _same_report(self, gone: Address, before: Stay, moment: datetime) -> Place | None:
        name = self._names.of(gone, before)
        if None in name:
            return None
        places = []
        for other in self._found.values():
            if other.role != gone.role or not _apart(other, gone):
                continue
            stay = _there(other, moment)
            if stay is None:
                continue
            # Only of addresses that are new are readings looked at: of the others their lists say enough.
            is_new = other.stays[0].first > before.last
            if (self._names.of(other, stay) if is_new else hinted(other)) == name:
                places.append((other, stay))
        return _first(places)


def _apart(other: Address, gone: Address) -> bool:
    return canonical(other.url) != canonical(gone.url)


def _there(address: Address, moment: datetime, sha256: str | None = None) -> Stay | None:
    """What stands there at that moment, or first after it; that body only, if one is named."""
    for number, stay in enumerate(address.stays):
        following = address.stays[number + 1] if number + 1 < len(address.stays) else None
        over = following is not None and following.first <= moment
        if stay.state == "there" and not over and sha256 in (None, stay.sha256):
            return stay
    return None


def _first(places: list[Place]) -> Place | None:
    """The place where it was first."""
    return min(places, key=lambda place: (place[1].first, place[0].url), default=None)
