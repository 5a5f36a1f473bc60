"""Sends a digest to each channel that takes one, once, whichever machine comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.errors import ChannelError
from crawler.watch.channels.send import send
from crawler.watch.digest import Digest
from crawler.watch.digest_text import digest_message
from crawler.watch.settings import WatchSection
from crawler.watch.state import stamp
from crawler.watch.watching import read_state
from storage.archive import Archive

LEASE = "_digest"
REACH = timedelta(days=60)
"""So far a digest goes back where the ones before it were missed."""


@dataclass(slots=True)
class Sent:
    """Who got the digest."""

    sent: list[str] = field(default_factory=list)
    had: dict[str, datetime] = field(default_factory=dict)
    """Channels that had one of this period already, and up to when."""
    failed: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """Channels whose last digest is longer ago than `REACH`: the time that no digest of theirs tells of."""


def send_digest(
    archive: Archive,
    settings: WatchSection,
    make: Callable[[datetime], Digest],
    now: datetime,
    length: timedelta,
    *,
    pause: float = 1.0,
) -> Sent:
    """Sends the digest of the last `length` to every channel that has had none in half of that time.

    It begins where the channel's last one ended if that is longer ago, `REACH` at most: what became of the
    days whose digest was missed is told as well. `make` gives the digest from a moment on.

    Raises:
        SiteBusy: where another process or machine is at it.
        StorageError: where the archive cannot be used.
    """
    done = Sent()
    with archive.lease(LEASE, "gongkai digest"):
        state = read_state(archive, now)
        due = {}
        for name, channel in settings.channels.items():
            last = state.digests.get(name)
            if channel.digest and last is not None and now - last < length / 2:
                done.had[name] = last
            elif channel.digest:
                due[name] = channel
        digests: dict[datetime, Digest] = {}
        for name, channel in due.items():
            since, last = now - length, state.digests.get(name)
            if last is not None and last < since:
                since = min(since, max(last, now - REACH))
                if last < since:
                    done.gaps[name] = (last, since)
            if since not in digests:
                digests[since] = make(since)
            missed = last is not None and now - last > 1.5 * length
            digest = replace(digests[since], before=last if missed else None)
            text = digest_message(digest, channel.language or settings.language)
            try:
                send(channel, text, now, pause=pause)
            except ChannelError as error:
                done.failed[name] = str(error)
                continue
            period = {"from": stamp(digest.since), "to": stamp(digest.until)}
            moment = state.after(now)
            archive.put_alerts({"kind": "digest", "channel": name, **period}, moment)
            state.last = moment
            done.sent.append(name)
    return done
