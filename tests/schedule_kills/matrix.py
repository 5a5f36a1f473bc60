"""The matrix: ten moments at which the scheduler dies, ten of a job, ten of both at once; and
a few at which one of two machines is lost.

They were chosen by what has just become durable and what has not: the rows of the scheduler's memory, the
process, the locks and claims, the spool, the journal, the published report, the run record.
"""

from __future__ import annotations

from dataclasses import replace

from tests.schedule_kills.moments import Moment

_SLOTS, _SCHEDULER = "crawler.schedule.slots:Slots", "crawler.schedule.scheduler:Scheduler"


def _scheduler(function: str, when: str, time: int = 1) -> Moment:
    return Moment("schedule", function, when, time)


def _job(function: str, when: str, time: int = 1) -> Moment:
    return Moment("crawl", function, when, time)


_CLAIMED = _scheduler(f"{_SLOTS}.claim", "after")
_SPAWNED = _scheduler("crawler.schedule.scheduler:spawn", "after")
_NOTED = _scheduler(f"{_SLOTS}.began", "after")
_BOTH_RUN = _scheduler(f"{_SLOTS}.began", "after", 2)
_LOOKED_ON = _scheduler(f"{_SCHEDULER}.tick", "before", 3)
_ENDED = _scheduler(f"{_SLOTS}.finish", "before")

SCHEDULER: tuple[tuple[Moment, ...], ...] = (
    (_scheduler(f"{_SLOTS}.add", "before"),),  # it looked, and nothing is due yet
    (_scheduler(f"{_SLOTS}.add", "after"),),  # due, and nobody's
    (_CLAIMED,),  # its own, and no process
    (_SPAWNED,),  # a process that nobody knows
    (_NOTED,),
    (_BOTH_RUN,),
    (_LOOKED_ON,),
    (_ENDED,),  # the crawl has ended, and nobody noted it
    (_scheduler(f"{_SLOTS}.finish", "after"),),
    (_BOTH_RUN, _scheduler(f"{_SLOTS}.adopt", "after")),  # and so does the next, having taken a job over
)

_OPENED = _job("storage.archive:Archive.open", "before")
_LOCKED = _job("storage.archive:lock_site", "after")
_ASKED = _job("storage.leases:Lease._put", "after")
_HELD = _job("storage.leases:Lease.take", "after")
_FIRST = _job("storage.run:Run.record", "after")
_SOME = _job("storage.run:Run.record", "after", 4)
_SEALED = _job("storage.run:Run._put_batch", "after")
_PUBLISHED = _job("storage.archive:Archive.put_report", "after")
_COUNTED = _job("storage.run:put_run_record", "before")
_RECORDED = _job("storage.run:put_run_record", "after")

JOB = tuple(
    (moment,)
    for moment in (
        _OPENED,
        _LOCKED,
        _ASKED,  # its claim asks
        _HELD,
        _FIRST,
        _SOME,
        _SEALED,  # a segment that no record names
        _PUBLISHED,
        _COUNTED,
        _RECORDED,  # all is there, and the site is not free yet
    )
)

BOTH = tuple(
    (replace(moment, victims="both"),)
    for moment in (
        _SPAWNED,
        _BOTH_RUN,
        _LOOKED_ON,
        _LOCKED,
        _ASKED,
        _HELD,
        _SOME,
        _SEALED,
        _PUBLISHED,
        _RECORDED,
    )
)

MACHINE = tuple((replace(moment, victims="both"),) for moment in (_HELD, _SOME, _PUBLISHED, _RECORDED))

MATRIX = {"scheduler": SCHEDULER, "job": JOB, "both": BOTH, "machine": MACHINE}
