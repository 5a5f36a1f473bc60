"""Is this answer a block: the server refusing to talk, or a stub that wants a browser, in place of a page?

Pure: answers in, verdicts out. What is done about it is `middlewares/blocks.py`.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.onward import by_script, refreshes, visible
from crawler.pages import text_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response, TextResponse

STATUSES = frozenset({403, 412, 429, 521})
"""Address fenced off, Ruishu challenge, too many requests, 加速乐 challenge (cms-families 0.7)."""
SMALL = 20_000
"""Bytes. A challenge is a page around a script; a page with content is larger or has the words below."""
CHALLENGE = re.compile(
    r"__jsl_clearance|\$_ts\b|C3VK|acw_sc__v2|创宇盾|知道创宇|安全狗|网站防火墙|云防护|访问(过于)?频繁"
    r"|被(安全策略)?拦截|疑似(黑客)?攻击|人机验证|滑动验证|安全验证"
)
CONTENT = re.compile(r"信息公开")
STUB = 4096
"""Bytes. The stubs seen have some 380 (cms-families 0.7)."""
FEW = 30
"""Characters of visible text that a stub may have."""
EMPTY = re.compile(r"暂无|没有(相关|符合|找到|查询)|无(相关|符合)|未(找到|查询到)|共\s*0\s*[条页]")
"""What a list without entries says: many of one site's lists are the same such page."""
IN_A_ROW = {"report": 4, "attachment": 4, "list": 12}
"""So many different addresses with one and the same page. Lists are often asked for by guessed addresses."""
MANY = 500
"""Characters of visible text: a throttled host sends an index page (cms-families 0.7), not a shell."""


def is_block(response: Response) -> bool:
    """Whether the server refused to talk, by status or by a challenge in place of the page."""
    if response.status in STATUSES:
        return True
    if response.status not in (200, 202) or len(response.body) > SMALL:
        return False
    page = text_page(response)
    if page is None:
        return False
    if CHALLENGE.search(page.text) and not CONTENT.search(page.text):
        return True
    return len(page.body) <= STUB and _is_stub(page)


def _is_stub(page: TextResponse) -> bool:
    """Whether the page is a script that wants to be run, and nothing else: it sets a cookie, or has a body
    with no other element. One that only leads elsewhere is followed (`onward.py`)."""
    if not page.css("script") or len(visible(page)) > FEW or by_script(page) or refreshes(page):
        return False
    if re.search(r"document\s*\.\s*cookie\s*=", page.text):
        return True
    return not page.xpath("//body//*[not(self::script or self::noscript or ancestor::noscript)] | //frame")


def is_cookie_loop(request: Request, response: Response) -> bool:
    """Whether the answer sends back, with a cookie, to an address that was asked for twice already.

    Once is how some servers set a cookie (cms-families 0.7): the crawl's jar solves it, as a browser's does.
    """
    if "Set-Cookie" not in response.headers:
        return False
    target: str | None = None
    if 300 <= response.status < 400 and (location := response.headers.get("Location")):
        try:
            target = urljoin(request.url, location.decode("latin-1"))
        except ValueError:
            return False
    elif response.status == 200 and (page := text_page(response)) is not None and len(page.body) <= STUB:
        target = refreshes(page)
    passed = [*request.meta.get("redirect_urls", ()), request.url]
    return target is not None and passed.count(target.partition("#")[0]) > 1


class Flood:
    """Notices when a host answers different addresses with one and the same page: a soft throttle."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, set[str]]] = {}

    def rises(self, host: str, request: Request, response: Response) -> bool:
        """Takes note of an answer; whether it is one too many. Soft 404s are the caller's to sort out."""
        page = text_page(response) if response.status == 200 else None
        limit = IN_A_ROW.get(str(request.meta.get("role")))
        if limit is None or page is None or not page.body:
            return False
        digest = hashlib.sha256(page.body).hexdigest()
        known, paths = self._last.get(host, ("", set()))
        paths = paths if known == digest else set()
        paths.add(urlsplit(request.url).path)
        self._last[host] = digest, paths
        if len(paths) < limit or EMPTY.search(page.text):
            return False
        return len(visible(page)) >= MANY
