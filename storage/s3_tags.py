"""What a store's ETags are worth as a check of the way back: learned by reading, never asked."""

from __future__ import annotations

import hashlib
import re

READS = 3
"""Times that an object is asked for before bytes that do not have its ETag are believed."""

_MD5 = re.compile("[0-9a-f]{32}")


class Tags:
    """Most stores name the MD5 of what was put at once. Threads may share it.

    A store that names something else is known by it: no object ever has its tag, and the bytes are the
    same at each reading.
    """

    def __init__(self) -> None:
        self._hold: bool | None = None

    def plausible(self, data: bytes, tag: str, before: list[str]) -> bool:
        """Whether these may be the tag's bytes; `before` grows by the digest of each reading that are not."""
        if self._hold is False or not _MD5.fullmatch(tag):
            return True
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if md5 == tag:
            self._hold = True
            return True
        before.append(md5)
        if self._hold is None and len(before) == READS and len(set(before)) == 1:
            self._hold = False
        return False
