"""Opening the archive for one site's crawl."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings

from pipelines.archive import ArchivePipeline
from storage.archive import Archive
from tests.pipelines.folding import START, Desk, document


async def opened(archive: Path, site: str) -> ArchivePipeline:
    """The pipeline of a crawl of `site` that has just begun."""
    settings = Settings({"GONGKAI_ARCHIVE": str(archive), "GONGKAI_COMMIT_EVERY": 100})
    crawler: Any = SimpleNamespace(settings=settings, spider=SimpleNamespace(name=site))
    pipeline = ArchivePipeline(crawler)
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
