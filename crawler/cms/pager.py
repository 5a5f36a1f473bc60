"""Pagers: what says that a list has a next page, and where. Shared by the families that print them.

Pure: page in, candidates out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.cms import rows
from crawler.cms.model import ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

NEXT = re.compile(r"^\s*[\[【]?\s*(下一页|下页|后一页|下一頁|Next|next|>|›|»|＞)\s*[>›»＞]*\s*[\]】]?\s*$")


def following(page: TextResponse) -> Sequence[ListPage]:
    """The page that a 下一页 link leads to."""
    for link in page.xpath("//a[@href]"):
        if NEXT.match(rows.text_of(link)):
            url = rows.address(page, link.attrib["href"])
            return [ListPage(url)] if url and url != page.url else []
    return []
