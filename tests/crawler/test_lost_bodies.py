"""What the archive cannot hand out does not rest and is not asked for conditionally: so it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from crawler.middlewares.conditional import Conditional
from crawler.middlewares.resting import Resting
from pipelines.archive import ArchivePipeline, Exchange
from storage.journal import Capture, Role
from storage.keys import raw_key
from tests.pipelines.folding import SITE, Desk
from tests.pipelines.test_item_pipelines import opened

PAGE = b"<html>page</html>"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    return tmp_path / "archive"


async def crawled(archive: Path, role: Role) -> tuple[ArchivePipeline, Capture]:
    """A crawl under way that knows one page."""
    keeper = await opened(archive, SITE)
    capture = Desk(archive.parent).capture("/a.html", PAGE, role=role, headers=(("ETag", '"1"'),))
    item = await keeper.process_item(Exchange(capture, PAGE))
    assert keeper.run is not None
    keeper.run.commit()
    return keeper, item.capture


async def asked(archive: Path, role: Role, harm: Callable[[Path], object]) -> tuple[Request, Any, Request]:
    """A request for the page that does not rest, the answer for one that does, and that one's request."""
    keeper, capture = await crawled(archive, role)
    body = archive / raw_key(str(capture.sha256))
    body.parent.chmod(0o755)
    body.chmod(0o644)
    harm(body)
    plain = Request(capture.url, meta={"role": role})
    await Conditional(keeper.crawler).process_request(plain)
    resting = Request(capture.url, meta={"role": role, "rests": capture})
    answer = await Resting(keeper.crawler).process_request(resting)
    if answer is None:
        await Conditional(keeper.crawler).process_request(resting)
    await keeper.close()
    return plain, answer, resting


@pytest.mark.parametrize("role", ["report", "attachment"])
def test_what_is_there_is_confirmed(archive: Path, role: Role) -> None:
    plain, answer, resting = asyncio.run(asked(archive, role, lambda body: None))
    assert plain.headers["If-None-Match"] == b'"1"'
    assert (answer.status, answer.flags) == (304, ["unchanged", "resting"])
    assert resting.meta.get("held") == (PAGE if role == "report" else None)


@pytest.mark.parametrize("role", ["report", "attachment"])
def test_what_is_gone_is_asked_for_anew(archive: Path, role: Role) -> None:
    plain, answer, resting = asyncio.run(asked(archive, role, Path.unlink))
    assert answer is None
    assert "If-None-Match" not in plain.headers
    assert "If-None-Match" not in resting.headers


def test_a_page_that_is_damaged_is_asked_for_anew(archive: Path) -> None:
    plain, answer, resting = asyncio.run(asked(archive, "report", lambda body: body.write_bytes(b"rot")))
    assert answer is None
    assert "If-None-Match" not in plain.headers
    assert "If-None-Match" not in resting.headers
