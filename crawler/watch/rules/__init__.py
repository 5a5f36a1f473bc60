"""The rules: pure functions from facts to alerts. docs/watch.md says what each raises."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from crawler.watch.alert import Alert
from crawler.watch.facts import Facts, SiteFacts
from crawler.watch.rules.house import OF_MACHINES, on_audits, on_schedule
from crawler.watch.rules.outcome import Outcome, SiteRule, Suspect, Unsure
from crawler.watch.rules.reports import on_changes, on_coverage, on_figures
from crawler.watch.rules.runs import on_runs
from crawler.watch.rules.storms import merged
from crawler.watch.state import Verdict

OF_REPORTS: tuple[SiteRule, ...] = (on_coverage, on_changes, on_figures)
_REPORT_CODES = (
    "late-body", "no-reports", "fewer-bodies", "carry-over-broken", "findings-jump", "table-changed",
    "withdrawn",
)  # fmt: skip


def judge(
    facts: Facts,
    open_keys: Collection[str],
    mute: Collection[str] = (),
    machines: Collection[str] = (),
) -> Verdict:
    """What all rules say of the facts, given the keys of the alerts that are open; none of muted codes.

    `machines`: those that still look, beside this one.
    """
    outcomes: list[Outcome] = [outcome for site in facts.sites for outcome in _of_site(site, facts.now)]
    outcomes += [*on_audits(facts.audits), *on_schedule(facts, open_keys)]
    elsewhere = {key: key.removeprefix(OF_MACHINES) for key in open_keys if key.startswith(OF_MACHINES)}
    retired = {key for key, name in elsewhere.items() if name not in ("", facts.machine, *machines)}
    alerts: dict[str, Alert] = {}
    looked_at = {"", *(site.key for site in facts.sites)}
    unsure = {key for key in open_keys if key.split(":", 2)[1] not in looked_at}
    for outcome in merged(outcomes, facts, open_keys):
        if isinstance(outcome, Unsure):
            unsure.add(outcome.about)
        elif isinstance(outcome, Suspect):
            if outcome.alert.key in open_keys:
                alerts[outcome.alert.key] = outcome.alert
        elif outcome.code not in mute:
            alerts[outcome.key] = outcome
    return Verdict(alerts, unsure - retired, retired, frozenset(mute))


def _of_site(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    yield from on_runs(site, now)
    if site.trouble:
        yield _blind(site, now)
        yield from (Unsure(f"{code}:{site.key}:*") for code in _REPORT_CODES)
    else:
        yield from (outcome for rule in OF_REPORTS for outcome in rule(site, now))


def _blind(site: SiteFacts, now: datetime) -> Alert:
    zh, en = site.named
    return Alert(
        "blind",
        site.key,
        "",
        now,
        f"{zh}：归档内容无法检查（{site.trouble}）。",
        f"{en}: what the archive holds of it could not be looked at ({site.trouble}).",
        {"trouble": site.trouble},
    )
