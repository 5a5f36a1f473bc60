"""Whose report of which year a document is: title, organization, year, period, date of publication.

Owns the sources of each and their order. It never asks an address, and where sources disagree it
says so instead of choosing silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from pipelines.report.labels import fold
from pipelines.report.model import Document, Finding, Grid
from pipelines.report.prose import ProseLine
from pipelines.report.titles import Title, is_organization, parse_page_title, parse_title, squeeze, year_of

_HEAD_LINES = 60
_TAIL_LINES = 80
_TITLE_NAMES = ("articletitle", "标题", "题目", "信息名称", "名称", "title", "og:title", "dc.title")
_DATE_NAMES = (
    "发布时间", "发布日期", "公开日期", "pubdate", "publishtime", "publishdate", "article:published_time",
    "firstpublishedtime", "发文日期", "生成日期", "成文日期",
)  # fmt: skip
_INDEX_NAMES = frozenset(
    {
        "标题",
        "名称",
        "信息名称",
        "发布机构",
        "公开机构",
        "发布日期",
        "公开日期",
        "发布时间",
        "发文日期",
        "生成日期",
        "成文日期",
    }
)
_BODY_NAMES = ("发布机构", "公开机构", "发布单位", "发文机构", "发文机关", "公开主体", "责任部门")
_DATE = re.compile(r"(20[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})")
_DATE_LINE = re.compile(
    r"(?:发布|公开|生成|发文|成文|更新|录入)?(?:时间|日期)\s*[:：]\s*(20[0-9]{2}[-/.年].{3,8})"
)
_DATE_ALONE = re.compile(r"20[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}(?:\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_HEADING = re.compile(r"[一二三四五六]、")
_FURNITURE = re.compile(
    r"当前位置|首页|字号|浏览|点击|打印|收藏|分享|来源|时间|日期|索引号|^[0-9\-—年月日:. ]+$"
)
_NAME_END = re.compile(
    r"(?:委员会|人民政府|政府|办公室|办公厅|街道办事处|办事处|街道|局|厅|委|处|中心|镇|乡|管委会|法院|检察院|院|研究所|所|支队|总队|大队|队"
    r"|公司|学校|小学|中学|大学|学院|办|工会|妇联|团委|联合会|协会|红十字会|会|站|分局|署|集团|馆|校|部|社|区|园)(?:[（(][^（()）]{2,40}[)）])?"
)
_PERIOD = re.compile(
    r"(20[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日(?:起|开始)?[,，]?(?:至|到|-|—|–|－|~|～|―)+(?:(20[0-9]{2})年)?([0-9]{1,2})月([0-9]{1,2})日"
)
_DOTTED_DATE = re.compile(r"(20[0-9]{2})[.\-/]([0-9]{1,2})[.\-/]([0-9]{1,2})(?![0-9])日?")
_CHINESE_DATE = re.compile(
    r"(二[〇○零O0][一二三四五六七八九〇○零O0]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_PERIOD_END = re.compile(r"至?(20[0-9]{2})年12月31日")
_DOCUMENT_NUMBER = re.compile(r"[^。，]{1,10}[〔\[（(【]20[0-9]{2}[〕\]）)】][0-9]{1,4}号")
_STRAY = re.compile(
    r"(?:网|网站|门户|平台|首页|机构|导航|公开|指南|制度|年报|报告|栏目|专栏|服务|互动|新闻|动态|概况|领导|信息|目录)$"
)
"""Endings of menu lines, which no name has."""
_SECOND_NAME = re.compile(r"[（(][^（()）]{4,40}[)）]")
_SIGNED = re.compile(r"20[0-9]{2}年[0-9]{1,2}月(?:[0-9]{1,2}日)?")
_COMPILED = re.compile(r"由([^，。；:：（）()]{4,40}?)(?:负责)?(?:编制|编写)")
_OPENING = (
    re.compile(r"(.{3,30}?)(?:根据|依据|按照)《?(?:中华人民共和国)?政府信息公开条例"),
    re.compile(r"(?:20[0-9]{2}年度?[，,]?)?(.{3,30}?)[（(]以下简称"),
    re.compile(
        r"20[0-9]{2}年度?[，,](?![省市县区镇乡局委我本全各])(?!.{0,12}委[县市区])(.{5,30}?)"
        r"(?:坚持|认真|深入|严格|全面|高度|紧紧|围绕|始终|积极|切实|持续|扎实|不断|贯彻)"
    ),
    re.compile(r".{0,80}?(?:公布|编制|发布|形成|撰写)了?(.{3,30}?)20[0-9]{2}年度?(?:政府|政务)?信息公开"),
)
_CONTACT = re.compile(r"请(?:直接)?(?:与|同|向)([^，。；:：（）()]{4,40}?)(?:联系|咨询|反映)")


ONLY_PROSE = Finding(
    "year-conflict", "info", "year", "neither title nor period name a year; the prose's first is taken"
)


@dataclass(slots=True)
class Identity:
    """What a document says of whose report it is."""

    organization: str | None = None
    year: int | None = None
    title: str | None = None
    published: date | None = None
    period: tuple[date, date] | None = None
    findings: list[Finding] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    """Every title found, the body's own first."""


def identify(document: Document, lines: Sequence[ProseLine]) -> Identity:
    """The document's identity, with findings about what it leaves open or says twice."""
    head = _head(lines)
    names = document.metadata.names | {k: v for k, v in _index_block(document).items() if v}
    out = Identity()
    outside = [names.get(name, "") for name in _TITLE_NAMES] + [document.metadata.title or ""]
    named = [title for text in outside if (title := parse_page_title(text)) is not None]
    known = {title.organization for title in named} | {squeeze(line.text) for line in lines[-_TAIL_LINES:]}
    out.titles = [*_body_titles(head, known - {None}), *named]
    text = squeeze("".join(line.text for line in lines[:400]))
    out.period = _period(text)
    _choose(out, text, named)
    if out.organization is None:
        out.organization = _other_organization(lines, text, names)
    if out.organization is None:
        message = "neither title, signature nor imprint names the body that reports"
        out.findings.append(Finding("organization-unknown", "warning", "organization", message))
    out.published = _published(names, head)
    return out


def _choose(out: Identity, text: str, named: Sequence[Title]) -> None:
    """Take the fullest title; of several (pages list other reports) the one that period and page name."""
    period = None if out.period is None else out.period[1].year

    def rank(title: Title) -> tuple[int, bool, bool]:
        full = (title.organization is not None) + (title.year is not None)
        return full, title.year == period, any(title.text in n.text or n.text in title.text for n in named)

    best = max(out.titles, key=rank, default=None)
    sure = best is not None and rank(best) == (2, True, True)
    if best is not None:
        out.title = best.text
        out.organization = best.organization or next(
            (t.organization for t in out.titles if t.organization), None
        )
        out.year = best.year or next((t.year for t in out.titles if t.year), None)
    said = {"the title": out.year} | {
        f"the title “{t.text}”": t.year
        for t in out.titles
        if t.year is not None and t is not best and not sure
    }
    if out.period is not None:
        said["the period of the figures"] = out.period[1].year
    if out.year is None:
        out.year = out.period[1].year if out.period is not None else _year_in_prose(text)
    if out.year is None and (found := re.search(r"(20[0-9]{2})年", fold(text[:3000]))) is not None:
        out.year = int(found[1])
        out.findings.append(ONLY_PROSE)
    others = {source: year for source, year in said.items() if year is not None and year != out.year}
    for source, year in others.items():
        message = f"the report is taken to be of {out.year}, but {source} says {year}"
        out.findings.append(Finding("year-conflict", "warning", "year", message))


def _head(lines: Sequence[ProseLine]) -> list[str]:
    """The lines before the first section, where titles and imprints stand."""
    out: list[str] = []
    for line in lines[:_HEAD_LINES]:
        if _HEADING.match(line.text) and out:
            break
        out.append(line.text)
    return out


def _body_titles(head: Sequence[str], known: Set[str | None]) -> list[Title]:
    """Titles among the lines, broken ones put together (up to four lines); `known`: names said elsewhere."""
    found: list[Title] = []
    for i in range(len(head)):
        for width in (1, 2, 3, 4):
            window = head[i : i + width]
            if len(window) < width or any(_FURNITURE.search(part) for part in window):
                break
            title = parse_title("".join(window))
            if title is None:
                continue
            if title.organization is None and width == 1:
                title = _with_name_above(head, i, title)
            found.append(title)
            break
    # "X ↵ 2024年…报告" is found from both lines; the fuller one comes first.
    kept: list[Title] = []
    for title in found:
        within = [other for other in found if title.text in other.text and title is not other]
        if any(not _begins_with_a_stray_line(other, title, known) for other in within):
            continue
        if not any(_begins_with_a_stray_line(title, other, known) for other in found):
            kept.append(title)
    return kept


def _begins_with_a_stray_line(longer: Title, shorter: Title, known: Set[str | None]) -> bool:
    """Whether a title is another, full in itself, behind a line of a menu or a letterhead."""
    if longer is shorter or not longer.text.endswith(shorter.text) or shorter.year is None:
        return False
    line, name = longer.text.removesuffix(shorter.text), shorter.organization
    if name is None or not line or name.startswith(("（", "(")):
        return False
    if longer.organization in known or name in known:
        return longer.organization not in known
    # Most often the line above is the beginning of a broken name.
    return _STRAY.search(line) is not None or line[:2] == name[:2]


def _with_name_above(head: Sequence[str], at: int, title: Title) -> Title:
    parts: list[str] = []
    for line in reversed(head[max(0, at - 3) : at]):
        text = re.sub(r"文件$", "", squeeze(line))
        if _DOCUMENT_NUMBER.fullmatch(text) and not parts:
            continue
        if not 2 <= len(text) <= 40 or re.search(r"[。，；：:0-9]", text) or _FURNITURE.search(text):
            break
        if not (_NAME_END.search(text) or re.fullmatch(r"[（(].+[)）]", text)):
            break
        parts.insert(0, text)
    name = "".join(parts)
    if not is_organization(name):
        return title
    return Title(name + title.text, name, title.year)


def _other_organization(lines: Sequence[ProseLine], text: str, names: dict[str, str]) -> str | None:
    if (signed := _signature(lines)) is not None:
        return signed
    for pattern in (_COMPILED, _CONTACT):
        for found in pattern.finditer(text):
            name = re.sub(r"(?:办公室|党政办|综合科|办)?$", "", found[1]) if pattern is _CONTACT else found[1]
            if is_organization(name) and _NAME_END.search(name):
                return name
    for line in lines[:80]:
        for pattern in _OPENING:
            opened = pattern.match(squeeze(line.text))
            if (
                opened is not None
                and _is_signature(opened[1], 3)
                and not re.search(r"[，。；（）]", opened[1])
            ):
                return opened[1]
    for key in _BODY_NAMES:
        for said in (names.get(key, ""), _imprint(lines, key)):
            name = squeeze(said)
            if name and is_organization(name):
                return name
    return None


def _imprint(lines: Sequence[ProseLine], key: str) -> str:
    """What stands behind a label of the index block where it is no table."""
    for line in lines[:_HEAD_LINES]:
        if (found := re.search(rf"{key}\s*[:：]\s*([^\s:：]+)(?=\s|$)", line.text)) is not None:
            return found[1]
    return ""


def _signature(lines: Sequence[ProseLine]) -> str | None:
    """The body's name on a line of its own at the end, a second name in brackets below it included."""
    tail = [squeeze(line.text) for line in lines[-_TAIL_LINES:]]
    # A name beside a date signs; behind it a page's own footer may name other bodies.
    for i, line in enumerate(tail):
        if (dated := _SIGNED.search(fold(line))) is None or dated.end() != len(fold(line)):
            continue
        if dated.start():
            name = line[: len(line) - len(dated[0])]
            if len(name) + len(dated[0]) == len(line) and _is_signature(name, 2):
                return name
            continue
        above = [tail[k] for k in (i - 1, i - 2) if k >= 0]
        if above and _is_signature(above[0], 2):
            return above[0]
        if len(above) == 2 and _SECOND_NAME.fullmatch(above[0]) and _is_signature(above[1], 2):
            return above[1] + above[0]
    tail = tail[-14:]
    for i in range(len(tail) - 1, -1, -1):
        if not _is_signature(tail[i], 4):
            continue
        if i + 1 < len(tail) and _SECOND_NAME.fullmatch(tail[i + 1]):
            return tail[i] + tail[i + 1]
        return tail[i]
    return None


def _is_signature(name: str, least: int) -> bool:
    """Whether a line is nothing but a body's name."""
    if not (
        least <= len(name) <= 40 and _NAME_END.fullmatch(_last_name_part(name)) and is_organization(name)
    ):
        return False
    furniture = r"[:：、]|[一二三四五六]、|附件|下载|打印|关闭|版权|主办|承办|网站|上一篇|下一篇|政府信息"
    return re.search(furniture, name) is None


def _last_name_part(name: str) -> str:
    found = next(reversed(list(_NAME_END.finditer(name))), None)
    return found[0] if found is not None and found.end() == len(name) else ""


def _year_in_prose(text: str) -> int | None:
    found = re.search(
        r"(20[0-9]{2})年度?(?:政府|政务)?信息公开(?:工作)?(?:年度)?(?:工作)?报告", fold(text[:6000])
    )
    return int(found[1]) if found else None


def _period(text: str) -> tuple[date, date] | None:
    """The period of the figures: the dates nearest behind words that announce them."""
    solid = _CHINESE_DATE.sub(_arabic, _DOTTED_DATE.sub(r"\1年\2月\3日", fold(text)))
    for found in _PERIOD.finditer(solid):
        before = solid[max(0, found.start() - 40) : found.start()]
        whole_year = (found[2], found[3], found[5], found[6]) == ("1", "1", "12", "31")
        if whole_year or re.search(r"统计|数据|期限|时限|期间", before):
            start = _date(found[1], found[2], found[3])
            end = _date(found[4] or found[1], found[5], found[6])
            if start is not None and end is not None and start <= end:
                return start, end
    return None


def _arabic(found: re.Match[str]) -> str:
    month, day = (_count(found[2]), _count(found[3]))
    return f"{year_of(found[1])}年{month}月{day}日"


def _count(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = text.rpartition("十")
    numerals = "〇一二三四五六七八九"
    return (numerals.find(tens or "一") * 10 if ten else 0) + (numerals.find(ones) if ones else 0)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _published(names: dict[str, str], head: Iterable[str]) -> date | None:
    for name in _DATE_NAMES:
        if (found := _DATE.search(names.get(name, ""))) is not None and (day := _date(*found.groups())):
            return day
    head = list(head)
    for line in head:
        for part in _DATE_LINE.finditer(line):
            if (found := _DATE.search(part[1])) is not None and (day := _date(*found.groups())):
                return day
    for line in head:
        if _DATE_ALONE.fullmatch(line.strip()) and (found := _DATE.search(line)) is not None:
            return _date(*found.groups())
    return None


def _index_block(document: Document) -> dict[str, str]:
    """Labels and values of the metadata block that stands as a table before the report."""
    out: dict[str, str] = {}
    for block in document.blocks[:40]:
        if not isinstance(block, Grid) or len(block.cells) > 60:
            continue
        cells = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
        for cell, following in pairwise(cells):
            label = squeeze(cell.text).strip("：:[]【】")
            if label in _INDEX_NAMES and following.row == cell.row:
                out.setdefault(label, following.text.strip())
        for cell in cells:
            name, mark, value = squeeze(cell.text).replace(":", "：", 1).partition("：")
            if mark and name in _INDEX_NAMES:
                out.setdefault(name, value)
    return out
