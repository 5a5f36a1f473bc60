"""Markup of a parent portal that publishes a district's reports again (cms-families 16.6).

The text is the same, frame, host and address are another's: a TRS-like column for each district.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tests.replica.district_pages import Link, Skin, frame, links
from tests.replica.district_plan import Item

COLUMN = "/zwgk/zfxxgknb/gqzf_72697/xgq/"


def skin_of(host: str, code: str, charset: str | None) -> Skin:
    """The parent's frame; `code` is the district's."""
    return Skin("虚构市", host, f"{code[:4]}000001", charset, (("/", "首页"), (COLUMN, "政府信息公开年报")))


def copy_path(item: Item) -> str:
    """Where the parent has the report."""
    return f"{COLUMN}{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number + 3_000_000}.html"


def list_page(skin: Skin, place: str, rows: Iterable[Link]) -> str:
    """The parent's list of the district's reports."""
    name = f"{place}政府信息公开年报"
    return _page(skin, name, f'<ul class="list">{links(rows)}</ul>', (("ColumnName", name),))


def copy_page(skin: Skin, item: Item, title: str, article: str) -> str:
    """One report again."""
    metas = (("ArticleTitle", title), ("PubDate", f"{item.day.isoformat()} 18:00"))
    text = f'<h1>{escape(title)}</h1><div class="TRS_Editor">{article}</div>'
    return _page(skin, title, text, metas)


def _page(skin: Skin, title: str, body: str, metas: tuple[Link, ...]) -> str:
    return frame(skin, f"{title}-{skin.name}", f'<div class="main">{body}</div>', metas)
