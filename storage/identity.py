"""Which archive a place holds: what archive.json says, and writing it where there is nothing yet."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from datetime import UTC, datetime

from storage.errors import ArchiveUnusable, Damaged, NotFound
from storage.journal import json_document
from storage.keys import ARCHIVE_KEY, CHECK_PREFIX
from storage.store import Store

FORMAT = "gongkai.archive"
LAYOUT = 1


def identify(store: Store, create: bool) -> str:
    """The archive's identity from archive.json, which is written first where there is nothing at all.

    Raises `ArchiveUnusable` where there is no archive, or none of ours, or a newer one.
    """
    try:
        data = store.get(ARCHIVE_KEY)
    except NotFound:
        if not create:
            raise ArchiveUnusable(f"There is no archive at {store.url}: `gongkai crawl` makes one.") from None
        others = (key for key in store.list() if not key.startswith(CHECK_PREFIX))
        if any(others) and not store.exists(ARCHIVE_KEY):  # asked last: a rival may have begun just now
            raise ArchiveUnusable(
                f"{store.url} holds other things and no {ARCHIVE_KEY}: choose an empty place for the archive."
            ) from None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        identity = {"format": FORMAT, "layout": LAYOUT, "identity": uuid.uuid4().hex, "created": now}
        with suppress(Damaged):  # another process was faster: its identity counts
            store.put(ARCHIVE_KEY, json_document(identity))
        data = store.get(ARCHIVE_KEY)
    try:
        found = json.loads(data)
        described = found["format"], int(found["layout"]), str(found["identity"])
    except (ValueError, TypeError, KeyError):
        described = None, 0, ""
    if described[0] != FORMAT:
        raise ArchiveUnusable(
            f"{ARCHIVE_KEY} in {store.url} is not Gongkai's: choose another place for the archive."
        )
    if described[1] > LAYOUT:
        raise ArchiveUnusable(
            f"{store.url} was written by a newer Gongkai (layout {described[1]}; this one knows {LAYOUT})."
        )
    return described[2]
