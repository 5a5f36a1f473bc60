"""Marks pages that say 404 with their words and 200 with their status."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.pages import text_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response, TextResponse

SMALL = 2048
"""Bytes. Stubs in the wild are smaller (cms-families 0.8); a report never is."""
WORDS = re.compile(r"页面不存在|找不到|无法找到|没有找到|不存在或已|已被?删除")
NUMBER = re.compile(r"(?<![\d./_-])404(?![\d/_-]|\.\d)")
"""The status as a word of its own: addresses and dates have these digits, too."""
SENTENCE = re.compile(
    r"(访问|浏览|要找|查找)的?(页面|网页|文章|内容).{0,8}(不存在|找不到|无法找到|没有找到|删除)"
    r"|(页面|网页)不存在|<title>[^<]{0,20}(404|找不到|不存在)"
)
"""What a page with all its menus still says where its text should be."""
SAID = ("不存在", "找不到", "无法找到", "没有找到", "删除", "404")
"""One of these is in each such sentence, and looking for them costs a tenth."""
FEW = 800
"""Characters of visible text, menus included; the shortest report has several thousand."""
TOLD = frozenset({"blocked", "login"})
"""What has been said of an answer already says why it is no page."""
HOME = re.compile(r"/(index\.\w+|404\.\w+|error\.\w+)?$")


class Soft404:
    """Flags `soft-404` a response that is no page, and a redirect that ended on the home page."""

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response, flagged."""
        if not TOLD.intersection(response.flags) and is_soft_404(request, response):
            response.flags.append("soft-404")
            request.meta["dont_redirect"] = True  # a stub's meta refresh leads home
        return response


def is_soft_404(request: Request, response: Response) -> bool:
    """Whether the answer is no page, for all its status says."""
    return response.status == 200 and (_sent_home(request, response) or _says_so(text_page(response)))


def _says_so(page: TextResponse | None) -> bool:
    if page is None:
        return False
    if len(page.body) <= SMALL:
        return _stub_says_so(page)
    if not any(word in page.text for word in SAID) or not SENTENCE.search(page.text):
        return False
    text = "".join(page.xpath("//body//text()[not(parent::script or parent::style)]").getall())
    return len("".join(text.split())) < FEW


def _stub_says_so(page: TextResponse) -> bool:
    """Whether a small page says it anywhere but in its links, which may be the rows of a short list."""
    spoken = page.xpath("//text()[not(ancestor::a or ancestor::style)]")
    shown = page.xpath("//text()[not(ancestor::a or ancestor::style or ancestor::script)]")
    return any(WORDS.search(text) for text in spoken.getall()) or any(
        NUMBER.search(text) for text in shown.getall()
    )


def _sent_home(request: Request, response: Response) -> bool:
    came_from = request.meta.get("redirect_urls")
    if not came_from:
        return False
    asked, got = urlsplit(came_from[0]).path, urlsplit(response.url).path
    return asked.count("/") > 1 and got.count("/") <= 1 and HOME.fullmatch(got or "/") is not None
