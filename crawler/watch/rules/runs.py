"""Rules over a site's run records: hosts gone, blocks, failed runs, empty lists, no reports at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from crawler.watch.alert import Alert
from crawler.watch.facts import RunSeen, SiteFacts
from crawler.watch.reasons import in_chinese
from crawler.watch.rules.outcome import Outcome, Suspect, Unsure, streak, weighed
from pipelines.coverage.model import day_in_china

BLOCKS = 3
"""Blocked addresses of a host that make a block; single forbidden pages are none."""
SHARE = 5
"""One in so many answers of a host, at least, must be a block."""
_ENDS = {
    "crashed": ("中途崩溃", "crashed"),
    "spool-full": ("因存储不可用、暂存区已满而中止", "ended with a full spool, for the store was away"),
    "archive-failed": (
        "因归档存储或本机磁盘出错而中止",
        "ended because the archive or this machine's disk failed",
    ),
    "archive-damaged": ("因归档损坏而中止", "ended because something in the archive is damaged or gone"),
}
"""Ends of runs that are failures, in Chinese and English; being stopped or relieved is none."""
SITE_WIDE = 4
"""Of at least so many lists most are empty: then it is one alert about the site."""


def on_runs(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    """What the run records of a site say; the worse hides what it explains."""
    if site.last is None:
        return
    gone = list(_host_gone(site, now))
    blocks = list(_blocked(site))
    yield from gone
    yield from blocks
    if any(isinstance(outcome, Alert | Suspect) for outcome in (*gone, *blocks)):
        # Nothing else can be told from runs to which the site did not answer.
        yield from (Unsure(f"{code}:{site.key}:*") for code in ("run-failed", "no-reports", "list-empty"))
        return
    yield from _run_failed(site, now)
    yield from _no_reports(site, now)
    yield from _list_empty(site, now)


def _host_gone(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    last = site.runs[-1]
    if last.ended == "crashed":
        yield Unsure(f"host-gone:{site.key}:*")
    for host in sorted({host for run in _lately(site) for host in (*run.requests, *run.reasons)} - {""}):
        bad = streak(site.runs, partial(_gone, host))
        if not bad or not any(_gone(host, run) is False for run in site.runs):
            continue  # a host that never answered is no host that is gone
        zh, en = site.named
        first, reason = bad[0].started, bad[-1].reasons.get(host, "")
        alert = Alert(
            "host-gone",
            site.key,
            host,
            first,
            f"{zh}：自 {_day(first)} 起无法访问 {host}（{len(bad)} 次抓取）。{_why(reason)}",
            f"{en}: {host} has not been reached since {_day(first)}, in {_times(bad)}.{_said(reason)}",
            {"host": host, "runs": [run.run for run in bad], "reason": reason},
        )
        yield weighed(alert, bad, now)


def _lately(site: SiteFacts) -> Sequence[RunSeen]:
    """The newest run, and where that was a part or stopped, the ones before it back to a whole one."""
    for number in range(len(site.runs) - 1, -1, -1):
        if site.runs[number].ended == "finished" and site.runs[number].whole:
            return site.runs[number:]
    return site.runs


def _gone(host: str, run: RunSeen) -> bool | None:
    answers = run.requests.get(host)
    if answers:
        return set(answers) == {"error"}
    # Not even its robots.txt was to be had, so nothing was asked.
    return True if run.ended == "finished" and host in run.reasons else None


def _blocked(site: SiteFacts) -> Iterator[Outcome]:
    last = site.runs[-1]
    if last.ended == "crashed":
        yield Unsure(f"blocked:{site.key}:*")
    for host in sorted({host for run in _lately(site) for host in run.blocked}):
        bad = streak(site.runs, partial(_blocks, host))
        if not bad:
            continue
        zh, en = site.named
        first, count = bad[0].started, bad[-1].blocked[host]
        yield Alert(
            "blocked",
            site.key,
            host,
            first,
            f"{zh}：{host} 自 {_day(first)} 起屏蔽抓取，最近一次 {count} 个地址被拒。",
            f"{en}: {host} has blocked the crawl since {_day(first)}; it kept {count} addresses "
            "back last time.",
            {"host": host, "runs": [run.run for run in bad], "blocked": count},
        )


def _blocks(host: str, run: RunSeen) -> bool | None:
    answers = run.requests.get(host)
    blocked = run.blocked.get(host, 0)
    if not answers and not blocked:
        return None
    sound = sum(count for status, count in (answers or {}).items() if status in ("200", "304"))
    if blocked and not run.found:
        return True  # the front door is closed: nothing else was ever asked for
    return blocked >= BLOCKS and blocked * SHARE >= blocked + sound


def _run_failed(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    bad = streak(site.runs, lambda run: _failure(run) is not None)
    if not bad:
        return
    last = bad[-1]
    what_zh, what_en = _failure(last) or ("", "")
    reason = last.reasons.get("", "")
    zh, en = site.named
    alert = Alert(
        "run-failed",
        site.key,
        "",
        bad[0].started,
        f"{zh}：自 {_day(bad[0].started)} 起 {len(bad)} 次抓取失败，最近一次{what_zh}。{_why(reason)}",
        f"{en}: {_times(bad)} since {_day(bad[0].started)} failed; the last {what_en}.{_said(reason)}",
        {"runs": [run.run for run in bad], "reason": reason},
    )
    yield alert if last.bugs or last.lost else weighed(alert, bad, now)


def _failure(run: RunSeen) -> tuple[str, str] | None:
    """How the run failed, in Chinese and English; None if it did not."""
    if run.bugs:
        return "遇到程序错误", "met a bug"
    if run.lost:
        return f"丢失 {run.lost} 个文件", f"lost {run.lost} files"
    if run.ended in _ENDS:
        return _ENDS[run.ended]
    if run.unpublished:
        return "未能发布年报", "could not publish its reports"
    if run.ended == "finished" and run.found == 0:
        return "没有取得任何页面", "brought nothing home"
    return None


def _no_reports(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    bad = streak(site.runs, _without_reports)
    if not bad:
        if _without_reports(site.runs[-1]) is None:
            yield Unsure(f"no-reports:{site.key}:*")
        return
    before = next((run for run in reversed(site.runs) if run.reports and run.started < bad[0].started), None)
    if before is None:
        return
    zh, en = site.named
    alert = Alert(
        "no-reports",
        site.key,
        "",
        bad[0].started,
        f"{zh}：自 {_day(bad[0].started)} 起找不到任何年报，此前有 {before.reports} 个。",
        f"{en}: no report has been found since {_day(bad[0].started)}; before there were {before.reports}.",
        {"runs": [run.run for run in bad], "before": before.run, "reports": before.reports},
    )
    yield weighed(alert, bad, now)


def _without_reports(run: RunSeen) -> bool | None:
    return None if run.ended != "finished" or not run.found or not run.whole else run.reports == 0


def _list_empty(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    last = site.runs[-1]
    if last.ended != "finished":
        yield Unsure(f"list-empty:{site.key}:*")
        return
    offered = {url: count for run in site.runs for url, count in run.lists.items() if count}
    empty = {
        url: bad
        for url in sorted(offered)
        if last.lists.get(url) == 0 and (bad := streak(site.runs, partial(_empties, url)))
    }
    asked = [url for url in offered if url in last.lists]
    if empty and sum(last.lists.values()) >= _offered_before(site, min(map(_first, empty.values()))):
        return  # what they had stands in other lists now
    if len(empty) >= SITE_WIDE and 2 * len(empty) > len(asked):
        bad = max(empty.values(), key=len)
        yield weighed(_all_empty(site, list(empty), bad), bad, now)
        return
    zh, en = site.named
    for url, bad in empty.items():
        since = bad[0].started
        alert = Alert(
            "list-empty",
            site.key,
            url,
            since,
            f"{zh}：栏目 {url} 自 {_day(since)} 起没有年报，此前有 {offered[url]} 个。",
            f"{en}: the list {url} has offered no report since {_day(since)}; before there were "
            f"{offered[url]}.",
            {"url": url, "family": last.families.get(url), "runs": [run.run for run in bad]},
        )
        yield weighed(alert, bad, now)


def _first(runs: list[RunSeen]) -> datetime:
    return runs[0].started


def _offered_before(site: SiteFacts, when: datetime) -> int:
    """How many entries all lists offered in the last whole run before that moment."""
    runs = [run for run in site.runs if run.ended == "finished" and run.whole and run.started < when]
    return sum(runs[-1].lists.values()) if runs else 0


def _all_empty(site: SiteFacts, urls: list[str], bad: list[RunSeen]) -> Alert:
    zh, en = site.named
    since = bad[0].started
    return Alert(
        "list-empty",
        site.key,
        "",
        since,
        f"{zh}：自 {_day(since)} 起 {len(urls)} 个栏目都没有年报，网站可能已改版。",
        f"{en}: {len(urls)} lists have offered no report since {_day(since)}; the site may have a new look.",
        {"urls": urls[:20], "lists": len(urls), "runs": [run.run for run in bad]},
    )


def _empties(url: str, run: RunSeen) -> bool | None:
    count = run.lists.get(url) if run.ended == "finished" else None
    return None if count is None else count == 0


def _times(runs: list[RunSeen]) -> str:
    return "1 run" if len(runs) == 1 else f"{len(runs)} runs"


def _said(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _why(reason: str) -> str:
    return f"原因：{in_chinese(reason)}。" if reason else ""


def _day(when: datetime) -> str:
    return day_in_china(when).isoformat()
