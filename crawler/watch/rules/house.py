"""Rules over the archive and this machine: damage, and a scheduler that is behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crawler.watch.alert import Alert
from crawler.watch.facts import Facts, SiteFacts
from crawler.watch.rules.outcome import Outcome, Unsure
from pipelines.coverage.model import day_in_china

STALE = timedelta(days=45)
"""No plan lets a site wait for so long; the rarest default is a month."""
OF_MACHINES = "scheduler-behind::"
"""What the keys of the alerts begin with that only the machine named in them can judge."""
HASHED = ("body-damaged", "body-truncated", "body-swapped")
"""Damage that only hashing the body again shows to be gone."""


def on_audits(audits: Sequence[Mapping[str, Any]]) -> Iterator[Outcome]:
    """Damage that verifications found and none since has shown mended."""
    open_: dict[tuple[str, str], str] = {}
    for audit in audits:
        if not audit["scope"]["sites"]:
            thorough = is_thorough(audit)
            open_ = {found: at for found, at in open_.items() if not thorough and found[0] in HASHED}
        mended = {one.get("key") for one in audit.get("repaired", ())}
        for one in audit["findings"]:
            if one["level"] == "damage" and one["key"] not in mended:
                open_.setdefault((one["code"], one["key"]), audit["ended"])
        open_ = {found: at for found, at in open_.items() if found[1] not in mended}
    if not open_:
        return
    codes = sorted({code for code, _ in open_})
    first, example = min(open_.values()), min(key for _, key in open_)
    yield Alert(
        "damage",
        "",
        "",
        datetime.fromisoformat(first),
        f"归档校验发现 {len(open_)} 处损坏（{'、'.join(codes)}），如 {example}；"
        "请运行 gongkai verify --repair。",
        f"The archive has {len(open_)} damaged objects ({', '.join(codes)}), such as {example}: "
        "gongkai verify --repair.",
        {"count": len(open_), "codes": codes, "keys": sorted({key for _, key in open_})[:50]},
        ",".join(codes),
    )


def is_thorough(audit: Mapping[str, Any]) -> bool:
    """Whether the verification looked at everything: what it did not find is not there."""
    return not any(audit["scope"][limit] for limit in ("sites", "sample", "since", "budget"))


def on_schedule(facts: Facts, open_keys: Collection[str]) -> Iterator[Outcome]:
    """Jobs of this machine that are overdue, and sites that nobody crawls any more."""
    code = "scheduler-behind"
    known = (OF_MACHINES, f"{OF_MACHINES}{facts.machine}")
    yield from (Unsure(key) for key in open_keys if key.startswith(OF_MACHINES) and key not in known)
    if facts.overdue:
        first = min(facts.overdue, key=lambda one: one.due)
        count, since = len(facts.overdue), day_in_china(first.due)
        yield Alert(
            code,
            "",
            facts.machine,
            first.due,
            f"{facts.machine} 上有 {count} 项定时任务逾期未执行，最早的是 {first.what}（{since}）。",
            f"Jobs of {facts.machine} that are overdue: {count}, first {first.what} (due {since}).",
            {"machine": facts.machine, "jobs": [one.what for one in facts.overdue][:50], "count": count},
        )
    stale = [site for site in facts.sites if _stale(site, facts.now)]
    if stale:
        names = [site.key for site in stale]
        last = max(site.runs[-1].started for site in stale)
        yield Alert(
            code,
            "",
            "",
            last,
            f"{len(stale)} 个网站已超过 {STALE.days} 天没有抓取：{'、'.join(names[:10])}。",
            f"{len(stale)} sites have not been crawled for more than {STALE.days} days: "
            f"{', '.join(names[:10])}.",
            {"sites": names[:200], "count": len(stale)},
        )


def _stale(site: SiteFacts, now: datetime) -> bool:
    """Whether a site that used to be crawled again and again is left alone."""
    return len(site.runs) > 1 and now - site.runs[-1].started > STALE
