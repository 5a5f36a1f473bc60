"""A run: captures of one site on their way into the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage.journal import Capture


class Run:
    """One run of one site, made by `Archive.start_run`. `record` may be called from several threads."""

    id: str
    site: str
    started: datetime

    def record(self, capture: Capture, body: bytes | None) -> Capture:
        """Keep one exchange; returns, once it can no longer be lost, the capture with `sha256` and `size` filled in.

        Blocks for the disk and the store: call it in a thread. `site` and `run` of the capture are overwritten
        with the run's own. Without a body `capture.sha256` may name one that the archive holds (304); `NotFound`
        if it doesn't. Raises `ArchiveUnusable` if the store or the spool fails; the run can't go on then.
        """
        raise NotImplementedError

    def commit(self) -> tuple[Capture, ...]:
        """Seal what was recorded since the last commit into a journal segment; returns those captures, now part of
        the archive and known to `latest` and `documents`. Call it every hundred captures or half a minute."""
        raise NotImplementedError

    def finish(self, record: dict[str, Any]) -> str:
        """Commit, write the run record and free the site; returns the record's key.

        To `record` (expected, captured, failed ... as the caller counts them; "ended" is "finished" unless it says
        otherwise) come: schema, run, site, started, segments and previous (digests of the site's run records
        that no other names yet: one, unless machines ran at the same time; none for the first).
        """
        raise NotImplementedError

    def abandon(self) -> None:
        """Free the site without a run record; `recover` will write it as crashed. After `finish` this does nothing."""
        raise NotImplementedError
