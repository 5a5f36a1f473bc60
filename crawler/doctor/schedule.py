"""Looks at this machine's scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.doctor.model import Check, Patient


def scheduler(patient: Patient) -> Iterator[Check]:
    """Alive, if there ever was one here, and nothing behind."""
    from crawler.schedule.status import status

    found = status(patient.archive, patient.now)
    if found is None or (found.last_seen is None and not any(line.last for line in found.lines)):
        yield Check("scheduler", "ok", "there never was one on this machine: cron does as well")
        return
    if not found.schedulers:
        # One that ended in order is not remembered; what it left undone is.
        seen = f", the last one was seen {found.last_seen:%Y-%m-%d %H:%M} UTC" if found.last_seen else ""
        yield Check(
            "scheduler", "warning", f"none is at work on this machine{seen}",
            "Start it: gongkai schedule, or its unit. If cron has taken over, remove schedule.sqlite "
            f"from {patient.state}",
        )  # fmt: skip
    for late in found.overdue[:5]:
        of = f"{late.job} of {late.site}" if late.site else late.job
        yield Check(
            "scheduler", "warning", f"{of} has been due since {late.due:%Y-%m-%d %H:%M} UTC: {late.why}",
            "Type: gongkai schedule --list",
        )  # fmt: skip
    if found.schedulers and not found.overdue:
        yield Check(
            "scheduler", "ok", f"{len(found.schedulers)} at work, {len(found.running)} jobs under way"
        )
