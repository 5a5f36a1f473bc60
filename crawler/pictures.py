"""Pictures on a report's page that may be its tables, or the report itself: pure, page in, addresses out.

Some bodies publish the tables of the form as images under their headings, some the whole report as
scanned pages (图片版). Which picture is one of them is told by where it stands on the page, its stated
size and its name; what it shows, the reader finds out. Icons, logos and codes to scan are never asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.addresses import linked

if TYPE_CHECKING:
    from scrapy.http import TextResponse

MOST = 20
"""Pictures of one page: a scanned report has fewer pages."""
TABLES = (
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "行政复议、行政诉讼情况",
    "行政复议行政诉讼情况",
)
"""The headings under which the form prints its tables."""
AFTERWARDS = ("存在的主要问题", "其他需要报告的事项")
"""The headings of the parts behind them."""
FORMATS = re.compile(r"\.(png|jpe?g|bmp|tiff?|webp|gif)$", re.IGNORECASE)
_ORNAMENT = re.compile(
    r"icon|logo|banner|button|btn|arrow|qr_?code|ewm|erweima|weixin|wechat|weibo|share|blue|red\.png|dzjg|jubao"
    r"|beian|gongan|close|search|sprite|spacer|blank|loading|avatar|flag|zfwzbs|wza",
    re.IGNORECASE,
)
_FILE_KIND = re.compile(r"icon_|/(doc|pdf|xls|zip|rar|txt)\.(gif|png)$", re.IGNORECASE)
_CONTENT = re.compile(r"content|article|zoom|editor|ucap|detail|xilan|con_text|mainbody|wzcon", re.IGNORECASE)
_LEAST_WIDE, _LEAST_HIGH = 250, 60
_AROUND = frozenset(["header", "footer", "nav", "aside"])
_FIGURES = 8
"""So many cells of figures alone make a table that is there as text."""


def pictures(page: TextResponse) -> Iterator[tuple[str, str]]:
    """Address and alternative text of each picture that may hold the report's tables, in their order.

    None where a table with figures is there as text.
    """
    cells = ("".join(cell.itertext()).strip() for cell in page.selector.root.iter("td", "th"))
    if sum(text.isdigit() for text in cells) >= _FIGURES:
        return
    words = "".join("".join(page.xpath("//body//text()").getall()).split())
    named = any(heading in words for heading in TABLES)
    root = page.selector.root
    seen: set[str] = set()
    for image in _under_headings(root) if named else _in_content(root):
        url = linked(page, image.get("src")).partition("#")[0]
        if urlsplit(url).scheme in ("http", "https") and url not in seen and len(seen) < MOST:
            seen.add(url)
            yield url, " ".join((image.get("alt") or image.get("title") or "").split())


def _under_headings(root: Any) -> Iterator[Any]:
    """Images that stand behind a table's heading and before the parts that follow the tables."""
    inside, text = False, ""
    for node in root.xpath("//body//text()[not(parent::script or parent::style)] | //body//img"):
        if isinstance(node, str):
            text += "".join(node.split())
            continue
        # A sentence that names all parts ends behind the last of them.
        last = max(text.rfind(heading) for heading in TABLES)
        after = max(text.rfind(heading) for heading in AFTERWARDS)
        inside = last > after if max(last, after) >= 0 else inside
        text = ""
        if inside and _may_be_table(node):
            yield node


def _in_content(root: Any) -> Iterator[Any]:
    """Images in the part of the page that its templates name as the content."""
    for element in root.iter("img"):
        holders = (f"{above.get('id', '')} {above.get('class', '')}" for above in element.iterancestors())
        if _may_be_table(element) and any(_CONTENT.search(names) for names in holders):
            yield element


def _may_be_table(image: Any) -> bool:
    """Whether an image may be of a table's size, by all that the page says of it."""
    source = (image.get("src") or "").strip()
    if not source or source.startswith("data:"):
        return False
    if any(above.tag in _AROUND for above in image.iterancestors()):
        return False
    path = source.partition("#")[0].partition("?")[0]
    if not FORMATS.search(path) or _FILE_KIND.search(path) or _ORNAMENT.search(path.rpartition("/")[2]):
        return False
    wide, high = (_pixels(image, side) for side in ("width", "height"))
    return (wide is None or wide >= _LEAST_WIDE) and (high is None or high >= _LEAST_HIGH)


def _pixels(image: Any, side: str) -> float | None:
    """The side's length as its attribute or its style states it; None where neither does in pixels."""
    if match := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*", image.get(side) or ""):
        return float(match[1])
    match = re.search(
        rf"(?<![\w-]){side}\s*:\s*(\d+(?:\.\d+)?)\s*px", image.get("style") or "", re.IGNORECASE
    )
    return float(match[1]) if match else None
