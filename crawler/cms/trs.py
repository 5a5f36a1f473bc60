"""TRS WCM (拓尔思): static pages with the date in the article's name.

From cms-families 2: addresses, the scripts that build the pager and both orders of their arguments, files
counted from 0 or from 1, lists written by scripts (武汉), all rows at once with a pager that only slices them
(北京), commented-out and placeholder rows. Inferred: the shape of 武汉's script beyond `document.writeln`
with the variables url, title and FILENUM, whatever it is written like in detail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from crawler.cms import pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

DATED = r"/\d{6}/t\d{8}_\d+\.s?html?"
ARTICLES = rf"(?:{DATED}|/t\d{{6,}}\.s?html?|/\d{{8}}/t\d{{4}}_\d+\.s?html?)(?:$|\?)"
SCRIPTS = re.compile(
    r"createPage(?:HTML)?\s*\(|\bcountPage\b|TRS_Editor|trs_editor_view|TRS_UEDITOR", re.IGNORECASE
)
WRITES = re.compile(r"document\.write(?:ln)?\s*\((.{0,1000}?)\)\s{0,9}(?:;|$)", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"(?:var\s+)?\b([A-Za-z_$]\w*)\s*=\s*(?:'([^'\n]*)'|\"([^\"\n]*)\")")
LINK = re.compile(r"<a\b[^>]*\bhref", re.IGNORECASE)
WORD = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([A-Za-z_$]\w*)[\w.$]*(\()?")


class Trs(Family):
    """The most frequent family: `YYYYMM/tYYYYMMDD_<id>.html` in lists `index.html`, `index_1.html`."""

    name = "trs"
    title = "TRS WCM (拓尔思)"
    articles = re.compile(ARTICLES, re.IGNORECASE)

    def recognise(self, url: str, text: str) -> str | None:
        if self.articles.search(rows.path_of(url)):
            return "the address is of the kind YYYYMM/tYYYYMMDD_<id>.html"
        if found := SCRIPTS.search(text):
            return f"the page says {found[0].rstrip('( ')}"
        link = rows.own_link(url, text, self.articles)
        return f"a link on the page is {link}" if link else None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        return rows.entries(page, self.articles, root=with_written(rows.root_of(page)))

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if linked := pager.following(page):
            return linked
        counted = pager.count(page)
        if counted.records and sum(1 for _ in self.entries(page)) >= counted.records:
            return []  # all rows are here, and the pager shows them by and by
        return pager.files(page, counted)


def with_written(root: rows.Node | None) -> rows.Node | None:
    """The page with the links that its scripts write in their place: a copy, or the page if none does."""
    if root is None:
        return None
    scripts = [
        text if "document.write" in (text := script.text or "") else "" for script in root.iter("script")
    ]
    blocks = [html if LINK.search(html := written(text)) else "" for text in scripts]
    if not any(blocks):
        return root
    root = deepcopy(root)
    for script, html in zip(list(root.iter("script")), blocks, strict=True):
        above = script.getparent()
        if html and above is not None:
            block = rows.fragment(html)
            block.tail = script.tail
            above.replace(script, block)
    return root


def written(script: str) -> str:
    """What the `document.write` calls of a script put together of literals and variables, in any branch.

    A variable has the value that was last assigned to it before the call.
    """
    values: dict[str, str] = {}
    html: list[str] = []
    steps = [(m.start(), m) for pattern in (ASSIGNED, WRITES) for m in pattern.finditer(script)]
    for _, step in sorted(steps, key=lambda found: found[0]):
        if step.re is ASSIGNED:
            values[step[1]] = step[2] or step[3] or ""
        else:
            html += (_word(word, values) for word in WORD.finditer(step[1]))
    return "".join(html)


def _word(word: re.Match[str], values: dict[str, str]) -> str:
    if word[3] is not None:
        return values.get(word[3], "")
    return re.sub(r"\\(.)", r"\1", word[1] or word[2] or "")
