"""Whether a site's journal is all there: what is derived from a journal with holes says less than it did.

It reads the segments themselves and believes no cache. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.errors import NotFound
from storage.keys import captures_prefix, digest
from storage.listing import in_threads, own_digest
from storage.store import Store

THREADS = 8
"""Segments that are read at once."""


def journal_holes(store: Store, site: str, records: Iterable[dict[str, Any]]) -> list[str]:
    """Keys of the site's journal segments that are damaged, or that its run records name and are gone.

    What lies among the segments and is none is no hole. Raises `ArchiveUnusable` where the store fails.
    """
    listed = set(store.list(captures_prefix(site)))
    named = {str(key) for record in records for key in record.get("segments", ())}

    def broken(key: str) -> str | None:
        try:
            return None if digest(store.get(key)) == own_digest(key) else key
        except NotFound:
            return key

    segments = (key for key in sorted(listed) if own_digest(key) is not None)
    found = {key for key in in_threads(broken, segments, THREADS) if key is not None}
    return sorted(found | (named - listed))
