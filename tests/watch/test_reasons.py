"""The reasons of run records, and what to do about alerts, in Chinese."""

from __future__ import annotations

import re

import pytest
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet.error import ConnectError

from crawler.failures import explain
from crawler.middlewares.robots import NOT_NOW
from crawler.record import NOT_ASKED
from crawler.watch.codes import CODES
from crawler.watch.message import message
from crawler.watch.reasons import in_chinese
from crawler.watch.state import Known, News
from storage.tally import judge
from tests.storage.made import capture
from tests.watch.made import HOST, NOW, dead, raised, run, site

ERRORS = (
    DownloadConnectionRefusedError("no"), CannotResolveHostError("no"), DownloadTimeoutError("no"),
    TunnelError("504"), ConnectError(111),  # type: ignore[no-untyped-call]
    DownloadCancelledError(), ValueError("javascript:"),
    DownloadFailedError("lost"),
)  # fmt: skip
PLAIN = [explain(error, Request(f"http://{HOST}/a")) for error in ERRORS]
PROXIED = [explain(error, Request(f"http://{HOST}/a", meta={"proxy": "http://p:3128"})) for error in ERRORS]
ANSWERS = [
    judge(capture(flags=(flag,) if flag else (), status=status))[1]
    for flag, status in (
        ("blocked", 403), ("truncated", 200), ("too-large", 200), ("soft-404", 200), ("login", 200),
        (None, 404), (None, 503),
    )
]  # fmt: skip
OTHERS = [
    NOT_ASKED,
    NOT_NOW.format(host=HOST, why="it answers 503"),
    NOT_NOW.format(host=HOST, why=f"{HOST} is unknown"),
    f"{HOST} blocked 3 requests in a row and is left alone",
    f"{HOST} refuses connections, 5 times in a row: it is left alone",
]


@pytest.mark.parametrize("reason", sorted({*PLAIN, *PROXIED, *ANSWERS, *OTHERS}))
def test_reasons_are_put_into_chinese(reason: str) -> None:
    said = in_chinese(reason)
    own = r"\([^()]*(\([^()]*\))?[^()]*\)|（[^（）]*[a-z]+: [^（）]*）|" + re.escape(
        HOST
    )  # a library's words
    left = set(re.findall(r"[A-Za-z]{2,}", re.sub(own, "", said)))
    known = {"robots", "txt", "RFC", "TLS", "http", "https", "proxy", "DOWNLOAD", "MAXSIZE", "javascript"}
    assert left <= known | {"Connection", "was", "refused", "by", "other", "side"}, said
    assert re.search(r"[一-鿿]", said)


def test_what_nobody_foresaw_stays_as_it_is() -> None:
    assert in_chinese("quite another thing") == "quite another thing"


def test_a_chinese_alert_is_in_chinese() -> None:
    (alert,) = raised(site(run(2), dead(1), dead(0.1)))
    assert alert.message_zh.endswith(f"原因：{HOST} 拒绝连接。")
    assert alert.message_en.endswith(f"({HOST} refuses connections)")


@pytest.mark.parametrize("code", CODES)
def test_what_to_do_is_the_same_in_both_languages(code: str) -> None:
    found = CODES[code]
    commands = re.compile(r"`[^`]+`")
    assert set(commands.findall(found.do_zh)) == set(commands.findall(found.do))
    assert re.search(r"[一-鿿]", found.do_zh)


def test_a_message_says_what_to_do() -> None:
    (alert,) = raised(site(run(2), dead(1), dead(0.1)))
    known = Known(alert, NOW)
    lines = message(News((known,)), "zh", "./archive").lines
    assert "  处理：在浏览器中打开该网站；如已迁移，gongkai probe 可找到新地址" in lines
    assert any(
        line.startswith("  To do: open it in a browser") for line in message(News((known,)), "en", "x").lines
    )
    assert not any("处理" in line for line in message(News((), (), (), (known,)), "zh", "x").lines)
