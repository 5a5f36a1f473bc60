"""Closing a crawl's connections: neither their slowness nor a race with the clock is anybody's concern."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from crawler.handler import GatedDownloadHandler


@pytest.mark.parametrize("answers", [True, False])
def test_connections_have_a_second_to_close(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, closed = Clock(), Deferred[None]()
    handler: Any = object.__new__(GatedDownloadHandler)
    handler._pool = SimpleNamespace(closeCachedConnections=lambda: closed, _reactor=clock)
    handler._legacy = handler._crawler = None
    monkeypatch.setattr("crawler.handler.GATE", SimpleNamespace(forget=lambda crawler: None))
    monkeypatch.setattr("crawler.handler.maybe_deferred_to_future", lambda deferred: deferred)
    done: list[None] = []
    Deferred.fromCoroutine(handler.close()).addCallback(done.append)
    assert not done
    if answers:
        closed.callback(None)
        assert done == [None]
    clock.advance(1)  # Scrapy's timer would call a Deferred that was called already
    assert done == [None]
    assert not clock.getDelayedCalls()
