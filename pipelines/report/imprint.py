"""What stands around a report: the index block's labels and values, the breadcrumb, the day of publication.

Owns where a page says such things. It must not weigh them against what the report itself says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from pipelines.report.model import Document, Grid
from pipelines.report.names import is_certain, is_organization
from pipelines.report.period import day_of
from pipelines.report.titles import squeeze

TITLE_NAMES = ("articletitle", "标题", "题目", "信息名称", "名称", "title", "og:title", "dc.title")
"""Meta tags and labels that hold a title, the surest first."""
_DATE_NAMES = (
    "发布时间", "发布日期", "公开日期", "pubdate", "publishtime", "publishdate", "article:published_time",
    "firstpublishedtime", "发文日期", "生成日期", "成文日期",
)  # fmt: skip
_BODY_NAMES = ("发布机构", "公开机构", "发布单位", "发文机构", "发文机关", "公开主体", "责任部门")
_INDEX_NAMES = frozenset({*TITLE_NAMES[1:5], *_BODY_NAMES, *_DATE_NAMES})
_DATE = re.compile(r"(20[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})")
_DATE_LINE = re.compile(
    r"(?:(?:发布|公开|生成|发文|成文|更新|录入)(?:时间|日期)\s*[:：]?|(?:时间|日期)\s*[:：])\s*(20[0-9]{2}[-/.年].{3,8})"
)
_DATE_ALONE = re.compile(r"20[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}(?:\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_SOURCE_LINE = re.compile(r"(?:信息|文章|稿件)?来源\s*[:：]\s*([^\s:：]+)(?=\s|$)")
_LARGEST_BLOCK = 60
_LONGEST_LABEL = 24
_BREADCRUMB = re.compile(r"(?:当前|您(?:现在)?(?:所在|的)|所在)(?:的)?位置")


def index_block(document: Document) -> dict[str, str]:
    """Labels and values of the metadata block that stands as a table before the report."""
    out: dict[str, str] = {}
    for block in document.blocks[:40]:
        if not isinstance(block, Grid):
            continue
        if len(block.cells) > _LARGEST_BLOCK:
            break  # the report's own tables begin
        cells = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
        for cell, following in pairwise(cells):
            if following.row != cell.row or len(cell.text) > _LONGEST_LABEL:
                continue
            if (label := _index_label(cell.text)) in _INDEX_NAMES:
                out.setdefault(label, following.text.strip())
        for cell in cells:
            if "：" not in cell.text and ":" not in cell.text:
                continue
            name, mark, value = squeeze(cell.text).replace(":", "：", 1).partition("：")
            if mark and name in _INDEX_NAMES:
                out.setdefault(name, value)
    return out


@lru_cache(maxsize=2048)
def _index_label(text: str) -> str:
    return squeeze(text).strip("：:[]【】")


def imprinted(names: dict[str, str], head: Sequence[str]) -> Iterator[str]:
    """The bodies that imprint or index block name as publisher, the surest label first."""
    for key in _BODY_NAMES:
        said = [names.get(key, "")]
        said += [
            found[1]
            for line in head
            if key in line and (found := re.search(rf"{key}\s*[:：]\s*([^\s:：]+)(?=\s|$)", line))
        ]
        yield from (name for text in said if is_organization(name := squeeze(text)))


def sources(names: dict[str, str], head: Sequence[str]) -> Iterator[str]:
    """The bodies that meta tags or a line above the report name as where it comes from.

    Often the body that runs the site: no name to take without something in the report that bears it out.
    """
    said = [names.get("contentsource", ""), names.get("来源", "")]
    said += [found[1] for line in head for found in _SOURCE_LINE.finditer(line)]
    yield from (name for text in said if is_organization(name := squeeze(text)) and is_certain(name))


def breadcrumb(head: Sequence[str]) -> list[str]:
    """The steps of the page's path through the site, where one of its lines is that."""
    for line in head:
        if _BREADCRUMB.search(line) is not None:
            return [step for part in re.split(r"[>＞»›→/\\|]+", line) if (step := squeeze(part))]
    return []


def crumbs_body(steps: Sequence[str]) -> str | None:
    """The last step that is a body's name and nothing else."""
    return next(
        (s for s in reversed(steps[1:]) if is_organization(s) and is_certain(s) and _is_body(s)), None
    )


def _is_body(step: str) -> bool:
    """Whether a step names a body; columns (法定主动公开内容, 政府信息公开专区) end like names too."""
    column = r"公开|信息$|专栏|专区|年报|首页|网站|平台|内容|部门$|街镇|机构$|^.{0,4}中心$"
    return re.search(column, re.sub(r"(?:政务|信息)公开办公室", "办公室", step)) is None


def published(names: dict[str, str], head: Sequence[str]) -> date | None:
    """The day of publication that meta tags, index block or a line above the report state."""
    for name in _DATE_NAMES:
        if (found := _DATE.search(names.get(name, ""))) is not None and (day := day_of(*found.groups())):
            return day
    for line in head:
        for part in _DATE_LINE.finditer(line):
            if (found := _DATE.search(part[1])) is not None and (day := day_of(*found.groups())):
                return day
    for line in head:
        if _DATE_ALONE.fullmatch(line.strip()) and (found := _DATE.search(line)) is not None:
            return day_of(*found.groups())
    return None
