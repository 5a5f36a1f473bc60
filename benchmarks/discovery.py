"""What an answer costs a crawl in CPU, by what it is: `python -m benchmarks.discovery [--beside CHECKOUT]`.

One played host has lists, report pages and documents, each kind crawled by itself: without politeness, the
bytes kept and not read. The bare Scrapy spider of `benchmarks/crawl.py` asks for the same addresses. Each
crawl is a process of its own, and so is what it asks; the CPU is the crawl's, from the engine's start to
its stop, divided by the pages it was about. `--beside` lets the crawler of another checkout of this project
take turns with this one's, `--profile` prints where the time of one of the crawls goes.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING, Self

import click
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from tests.servers.web import Reply, Seen

ROOT = Path(__file__).resolve().parents[1]
HOST = "www.xugou-load.gov.cn"
CHANNEL = f"http://{HOST}/zt/xxgkzl"
FAST = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "LOG_LEVEL": "ERROR",
}
MENU = "".join(f'<li><a href="/col/menu{n}/index.html">虚构栏目{n}</a></li>' for n in range(60))
SCRIPT = "<script>var setting = {shown: true}; function show(id) { return id; }</script>" * 20


@dataclass(frozen=True, slots=True)
class Load:
    """Pages of one kind."""

    name: str
    lists: int
    rows: int
    """Links on each list."""
    reports: bool = False
    """The rows lead to report pages; otherwise to other news."""
    documents: bool = False
    """Each report page has one."""
    year: int = 2019
    crawls: int = 1
    """The last of them is measured."""

    @property
    def pages(self) -> int:
        """What the cost is divided by."""
        return self.lists * self.rows * (1 + self.documents) if self.reports else self.lists


LOADS = (
    Load("list of 50 rows", 100, 50),
    Load("list of 500 rows", 30, 500),
    Load("report page", 2, 100, reports=True),
    Load("report page and its document", 2, 100, reports=True, documents=True),
    Load("resting report page", 4, 100, reports=True, crawls=2),
    Load("report page confirmed by 304", 2, 100, reports=True, year=2024, crawls=2),
)


class Clock:
    """A Scrapy extension that prints what a crawl took, as JSON."""

    answers = 0
    seconds = cpu = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        from scrapy import signals

        clock = cls()
        crawler.signals.connect(clock.start, signal=signals.engine_started)
        crawler.signals.connect(clock.count, signal=signals.response_downloaded)
        crawler.signals.connect(clock.stop, signal=signals.engine_stopped)
        return clock

    def start(self) -> None:
        """The engine starts."""
        self.seconds, self.cpu = monotonic(), _cpu()

    def count(self) -> None:
        """An answer."""
        self.answers += 1

    def stop(self) -> None:
        """The engine has stopped."""
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"seconds": monotonic() - self.seconds, "cpu": _cpu() - self.cpu, "rss": rss}
        print(json.dumps(told | {"answers": self.answers}))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@click.command()
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option("--beside", type=click.Path(exists=True, path_type=Path), help="Another checkout.")
@click.option("--profile", is_flag=True, help="Profile this checkout's crawler.")
@click.option("--child", hidden=True)
@click.argument("only", nargs=-1)
def main(rounds: int, beside: Path | None, profile: bool, child: str | None, only: tuple[str, ...]) -> None:
    """Measure the loads whose names have one of the words ONLY (none: all)."""
    if child is not None and profile:
        profiler = cProfile.Profile()
        profiler.runcall(crawl, child)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    elif child is not None:
        crawl(child)
    else:
        chosen = [load for load in LOADS if not only or any(word in load.name for word in only)]
        report(chosen, rounds, beside, profile=profile)


def crawl(archive: str) -> None:
    """One crawl of whichever checkout is imported."""
    from crawler import settings
    from crawler.run import crawl as run

    kept = dict(list(settings.ITEM_PIPELINES.items())[:1])
    run(["load"], archive=archive, settings=FAST | {"EXTENSIONS": {Clock: 900}, "ITEM_PIPELINES": kept})


def report(loads: list[Load], rounds: int, beside: Path | None, *, profile: bool) -> None:
    """Measures in turns and prints the medians."""
    from tests.servers.web import Web

    checkouts = {"this": ROOT} | ({"beside": beside.absolute()} if beside is not None else {})
    table = Table(title=f"medians of {rounds} rounds")
    for heading in ("", "checkout", "pages", "CPU ms a page", "ratio", "peak RSS MiB", "answers"):
        table.add_column(heading, justify="left" if heading in ("", "checkout") else "right", no_wrap=True)
    for load in loads:
        measured: dict[str, list[dict[str, float]]] = {name: [] for name in ("bare", *checkouts)}
        with tempfile.TemporaryDirectory() as temporary, Web(partial(play, load)) as web:
            folder = Path(temporary)
            (folder / "sites.toml").write_text(entry(load), encoding="utf-8")
            environment = os.environ | web.environment()
            environment |= {
                "GONGKAI_SITES": str(folder / "sites.toml"),
                "GONGKAI_STATE": str(folder / "state"),
                "XDG_CONFIG_HOME": str(folder / "config"),
            }
            asked = folder / "addresses.json"
            for number in range(rounds):
                for name, checkout in checkouts.items():
                    archive = str(folder / f"{name}-{number}")
                    for _ in range(load.crawls):
                        told = run_child(archive, checkout, environment, profile=profile)
                    measured[name].append(told)
                addresses = [url for url in dict.fromkeys(web.asked()) if not url.endswith("robots.txt")]
                asked.write_text(json.dumps(addresses), encoding="utf-8")
                measured["bare"].append(run_bare(asked, environment) | {"pages": len(addresses)})
        per = {
            name: [1000 * run["cpu"] / run.get("pages", load.pages) for run in runs]
            for name, runs in measured.items()
        }
        for name, runs in measured.items():
            ratio = median(one / other for one, other in zip(per[name], per["bare"], strict=True))
            cells = (median(per[name]), ratio, median(run["rss"] for run in runs))
            table.add_row(
                load.name if name == "bare" else "",
                "bare Scrapy" if name == "bare" else name,
                str(int(runs[0].get("pages", load.pages))),
                *(f"{cell:.2f}" for cell in cells[:2]),
                f"{cells[2]:.0f}",
                str(int(runs[0]["answers"])),
            )
    Console(width=120).print(table)


def run_child(
    archive: str, checkout: Path, environment: dict[str, str], *, profile: bool
) -> dict[str, float]:
    """One crawl by a checkout's crawler in a process of its own; its line of JSON."""
    command = [sys.executable, str(Path(__file__).resolve()), "--child", archive]
    command += ["--profile"] if profile else []
    environment = environment | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=True)
    if profile:
        print(done.stderr, file=sys.stderr)
    return _told(done.stdout)


def run_bare(addresses: Path, environment: dict[str, str]) -> dict[str, float]:
    """The bare spider in a process of its own."""
    script = (
        "import json, pathlib, sys; from benchmarks import crawl, discovery; "
        "crawl.bare(json.loads(pathlib.Path(sys.argv[1]).read_text()), discovery.Clock)"
    )
    command = [sys.executable, "-c", script, str(addresses)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return _told(done.stdout)


def _told(words: str) -> dict[str, float]:
    told: dict[str, float] = json.loads(words.splitlines()[-1])
    return told


# ------------------------------------------------------------------ the played host


def entry(load: Load) -> str:
    """The registry's."""
    seeds = [f"{CHANNEL}/gknblb/pnnfpv{load.year}pnpagepv{100 + number}.html" for number in range(load.lists)]
    return (
        f'[load]\nname = "虚构市负载区"\ncode = "119998"\nfamily = "xicheng"\nhosts = ["{HOST}"]\n'
        f"seeds = {json.dumps(seeds)}\n"
    )


def play(load: Load, seen: Seen) -> Reply:
    """The answer to one request."""
    from tests.servers.web import Reply

    name = seen.url.rpartition("/")[2]
    if name == "robots.txt":
        return Reply("", 404)
    headers = {"ETag": f'"{name}"'}
    if seen.headers.get("if-none-match") == headers["ETag"]:
        return Reply("", 304, headers)
    if name.endswith(".pdf"):
        return Reply(
            "%PDF-1.4\n" + "0 " * 50_000 + name + "\n%%EOF\n",
            200,
            headers | {"Content-Type": "application/pdf"},
        )
    number = int(name.rpartition("pv")[2].partition(".")[0])
    page = list_page(load, number - 100) if "pnnfpv" in name else report_page(load, number)
    return Reply(page, 200, headers)


def list_page(load: Load, number: int) -> str:
    """A list without a pager."""
    first = (number + 1) * load.rows
    title = (
        "2019年政府信息公开工作年度报告".replace("2019", str(load.year))
        if load.reports
        else "关于召开会议的通知"
    )
    rows = "".join(
        f'<li><a href="../gknbxqx/pnidpv{n}.html" title="虚构市虚构{n}局{title}">虚构市虚构{n}局{title}</a>'
        f"<span>{load.year + 1}-01-{n % 28 + 1:02d}</span></li>\n"
        for n in range(first, first + load.rows)
    )
    return _page(f"政府信息公开年报{number}", f'<ul class="list">{rows}</ul>')


def report_page(load: Load, number: int) -> str:
    """A report of some 40 KB."""
    table = "".join("<tr>" + f"<td>虚构项{row}</td><td>{row}</td>" * 6 + "</tr>" for row in range(60))
    text = "".join(
        f"<p>一、总体情况。虚构市虚构{number}局的第{n}段话，说了一些没有的事情。</p>" for n in range(150)
    )
    link = f'<p>附件：<a href="/files/{number}.pdf">虚构的附件.pdf</a></p>' if load.documents else ""
    return _page(
        f"虚构市虚构{number}局{load.year}年政府信息公开工作年度报告", f"{text}<table>{table}</table>{link}"
    )


def _page(title: str, body: str) -> str:
    head = f"<head><meta charset='utf-8'><title>{title}</title>{SCRIPT}</head>"
    return f"<html>{head}<body><ul class='menu'>{MENU}</ul><h1>{title}</h1>{body}</body></html>"


if __name__ == "__main__":
    main()
