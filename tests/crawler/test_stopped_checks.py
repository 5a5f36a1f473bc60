"""Ctrl-C ends a check of many sites: none of those that wait is begun."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawler.probing import run as probing


class Stopped:
    """A process that is told to stop while its first crawl is under way."""

    stopped = False

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.begun: list[Any] = []
        self.ended: list[Any] = []
        MADE.append(self)

    def create_crawler(self, spider: Any) -> Any:
        return SimpleNamespace(signals=SimpleNamespace(connect=lambda *_, **__: None))

    def crawl(self, crawler: Any, plan: Any) -> Any:
        self.begun.append(plan)
        return SimpleNamespace(add_done_callback=self.ended.append)

    def start(self) -> None:
        self.stopped = True
        self.ended[0](SimpleNamespace(cancelled=lambda: False, exception=lambda: None))


MADE: list[Stopped] = []


def test_nothing_is_begun_after_the_end_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "Stoppable", Stopped)
    plans = cast("Any", [["first", "second"]])
    probing.carry_out(plans, {})
    assert MADE[-1].begun == ["first"]
