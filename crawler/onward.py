"""Where a page leads that is no page: the address in its meta refresh or in a script that only sets it.

Pure: a page in, an address out. Section homes in Beijing's districts are such shells (cms-families 0.8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from scrapy.utils.response import get_meta_refresh

from crawler.addresses import linked

if TYPE_CHECKING:
    from scrapy.http import TextResponse

SHELL = 8192
"""Bytes. A page that only leads elsewhere is smaller."""
FEW = 60
"""Characters of visible text that such a page may have: 正在跳转，请稍候……"""
PATIENCE = 15
"""Seconds: a refresh that comes later is a page that renews itself."""

_JUMP = re.compile(
    r"(?<![\w.$-])(?:(?:window|self|top|parent|document|this)\s*\.\s*)*"
    r"location(?:\s*\.\s*href)?\s*(?:=(?!=)|\.\s*(?:replace|assign)\s*\()\s*"
    r"\\?([\"'])(?P<to>[^\"'<>\\]+)\\?\1(?!\s*\+)"
)
_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=[\s;{}]))//[^\n]*", re.DOTALL)


def onward(page: TextResponse) -> str | None:
    """The address that a shell leads to; None for a page, and for one that leads to itself."""
    if len(page.body) > SHELL:
        return None
    if (refreshed := refreshes(page)) is not None:
        return None if same(refreshed, page.url) else refreshed
    if page.css("iframe[src], frame[src]") or len(visible(page)) > FEW:
        return None
    return by_script(page)


def refreshes(page: TextResponse) -> str | None:
    """The address, perhaps its own, that a meta refresh soon asks for."""
    seconds, url = get_meta_refresh(page)
    return url if seconds is not None and seconds <= PATIENCE else None


def by_script(page: TextResponse) -> str | None:
    """The address that the page's scripts set. Of several (one for telephones) the last on the same host."""
    scripts = "\n".join(page.xpath("//script/text() | //body/@onload").getall())
    found = [linked(page, jump["to"]) for jump in _JUMP.finditer(_COMMENT.sub(" ", scripts))]
    found = [url for url in found if urlsplit(url).scheme in ("http", "https") and not same(url, page.url)]
    home = [url for url in found if urlsplit(url).netloc == urlsplit(page.url).netloc]
    chosen = home or found
    return chosen[-1] if chosen else None


def visible(page: TextResponse) -> str:
    """The page's text as a person sees it, without blanks; title, scripts and styles left out."""
    text = page.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return "".join("".join(text.getall()).split())


def same(one: str, other: str) -> bool:
    """Whether two addresses ask a server for the same."""
    return urldefrag(one)[0] == urldefrag(other)[0]
