"""Whether a site was crawled already since a moment: what a scheduler's crawl looks at once it has the site.

Several machines that share an archive have the same turns; the first to come does it. It must not judge how
good the crawl was: one that came to its own end counts, for a site that is blocked or dead is not to be asked
by each machine in its turn; the one that failed tries again later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import Any

from storage.run_records import named, read_records
from storage.store import Store

_SHANGHAI = timezone(timedelta(hours=8))


def crawled_since(
    store: Store, site: str, since: datetime, years: Collection[int] | None, *, recheck: bool = False
) -> str | None:
    """When and by which machine the site was crawled since then, in words; None: it was not.

    `years`: those that are asked for now, None for all; a crawl of fewer does not stand for it. `recheck`:
    no known page is to rest now; a crawl that let some rest does not stand for it.

    Raises:
        ArchiveUnusable: where the store cannot say.
    """
    for one, record in read_records(store, named(store, [site], since)):
        if record is not None and _counts(record, years, recheck=recheck):
            when = one.started.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")
            return f"crawled already at {when} (Asia/Shanghai), by {record.get('machine', 'another machine')}"
    return None


def _counts(record: dict[str, Any], years: Collection[int] | None, *, recheck: bool) -> bool:
    if record.get("ended") != "finished" or (recheck and not record.get("recheck")):
        return False
    had = record.get("years")
    return had is None or (years is not None and set(years) <= set(had))
