"""The two item pipelines without Scrapy around them: what is published is the fold of what was captured."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings

from pipelines.archive import ArchivePipeline, Exchange
from pipelines.errors import PipelineError
from pipelines.parse import ParsePipeline
from pipelines.publish import Left, Published, publish
from storage.archive import Archive
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
        parse = ParsePipeline(pipeline.crawler)
        parse.open_spider()
        capture = self.desk.capture(path, body, hints=hints)
        if body is None:
            last = archive.latest(SITE, capture.url)
            assert last is not None
            capture = replace(capture, sha256=last.sha256, flags=("unchanged",))
        await parse.process_item(await pipeline.process_item(Exchange(capture, body)))
        await parse.close_spider()
        assert pipeline.run is not None
        pipeline.run.finish({})
        archive.close()
        return [left for done in parse.published for left in done.unread]

    def fold(self) -> Published:
        """The whole fold of what was captured; nothing to change where all was published."""
        with Archive.open(str(self.archive)) as archive:
            return publish(archive, SITE, self.reader)


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    return Visits(tmp_path, monkeypatch)


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
