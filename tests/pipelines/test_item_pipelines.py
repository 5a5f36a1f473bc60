"""The two item pipelines without Scrapy around them: what is published is the fold of what was captured."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings

from pipelines import parse
from pipelines.archive import ArchivePipeline, Exchange
from pipelines.errors import PipelineError
from pipelines.parse import ParsePipeline
from pipelines.publish import Left, Published, publish
from pipelines.reach import Threads
from storage.archive import Archive
from storage.errors import Damaged
from tests.pipelines.folding import SITE, START, Desk, PlainReader, document


async def opened(archive: Path, site: str) -> ArchivePipeline:
    """The pipeline of a crawl of `site` that has just begun."""
    settings = Settings({"GONGKAI_ARCHIVE": str(archive), "GONGKAI_COMMIT_EVERY": 100})
    crawler: Any = SimpleNamespace(settings=settings, spider=SimpleNamespace(name=site))
    pipeline = ArchivePipeline(crawler)
    crawler.get_item_pipeline = lambda _: pipeline
    await pipeline.open_spider()
    return pipeline


def test_sites_that_were_killed_together_start_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovering locks a site: one crawl that recovered another's would keep it from starting."""
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    folder = tmp_path / "archive"
    body = document()
    capture = Desk(tmp_path / "desk").capture("/a.html", body)
    for site in ("alpha", "beta"):
        with Archive.open(str(folder)) as archive:
            archive.start_run(site, START).record(capture, body)  # and dies
    pipeline = asyncio.run(opened(folder, "alpha"))
    assert pipeline.archive is not None
    assert pipeline.dirty_at_start
    assert [run["ended"] for run in pipeline.archive.runs("alpha")] == ["crashed"]
    assert list(pipeline.archive.runs("beta")) == []
    with Archive.open(str(folder)) as archive:
        archive.start_run("beta", START)
        assert [run["ended"] for run in archive.runs("beta")] == ["crashed"]
    pipeline.archive.close()


class Now:
    """A reader that answers at once, as `PlainReader` does; in the place of the worker processes."""

    def __init__(self) -> None:
        self.plain = PlainReader()

    def submit(self, body: bytes) -> Future[dict[str, Any]]:
        """The answer, there already."""
        answer: Future[dict[str, Any]] = Future()
        try:
            answer.set_result(self.plain.read(body))
        except PipelineError as error:
            answer.set_exception(error)
        return answer

    def read(self, body: bytes) -> dict[str, Any]:
        """The answer itself."""
        return self.plain.read(body)

    def close(self) -> None:
        """Nothing runs."""


class Visits:
    """Crawls of one site through both pipelines, without Scrapy around them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GONGKAI_STATE", str(folder / "state"))
        self.archive = folder / "archive"
        self.desk = Desk(folder)
        self.reader = Now()

    async def crawl(self, path: str, body: bytes | None, **hints: str | int) -> list[Left]:
        """A crawl that gets this one answer (None: a 304); gives what it left unread."""
        pipeline = await opened(self.archive, SITE)
        archive = pipeline.archive
        assert archive is not None
        ParsePipeline.reader = self.reader  # type: ignore[assignment]
        reading = ParsePipeline(pipeline.crawler)
        reading.open_spider()
        capture = self.desk.capture(path, body, hints=hints)
        if body is None:
            last = archive.latest(SITE, capture.url)
            assert last is not None
            capture = replace(capture, sha256=last.sha256, flags=("unchanged",))
        await reading.process_item(await pipeline.process_item(Exchange(capture, body)))
        await reading.close_spider()
        assert await pipeline.finish({})
        await pipeline.close()
        return [left for done in reading.published for left in done.unread]

    def fold(self) -> Published:
        """The whole fold of what was captured; nothing to change where all was published."""
        with Archive.open(str(self.archive)) as archive:
            return publish(archive, SITE, self.reader)


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    return Visits(tmp_path, monkeypatch)


def test_damage_that_keeps_reports_from_being_published_keeps_no_run_from_its_record(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: Any) -> Published:
        raise Damaged("the reading was there and is not any more")

    with monkeypatch.context() as patch:
        patch.setattr(parse, "publish", damaged)
        asyncio.run(visits.crawl("/a.html", document()))
    with Archive.open(str(visits.archive)) as archive:
        assert [run["ended"] for run in archive.runs(SITE)] == ["finished"]
        assert archive.dirty(SITE)
    asyncio.run(visits.crawl("/a.html", None))
    assert visits.fold().published == ()


def test_threads_for_the_store_do_not_wait_for_one_another() -> None:
    threads = Threads(16, "test")
    for _ in range(100):
        meeting = Barrier(16)
        answers = [threads.submit(partial(meeting.wait, 10)) for _ in range(16)]
        assert sorted(answer.result(10) for answer in answers) == list(range(16))


def test_an_unreadable_body_supersedes_what_stood_at_its_address(visits: Visits) -> None:
    asyncio.run(visits.crawl("/a.html", document()))
    asyncio.run(visits.crawl("/a.html", b"damaged"))
    with Archive.open(str(visits.archive)) as archive:
        (report,) = archive.reports(SITE)
    assert "no-current-source" in [finding["code"] for finding in report["findings"]]
    assert visits.fold().published == ()


def test_words_that_a_list_adds_to_an_unchanged_document_count(visits: Visits) -> None:
    asyncio.run(visits.crawl("/a.html", document(None)))
    asyncio.run(visits.crawl("/a.html", None, organization="北京市西城区虚构局"))
    with Archive.open(str(visits.archive)) as archive:
        assert [report["organization"] for report in archive.reports(SITE)] == ["北京市西城区虚构局"]
    assert visits.fold().published == ()


@pytest.mark.parametrize("again", [None, document()])
def test_a_document_without_a_reading_is_read_though_it_is_unchanged(
    visits: Visits, again: bytes | None
) -> None:
    visits.reader.plain.broken = True
    asyncio.run(visits.crawl("/a.html", document()))
    assert asyncio.run(visits.crawl("/a.html", again)) != []  # still unread: no run says that all is well
    visits.reader.plain.broken = False
    assert asyncio.run(visits.crawl("/a.html", again)) == []
    asked = visits.reader.plain.asked
    assert asyncio.run(visits.crawl("/a.html", again)) == []
    assert visits.reader.plain.asked == asked
    assert visits.fold().published == ()
