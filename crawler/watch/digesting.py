"""Sends a digest to each channel that takes one, once, whichever machine comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Sent:
    """Who got the digest."""

    sent: list[str] = field(default_factory=list)
    had: dict[str, datetime] = field(default_factory=dict)
    """Channels that had one of this period already, and up to when."""
    failed: dict[str, str] = field(default_factory=dict)


def send_digest(
    archive: Archive,
    settings: WatchSection,
    make: Callable[[], Digest],
    now: datetime,
    length: timedelta,
    *,
    pause: float = 1.0,
) -> Sent:
    """Sends the digest of the last `length` to every channel that has had none in half of that time.

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
        digest = make() if due else None
        for name, channel in due.items():
            assert digest is not None
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
