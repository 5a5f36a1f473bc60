"""What has become of alerts: a fold over the alert records of an archive, the same on every machine.

Three kinds of records (docs/watch.md): an *evaluation* says what was raised, has changed, is passing, came
back or ended; a *delivery* says which channel was told of what; a *digest* that one was sent. Pure: no
clock, no archive, no channels.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from crawler.watch.alert import Alert, alert_of
from crawler.watch.codes import CODES

KEPT = timedelta(days=30)
"""An alert that has ended is remembered for so long, for channels that could not be told yet."""

RETIRED = timedelta(days=35)
"""A machine that has not looked for so long looks no more; what only it could see nobody can tell now."""

LEEWAY = timedelta(hours=2)
"""A daily evaluation is not quite a day after the one before."""

End = Literal["resolved", "expired"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was last told of an alert."""

    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """An alert and what has become of it."""

    alert: Alert
    raised: datetime
    passing: datetime | None = None
    """Since when its condition is no longer met; it may come back."""
    ended: datetime | None = None
    end: End | None = None
    told: Mapping[str, Told] = field(default_factory=dict)
    """By channel; without those that were told of its end."""

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    def to_json(self) -> dict[str, Any]:
        """The alert with its story, as `--json` and the state in a record have it."""
        return self.alert.to_json() | {
            "raised": stamp(self.raised),
            "passing": None if self.passing is None else stamp(self.passing),
            "ended": None if self.ended is None else stamp(self.ended),
            "end": self.end,
            "told": {name: {"mark": told.mark, "at": stamp(told.at)} for name, told in self.told.items()},
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of the facts at one moment."""

    alerts: Mapping[str, Alert] = field(default_factory=dict)
    """By key."""
    unsure: Collection[str] = frozenset()
    """Keys of alerts of which the facts say nothing now: those that are open stay as they are. `code:site:*`
    and `code:*` stand for all of a site, and for all."""
    retired: Collection[str] = frozenset()
    """Keys of open alerts that only a machine could judge which looks no more: they end, untold."""
    muted: Collection[str] = frozenset()
    """Codes of which nobody wants to hear: that they end is untold, too."""


@dataclass(slots=True)
class State:
    """Where all alerts stand."""

    alerts: dict[str, Known] = field(default_factory=dict)
    """By key: those that are open, and those that have ended lately."""
    evaluated: datetime | None = None
    """When the rules were last asked."""
    machines: dict[str, datetime] = field(default_factory=dict)
    """When each machine that still looks last asked the rules."""
    digests: dict[str, datetime] = field(default_factory=dict)
    """Up to when each channel has had a digest."""
    summed: datetime | None = None
    """The evaluation that last wrote the whole state down."""
    last: datetime | None = None
    """The newest record."""
    kept: timedelta = KEPT
    """For how long an alert that has ended is remembered; a digest may look further back."""

    def after(self, now: datetime) -> datetime:
        """A moment for the next record: now, or just after the newest one of a machine whose clock is ahead.

        Records count in the order of their times.
        """
        return now if self.last is None or now > self.last else self.last + timedelta(microseconds=1)

    @property
    def open(self) -> list[Known]:
        """The alerts that have not ended, oldest first."""
        return sorted((k for k in self.alerts.values() if k.open), key=lambda k: (k.raised, k.alert.key))

    def to_json(self) -> dict[str, Any]:
        """The whole state, for a record from which a fold can begin."""
        return {
            "alerts": [known.to_json() for _, known in sorted(self.alerts.items())],
            "machines": {machine: stamp(at) for machine, at in sorted(self.machines.items())},
            "digests": {channel: stamp(at) for channel, at in sorted(self.digests.items())},
        }


def fold(records: Iterable[Mapping[str, Any]], state: State | None = None) -> State:
    """The state after these records, oldest first; `state`, that before them, is changed."""
    state = State() if state is None else state
    for record in records:
        at = state.last = moment(record["noted"])
        match record.get("kind"):
            case "evaluation":
                _evaluated(state, record, at)
            case "delivery":
                _delivered(state, record, at)
            case "digest":
                state.digests[record["channel"]] = moment(record["to"])
    return state


def evaluate(state: State, verdict: Verdict, now: datetime, settle: timedelta) -> dict[str, Any]:
    """What an evaluation notes, given the state and what the rules say; an empty one where nothing is new.

    A state that is over is `passing` first and ends when it has stayed away for `settle`.
    """
    raised, changed, passing, back, ended = [], [], [], [], []
    for key, alert in sorted(verdict.alerts.items()):
        known = state.alerts.get(key)
        if known is None or not known.open:
            raised.append(alert.to_json())
            continue
        if known.passing is not None:
            back.append(key)
        if alert.mark != known.alert.mark:
            changed.append(alert.to_json())
    for key, known in sorted(state.alerts.items()):
        alert = known.alert
        if not known.open or key in verdict.alerts or alert.code not in CODES:
            continue  # a code that only a newer version knows is not ours to end
        if not {key, f"{alert.code}:{alert.site}:*", f"{alert.code}:*"}.isdisjoint(verdict.unsure):
            continue
        lasts = CODES[alert.code].lasts
        old = lasts is not None and now - alert.since >= timedelta(days=lasts)
        if old or key in verdict.retired:
            ended.append({"key": key, "end": "expired"})
        elif known.passing is None and settle:
            passing.append(key)
        elif known.passing is None or now - known.passing >= settle - LEEWAY:
            ended.append({"key": key, "end": "expired" if alert.code in verdict.muted else "resolved"})
    noted = {"raised": raised, "changed": changed, "passing": passing, "back": back, "ended": ended}
    return {name: found for name, found in noted.items() if found}


@dataclass(frozen=True, slots=True)
class News:
    """What a channel has not been told yet."""

    raised: tuple[Known, ...] = ()
    changed: tuple[Known, ...] = ()
    reminded: tuple[Known, ...] = ()
    """Told before, and still so after the days that the operator asked to be reminded after."""
    resolved: tuple[Known, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.raised or self.changed or self.reminded or self.resolved)

    @property
    def open(self) -> tuple[Known, ...]:
        """Everything in it that has not ended."""
        return self.raised + self.changed + self.reminded


def news(known: Iterable[Known], channel: str, now: datetime, remind: timedelta | None) -> News:
    """What of these alerts the channel has not been told yet."""
    raised, changed, reminded, resolved = [], [], [], []
    for one in sorted(known, key=lambda one: (one.raised, one.alert.key)):
        told = one.told.get(channel)
        if not one.open:
            if told is not None and one.end == "resolved":
                resolved.append(one)
        elif told is None:
            if one.passing is None:  # nobody needs to hear of what is passing already
                raised.append(one)
        elif told.mark != one.alert.mark:
            changed.append(one)
        elif remind is not None and _lasting(one) and now - told.at >= remind:
            reminded.append(one)
    return News(tuple(raised), tuple(changed), tuple(reminded), tuple(resolved))


def _lasting(known: Known) -> bool:
    """Whether it is a state that still holds; of an event nobody needs to be reminded."""
    return known.passing is None and known.alert.code in CODES and not CODES[known.alert.code].event


def delivery(channel: str, told: News) -> dict[str, Any]:
    """The record of a message that a channel took."""
    return {
        "kind": "delivery",
        "channel": channel,
        "told": [{"key": one.alert.key, "mark": one.alert.mark} for one in told.open],
        "ended": [one.alert.key for one in told.resolved],
    }


def moment(said: str) -> datetime:
    """A time that a record says."""
    return datetime.fromisoformat(said).astimezone(UTC)


def stamp(when: datetime) -> str:
    """A time as records say it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def _evaluated(state: State, record: Mapping[str, Any], at: datetime) -> None:
    if "state" in record:
        _restore(state, record["state"])
        state.summed = at
    state.evaluated = at
    if machine := record.get("machine"):
        state.machines[machine] = at
    state.machines = {name: seen for name, seen in state.machines.items() if at - seen <= RETIRED}
    alerts = state.alerts
    for key in [k for k, known in alerts.items() if known.ended and at - known.ended > state.kept]:
        del alerts[key]
    for said in record.get("raised", ()):
        alert = alert_of(said)
        known = alerts.get(alert.key)
        # Two machines that did not see each other's lease may both have raised it: it is one.
        alerts[alert.key] = Known(alert, at) if known is None or not known.open else _again(known, alert)
    for said in record.get("changed", ()):
        alert = alert_of(said)
        if alert.key in alerts:
            alerts[alert.key] = _again(alerts[alert.key], alert)
    for key in record.get("passing", ()):
        if key in alerts:
            alerts[key] = replace(alerts[key], passing=alerts[key].passing or at)
    for key in record.get("back", ()):
        if key in alerts:
            alerts[key] = replace(alerts[key], passing=None)
    for said in record.get("ended", ()):
        if said["key"] in alerts and alerts[said["key"]].open:
            alerts[said["key"]] = replace(alerts[said["key"]], ended=at, end=said["end"])


def _again(known: Known, alert: Alert) -> Known:
    """The alert as it now is; it began when it began."""
    return replace(known, alert=replace(alert, since=min(known.alert.since, alert.since)))


def _delivered(state: State, record: Mapping[str, Any], at: datetime) -> None:
    channel = record["channel"]
    for said in record.get("told", ()):
        if said["key"] in state.alerts:
            known = state.alerts[said["key"]]
            told = {**known.told, channel: Told(said["mark"], at)}
            state.alerts[said["key"]] = replace(known, told=told)
    for key in record.get("ended", ()):
        if key in state.alerts:
            known = state.alerts[key]
            told = {name: told for name, told in known.told.items() if name != channel}
            state.alerts[key] = replace(known, told=told)


def _restore(state: State, said: Mapping[str, Any]) -> None:
    """To what is said comes what is known already: alerts that ended too long ago to be said, and digests
    that were being sent when it was written, so that their records are older."""
    ended = {key: known for key, known in state.alerts.items() if not known.open}
    state.alerts = ended | {one["key"]: _known(one) for one in said["alerts"]}
    state.machines = {name: moment(at) for name, at in said.get("machines", {}).items()}
    for channel, at in said["digests"].items():
        state.digests[channel] = max(moment(at), state.digests.get(channel, moment(at)))


def _known(said: Mapping[str, Any]) -> Known:
    return Known(
        alert_of(said),
        moment(said["raised"]),
        moment(said["passing"]) if said["passing"] else None,
        moment(said["ended"]) if said["ended"] else None,
        said["end"],
        {name: Told(told["mark"], moment(told["at"])) for name, told in said["told"].items()},
    )
