"""The same trouble at many sites at once is one alert, and most likely it is ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from crawler.watch.alert import Alert
from crawler.watch.codes import CODES
from crawler.watch.facts import Facts
from crawler.watch.rules.outcome import LONG, Outcome, Suspect, Unsure

MERGED = ("host-gone", "blocked", "run-failed", "no-reports", "list-empty")
"""Codes whose alerts are about sites that one cause can hit together."""
MANY = 10
FEW = 3
"""So many sites at once are one alert; a few are, too, where they are half of those crawled lately."""


def merged(outcomes: Sequence[Outcome], facts: Facts, open_keys: Collection[str]) -> Iterator[Outcome]:
    """The outcomes, those of many sites at once as one alert for each code."""
    by_code: defaultdict[str, list[Alert]] = defaultdict(list)
    for outcome in outcomes:
        alert = outcome.alert if isinstance(outcome, Suspect) else outcome
        if isinstance(alert, Alert) and alert.code in MERGED and alert.key not in open_keys:
            by_code[alert.code].append(alert)
    lately = sum(bool(site.runs) and facts.now - site.runs[-1].started <= LONG for site in facts.sites)
    storms = {}
    for code, alerts in by_code.items():
        count = len({alert.site for alert in alerts})
        lasting = f"many-sites::{code}" in open_keys
        if count >= MANY or (count >= FEW and (lasting or 2 * count >= lately)):
            storms[code] = alerts
    for outcome in outcomes:
        alert = outcome.alert if isinstance(outcome, Suspect) else outcome
        if not isinstance(alert, Alert) or alert.code not in storms or alert.key in open_keys:
            yield outcome
    for code, alerts in storms.items():
        yield _umbrella(code, alerts, lately)
        yield Unsure(f"{code}:*")


def _umbrella(code: str, alerts: Sequence[Alert], lately: int) -> Alert:
    sites = sorted({alert.site for alert in alerts})
    first = min(alert.since for alert in alerts)
    named = CODES[code]
    ours = code == "host-gone" and 2 * len(sites) >= lately
    hint_zh = "；很可能是本机网络或代理的问题" if ours else ""
    hint_en = "; most likely it is this machine's network or proxy" if ours else ""
    return Alert(
        "many-sites",
        "",
        code,
        first,
        f"{len(sites)} 个网站同时“{named.zh}”（{'、'.join(sites[:5])} 等）{hint_zh}。",
        f"{len(sites)} sites at once: {named.en} ({', '.join(sites[:5])}, ...){hint_en}.",
        {"code": code, "sites": sites, "count": len(sites)},
    )
