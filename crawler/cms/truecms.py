"""TrueCMS (南通): lists come as records in XML inside a call's answer, first rows perhaps inside the page.

From cms-families 12: `messageController/getMessage.do` with its parameters, the JSONP whose `result` is XML
with CDATA, that some hosts want a Referer, that the largest `perpage` differs (50, 20, 10), and `#initData`,
which holds the first 60 rows. From public crawlers: `proxyUrl:` and `columnId:` in a page's script, articles
`content/<uuid>.html`. Inferred: that `#initData` holds the records or the rows' HTML itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

ARTICLE = re.compile(
    r"/content/[0-9a-f]{8}[0-9a-f-]*\.s?html|/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.s?html"
)
CALL = "messageController/getMessage.do"
COLUMN = re.compile(r"""\bcolumnId["']?\s*[:=]\s*["']?([0-9A-Za-z-]{8,})""")
TOTAL = re.compile(r"""(?:totalRecord["']?\s*:\s*["']?|<totalrecord>)(\d{1,9})""", re.IGNORECASE)
INITIAL = re.compile(r"""<(\w+)[^<>]{0,300}\bid=["']?initData\b[^<>]{0,300}>""")
WINDOWS = (50, 20, 10)
"""Rows asked for at once, the most first: servers refuse or answer nothing beyond a limit of their own."""


class TrueCms(Family):
    """Columns whose script calls `<app>/messageController/getMessage.do`."""

    name = "truecms"
    title = "TrueCMS (南通)"
    articles = ARTICLE

    def recognise(self, url: str, text: str) -> str | None:
        if CALL in url:
            return "the address is messageController/getMessage.do"
        if CALL in text:
            return "the page calls messageController/getMessage.do"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        if CALL in page.url:
            return rows.entries(answers.fragment(page, *_answered(page)), self.articles)
        inside = list(rows.entries(answers.fragment(page, *_initial(page)), self.articles))
        seen = {entry.url for entry in inside}
        listed = (entry for entry in rows.entries(page, self.articles) if entry.url not in seen)
        return chain(inside, listed)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        listed = _answered(page) if CALL in page.url else []
        # Rows, not entries: some lead elsewhere, or twice to one page.
        held = len(listed) if len(listed) > 1 else sum(1 for _ in self.entries(page))
        found = TOTAL.search(page.text)
        total = int(found[1]) if found else None
        if CALL in page.url:
            asked = answers.query(page.url)
            start, end = (answers.number(asked.get(name)) or 0 for name in ("startrecord", "endrecord"))
            if not held or held < end - start + 1 or (total is not None and end >= total):
                return []
            window = {"startrecord": end + 1, "endrecord": end + end - start + 1}
            return [answers.call(page, answers.with_query(page.url, window))]
        call, column = answers.address_with(page.text, CALL).partition("?")[0], COLUMN.search(page.text)
        if not call or not column:
            return pager.following(page)
        if held and total is not None and held >= total:
            return []
        first = held + 1 if _initial(page) else 1
        return [
            answers.call(
                page,
                f"{call}?startrecord={first}&endrecord={first + size - 1}&perpage={size}"
                f"&columnId={column[1]}&callback=cb",
            )
            for size in WINDOWS
        ]


def _answered(page: TextResponse) -> list[str]:
    """The rows in an answer: records in XML, which is a text inside JSONP, or HTML in its place."""
    result = answers.inside(answers.data(page), "result")
    text = result if isinstance(result, str) else page.text if "<record>" in page.text else ""
    return answers.records(text) or [text]


def _initial(page: TextResponse) -> list[str]:
    """The rows that the page keeps in `#initData` until its script shows them; none where it has none."""
    found = INITIAL.search(page.text)
    if not found:
        return []
    behind = page.text[found.end() :]
    inner = behind.partition(f"</{found[1]}>")[0]
    inner = inner if "<" in inner else html.unescape(inner)
    return answers.records(inner) or answers.records(behind) or [inner]  # its own kind may stand inside it
