"""Another machine writes to the same site meanwhile: what is published in the end is the fold of it all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from pipelines import parse
from pipelines.publish import publish
from storage.archive import Archive
from tests.pipelines.folding import SITE, START, Desk, document
from tests.pipelines.test_item_pipelines import Visits
from tests.storage.made import NoLease


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    return Visits(tmp_path, monkeypatch)


def elsewhere(visits: Visits, path: str, body: bytes) -> None:
    """A machine with a state folder of its own captures one document and publishes what it knows.

    That may happen where the lease of the other ran out.
    """
    desk = Desk(visits.archive.parent)
    state = visits.archive.parent / "elsewhere"
    with (
        patch("storage.archive.Lease", NoLease),
        Archive.open(str(visits.archive), state=state) as archive,
    ):
        run = archive.start_run(SITE, START)
        run.record(desk.capture(path, body), body)
        run.commit()
        publish(archive, SITE, visits.reader)
        run.finish({})


def test_what_others_sealed_before_the_end_is_published_with_the_rest(visits: Visits) -> None:
    asyncio.run(visits.crawl("/a.html", document(note="first")))
    real = visits.desk.capture

    def meanwhile(*given: Any, **named: Any) -> Any:
        elsewhere(visits, "/b.html", document(note="second"))
        return real(*given, **named)

    visits.desk.capture = meanwhile  # type: ignore[method-assign]
    asyncio.run(visits.crawl("/c.html", document(note="third")))
    with Archive.open(str(visits.archive)) as archive:
        (report,) = archive.reports(SITE)
    assert len(report["sources"]) == 3
    assert visits.fold().published == ()


def test_what_others_seal_while_it_is_published_is_published_after_that(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0

    def slowly(*given: Any) -> Any:
        nonlocal times
        times += 1
        done = publish(*given)
        if times <= 2:  # theirs is there, and then what was made without it takes its place
            elsewhere(visits, f"/{times}.html", document(note=str(times)))
            publish(*given)
        return done

    monkeypatch.setattr(parse, "publish", slowly)
    asyncio.run(visits.crawl("/a.html", document(note="first")))
    assert times == 3
    with Archive.open(str(visits.archive)) as archive:
        (report,) = archive.reports(SITE)
    assert len(report["sources"]) == 3
    assert visits.fold().published == ()
