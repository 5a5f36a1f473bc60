"""One evaluation: gather, judge, note, tell. What `gongkai watch` does.

The order is the safety: what is new is noted in the archive before anybody is told, and that a channel took
a message is noted after it did. A crash between the two tells people twice, never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawler.errors import ChannelError
from crawler.watch.channels.send import send
from crawler.watch.codes import SEVERITIES
from crawler.watch.facts import Facts
from crawler.watch.message import message
from crawler.watch.rules import judge
from crawler.watch.settings import Channel, WatchSection
from crawler.watch.state import (
    KEPT,
    RETIRED,
    Known,
    News,
    State,
    delivery,
    evaluate,
    fold,
    moment,
    news,
    stamp,
)
from storage.archive import Archive

LEASE = "_watch"
HEARD = timedelta(hours=20)
"""Without news an evaluation is noted, too, if this machine's last was so long ago: it is seen to look."""
SUMMED = timedelta(days=30)
"""So often a record carries the whole state, so that a fold need not begin at the beginning."""


@dataclass(slots=True)
class Watched:
    """What an evaluation found, and who was told."""

    now: datetime
    state: State
    machine: str = ""
    """Which machine looked."""
    noted: Mapping[str, Any] = field(default_factory=dict)
    """What was new: raised, changed, passing, back, ended."""
    told: dict[str, int] = field(default_factory=dict)
    """By channel: how many alerts it was told of."""
    failed: dict[str, str] = field(default_factory=dict)
    """By channel: why it took nothing. What it was not told it is told the next time."""

    def to_json(self) -> dict[str, Any]:
        """The evaluation for `--json`."""
        return {
            "schema": "gongkai.watch/1",
            "at": stamp(self.now),
            "open": [known.to_json() for known in self.state.open],
            "raised": [one["key"] for one in self.noted.get("raised", ())],
            "changed": [one["key"] for one in self.noted.get("changed", ())],
            "ended": list(self.noted.get("ended", ())),
            "told": self.told,
            "failed": self.failed,
        }


def read_state(archive: Archive, now: datetime, since: datetime | None = None) -> State:
    """Where all alerts of the archive stand, by its alert records; with those that ended after `since`."""
    kept = KEPT if since is None else max(KEPT, now - since)
    lately = list(archive.alert_records((since or now) - SUMMED - timedelta(days=15)))
    whole = any("state" in one and (since is None or moment(one["noted"]) <= since) for one in lately)
    return fold(lately if whole else archive.alert_records(None), State(kept=kept))


def watch(
    archive: Archive,
    settings: WatchSection,
    gather: Callable[[], Facts],
    now: datetime,
    *,
    pause: float = 1.0,
    say: Callable[[str], None] = lambda sentence: None,
) -> Watched:
    """Asks the rules once, notes what is new, and tells the channels. `pause`: see `send`.

    Raises:
        SiteBusy: where another process or machine is at it.
        StorageError: where the archive cannot be used.
    """
    with archive.lease(LEASE, "gongkai watch"):
        watched = look(archive, settings, gather(), now)
        record = {"kind": "evaluation", "machine": watched.machine, **watched.noted}
        state = watched.state
        seen = state.machines.get(watched.machine)
        if state.summed is None or now - state.summed >= SUMMED:
            record["state"] = state.to_json()
        at = state.after(now)
        if watched.noted or seen is None or now - seen >= HEARD:
            archive.put_alerts(record, at)
        fold([record | {"noted": stamp(at)}], state)
        _tell(archive, settings, watched, pause, say)
    return watched


def look(archive: Archive, settings: WatchSection, facts: Facts, now: datetime) -> Watched:
    """What the rules say is new; nothing is noted and nobody is told. The state is that before it."""
    state = read_state(archive, now)
    looking = {machine for machine, seen in state.machines.items() if now - seen <= RETIRED}
    verdict = judge(facts, {known.alert.key for known in state.open}, settings.mute, looking)
    noted = evaluate(state, verdict, now, timedelta(days=settings.settle))
    return Watched(now, state, facts.machine, noted)


def foreseen(watched: Watched, settings: WatchSection) -> dict[str, News]:
    """What each channel would be told after this `look`; changes its state to that after it."""
    record = {"kind": "evaluation", **watched.noted, "noted": stamp(watched.state.after(watched.now))}
    fold([record], watched.state)
    return {name: found for name, _, found in _news(settings, watched)}


def wanted(channel: Channel, known: Known) -> bool:
    """Whether the channel is to hear of this alert."""
    alert = known.alert
    if SEVERITIES.index(alert.severity) > SEVERITIES.index(channel.severity):
        return False
    if channel.codes and alert.code not in channel.codes and alert.subject not in channel.codes:
        return False  # the subject of many-sites is a code
    return not channel.sites or not alert.site or alert.site in channel.sites


def _news(settings: WatchSection, watched: Watched) -> Iterable[tuple[str, Channel, News]]:
    remind = timedelta(days=settings.remind) if settings.remind else None
    for name, channel in settings.channels.items():
        if not channel.alerts:
            continue
        known = [one for one in watched.state.alerts.values() if wanted(channel, one)]
        if found := news(known, name, watched.now, remind):
            yield name, channel, found


def _tell(
    archive: Archive, settings: WatchSection, watched: Watched, pause: float, say: Callable[[str], None]
) -> None:
    for name, channel, found in list(_news(settings, watched)):
        heard = found if channel.resolved else News(found.raised, found.changed, found.reminded)
        if heard:
            text = message(heard, channel.language or settings.language, archive.url)
            try:
                remark = send(channel, text, watched.now, pause=pause)
            except ChannelError as error:
                watched.failed[name] = str(error)
                say(f"channel {name}: {error}; what it was not told it is told the next time")
                continue
            if remark is not None:
                say(f"channel {name}: {remark}")
        at = watched.state.after(watched.now)
        record = delivery(name, found)
        archive.put_alerts(record, at)
        fold([record | {"noted": stamp(at)}], watched.state)
        watched.told[name] = len(heard.open) + len(heard.resolved)
