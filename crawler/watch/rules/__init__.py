"""The rules: pure functions from facts to alerts. docs/watch.md says what each raises."""

from __future__ import annotations

from collections.abc import Collection

from crawler.watch.alert import Alert
from crawler.watch.facts import Facts
from crawler.watch.rules.house import on_audits, on_schedule
from crawler.watch.rules.outcome import Outcome, SiteRule, Suspect, Unsure
from crawler.watch.rules.reports import on_changes, on_coverage, on_figures
from crawler.watch.rules.runs import on_runs
from crawler.watch.rules.storms import merged
from crawler.watch.state import Verdict

OF_SITES: tuple[SiteRule, ...] = (on_runs, on_coverage, on_changes, on_figures)


def judge(facts: Facts, open_keys: Collection[str], mute: Collection[str] = ()) -> Verdict:
    """What all rules say of the facts, given the keys of the alerts that are open; none of muted codes."""
    outcomes: list[Outcome] = [
        outcome for site in facts.sites for rule in OF_SITES for outcome in rule(site, facts.now)
    ]
    outcomes += [*on_audits(facts.audits), *on_schedule(facts, open_keys)]
    alerts: dict[str, Alert] = {}
    looked_at = {"", *(site.key for site in facts.sites)}
    unsure = {key for key in open_keys if key.split(":", 2)[1] not in looked_at}
    for outcome in merged(outcomes, facts, open_keys):
        if isinstance(outcome, Unsure):
            unsure.add(outcome.about)
        elif isinstance(outcome, Suspect):
            unsure.add(outcome.alert.key)
        elif outcome.code not in mute:
            alerts[outcome.key] = outcome
    return Verdict(alerts, unsure)
