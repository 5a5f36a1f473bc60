"""Whose report of which year a document is: title, organization, year, period, date of publication.

Owns the order of trust, and never asks an address. For the organization:

1. a title in the body, or the letterhead lines above one that names nobody;
2. the page's own title (meta tags, index block, `<title>`), where it names a year: without one it may be a
   column's; then the title by which a first sentence announces the report;
3. the signature beside a date;
4. a page's title without a year; a name alone at the end;
5. the body that compiled the report (由…编制), whom to ask (请与…联系), who opens the first paragraph;
6. the breadcrumb, the imprint (发布机构), which is often the body that runs the site;
7. the words of the list entry, which `documents.apply_hints` adds.

For the year: title, page's title, period of the figures, the prose's 2023年…报告, the year that the prose
names most, the list entry. Sources that disagree are findings (`year-conflict`, `organization-doubtful`);
what none of them says stays open (`organization-unknown`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from pipelines.report import doubts, imprint
from pipelines.report.announced import announced_titles, writer
from pipelines.report.labels import fold
from pipelines.report.model import Document, Finding
from pipelines.report.names import agree, is_certain, is_organization, is_place, is_second_name
from pipelines.report.period import period_of
from pipelines.report.prose import ProseLine
from pipelines.report.signature import TAIL_LINES, Signature, signature
from pipelines.report.titles import Title, parse_page_title, parse_title, squeeze, without_prefix

_HEAD_LINES = 60
_HEADING = re.compile(r"[一二三四五六]、")
_FURNITURE = re.compile(
    r"[{}]|当前位置|首页|字号|浏览|点击|打印|收藏|分享|来源|时间|日期|索引号|文号|主题分类|有效性|发布机构|公开方式|关键词"
    r"|^[0-9\-—年月日:. ]+$"
)
_DOCUMENT_NUMBER = re.compile(r"[^。，]{1,10}[〔\[（(【]20[0-9]{2}[〕\]）)】][0-9]{1,4}号")
_STRAY = re.compile(
    r"(?:网|网站|门户|平台|首页|机构|导航|公开|指南|制度|年报|报告|栏目|专栏|服务|互动|新闻|动态|概况|领导|信息|目录|无障碍|关怀版?|长者[版式]?|模式"
    r"|登录|注册|邮箱|简体|繁体|搜索|检索|返回|正文|手机版|移动版|微信|微博|客户端|地图|办事|投诉|咨询|交流|要闻|数据|文件|政策|解读|热线|字体|关闭|内容|专区)"
    r"[0-9.、]*$"
)
"""Endings of menu lines, which no name has."""
_BRANCH = re.compile(r"(?:分局|支队|大队|中队|所|站|中心|处|院|队|公司|办|分院|分中心)$")
"""Endings of bodies whose names begin with another's."""
_MENU = re.compile(
    r"(?:网站?|门户|平台|首页|导航|指南|制度|栏目|专栏|动态|概况|无障碍|关怀版?|长者[版式]?|登录|注册|邮箱|专区)$"
)
_YEAR_OF_REPORT = re.compile(r"(20[0-9]{2})年度?(?:政府|政务)?信息公开(?:工作)?(?:年度)?(?:工作)?报告")

ONLY_PROSE = Finding(
    "year-conflict",
    "info",
    "year",
    "neither title nor period name a year; the one that the prose names most is taken",
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
    names = document.metadata.names | {k: v for k, v in imprint.index_block(document).items() if v}
    steps = imprint.breadcrumb(head)
    out = Identity()
    outside = [names.get(name, "") for name in imprint.TITLE_NAMES] + [document.metadata.title or ""]
    paged = [title for text in [*outside, *steps[-1:]] if (title := parse_page_title(text)) is not None]
    known = {title.organization for title in paged} | {squeeze(line.text) for line in lines[-TAIL_LINES:]}
    text = squeeze("".join(line.text for line in lines[:400]))
    printed = _body_titles(head, known - {None}, text)
    told = announced_titles(lines)
    out.titles = [*printed, *paged, *told]
    out.period = period_of(text)
    out.published = imprint.published(names, head)
    signed = signature(lines)
    best = _best_title(out, paged)
    _set_year(out, best, text, paged, signed, len(told))
    _set_organization(out, best, [*printed, *(p for p in paged if p.year or p.span), *told], paged, signed)
    if out.organization is None:
        out.organization = writer(lines) or imprint.crumbs_body(steps)
        out.organization = out.organization or next(imprint.imprinted(names, head), None)
    if out.organization is None:
        out.organization = next(
            (n for n in imprint.sources(names, head) if doubts.calls_itself(text, n)), None
        )
    _doubt(out, best, paged, lines, head)
    if out.organization is None:
        message = "neither title, signature nor imprint names the body that reports"
        out.findings.append(Finding("organization-unknown", "warning", "organization", message))
    return out


def _best_title(out: Identity, paged: Sequence[Title]) -> Title | None:
    """The fullest title; of several (pages list other reports) the one that period and page name."""
    return max(out.titles, key=lambda title: _rank(title, out, paged), default=None)


def _rank(title: Title, out: Identity, paged: Sequence[Title]) -> tuple[int, bool, bool]:
    full = (title.organization is not None) + (title.year is not None)
    period = None if out.period is None else out.period[1].year
    return full, title.year == period, any(title.text in p.text or p.text in title.text for p in paged)


def _is_sure(title: Title, out: Identity, paged: Sequence[Title]) -> bool:
    """Whether a full title is the page's own, and of the period: others on the page are other reports'."""
    full, of_period, of_page = _rank(title, out, paged)
    return full == 2 and of_page and (of_period or out.period is None)


def _doubt(
    out: Identity,
    best: Title | None,
    paged: Sequence[Title],
    lines: Sequence[ProseLine],
    head: Sequence[str],
) -> None:
    """Findings where the report's own words speak against the name and the year taken."""
    text = squeeze("".join(line.text for line in lines[:400]))
    body = squeeze("".join(line.text for line in lines[len(head) : 400]))
    name = out.organization
    if name is not None and all(finding.code != "organization-doubtful" for finding in out.findings):
        own = [t for t in out.titles if t.organization is not None and agree(t.organization, name)]
        why = doubts.other_kind_of_body(text, name, titled=bool(own))
        if best is not None:
            why = why or doubts.of_a_list(best, paged, head, text)
        if own and all(t in paged and not t.year and not t.span for t in own):
            wrote = writer(lines)
            if why is None and wrote is not None and not agree(wrote, name):
                why = f"its first sentences name “{wrote}”"
        if why is not None:
            message = f"the report is taken to be “{name}”'s, but {why}"
            out.findings.append(Finding("organization-doubtful", "warning", "organization", message))
    if best is None or best.year is None or out.period is not None or out.year is None:
        return
    if (other := doubts.other_years(out.year, body)) is not None:
        _conflict(out, other)
    elif f"{out.year}年" not in fold(body) and not _is_sure(best, out, paged):
        undated = next((t for t in paged if t.year is None and t.span is None), None)
        published = None if out.published is None else out.published.year
        if undated is not None and published != out.year + 1:
            _conflict(out, f"the page's own title “{undated.text}” names no year")


# ------------------------------------------------------------------ the year


def _set_year(
    out: Identity, best: Title | None, text: str, paged: Sequence[Title], signed: Signature | None, told: int
) -> None:
    said: dict[str, int] = {}
    if best is not None:
        out.title = (best if best in out.titles[: len(out.titles) - told] else out.titles[0]).text
        out.year = best.year or next((t.year for t in out.titles if t.year), None)
        if not _is_sure(best, out, paged):
            said = {
                f"the title “{t.text}”": t.year for t in out.titles if t.year is not None and t is not best
            }
    period = None if out.period is None else out.period[1].year
    if period is not None:
        said["the period of the figures"] = period
    if out.year is None:
        out.year = period or _year_in_prose(text)
    span = next((t.span for t in out.titles if t.span is not None), None)
    if span is not None:
        out.year = out.year or span[1]
        _conflict(out, f"the title names the years {span[0]} to {span[1]}")
    if out.year is None and (years := _years_of(fold(text[:3000]))):
        out.year = int(max(years, key=years.count))
        out.findings.append(ONLY_PROSE)
    for source, year in said.items():
        if year != out.year:
            _conflict(out, f"{source} says {year}")
    if out.year is not None and period is None:
        _check_date(out, signed)


def _check_date(out: Identity, signed: Signature | None) -> None:
    """A year's report is written when the year is over, and mostly in the months after it."""
    year = out.year or 0
    if signed is not None and signed.year is not None and signed.month is not None:
        when = f"its signature is of {signed.year}-{signed.month:02d}"
        if (signed.year, signed.month) < (year, 11) or (signed.month <= 4 and signed.year > year + 1):
            _conflict(out, when)
    elif out.published is not None and (out.published.year, out.published.month) < (year, 11):
        _conflict(out, f"it was published on {out.published.isoformat()}")


def _conflict(out: Identity, why: str) -> None:
    message = f"the report is taken to be of {out.year}, but {why}"
    out.findings.append(Finding("year-conflict", "warning", "year", message))


def _years_of(text: str) -> list[str]:
    """The years that a text names, those of dates only where it names no other."""
    return re.findall(r"(20[0-9]{2})年(?![0-9]{1,2}月)", text) or re.findall(r"(20[0-9]{2})年", text)


def _year_in_prose(text: str) -> int | None:
    found = _YEAR_OF_REPORT.search(fold(text[:6000]))
    return int(found[1]) if found else None


# ------------------------------------------------------------------ the body


def _set_organization(
    out: Identity,
    best: Title | None,
    trusted: Sequence[Title],
    paged: Sequence[Title],
    signed: Signature | None,
) -> None:
    strong = [title for title in trusted if title.organization is not None]
    if best is not None and best in strong:
        strong.insert(0, best)
    columns = [t.organization for t in paged if not t.year and not t.span and t.organization is not None]
    dated = signed.name if signed is not None and signed.year is not None else None
    loose = signed.name if signed is not None and signed.year is None else None
    sources = {f"the title “{t.text}”": t.organization for t in strong if t.organization is not None}
    if best is not None and strong and _is_sure(best, out, paged):
        sources = dict([next(iter(sources.items()))])  # other titles on the page are other reports'
    if dated is not None:
        sources["the signature"] = dated
    if not sources:
        sources = {f"the page's title says “{name}”, its words": name for name in columns[:1]}
        if loose is not None:
            sources["the last lines"] = loose
    if not sources:
        return
    out.organization = next(iter(sources.values()))
    others = [f"{source} says “{n}”" for source, n in sources.items() if not agree(n, out.organization or "")]
    doubtful = (
        bool(strong) and strong[0].doubtful and not _confirmed(strong[0], [*strong[1:], *paged], dated, loose)
    )
    if others or doubtful:
        why = "; ".join(others) or "the words of its title allow more than one reading"
        message = f"the report is taken to be “{out.organization}”'s, but {why}"
        out.findings.append(Finding("organization-doubtful", "warning", "organization", message))


def _confirmed(title: Title, others: Sequence[Title], *names: str | None) -> bool:
    """Whether the name of a title that can be read in two ways stands elsewhere too."""
    sure = {t.organization for t in others if not t.doubtful} | set(names)
    return title.organization in sure


# ------------------------------------------------------------------ titles in the body


def _head(lines: Sequence[ProseLine]) -> list[str]:
    """The lines before the first section, where titles and imprints stand."""
    out: list[str] = []
    for line in lines[:_HEAD_LINES]:
        if _HEADING.match(line.text) and out:
            break
        out.append(line.text)
    return out


def _body_titles(head: Sequence[str], known: Set[str | None], text: str) -> list[Title]:
    """Titles among the lines, broken ones put together (up to four lines).

    `known`: names said elsewhere; `text`: the document's, without white space.
    """
    found: list[Title] = []
    head = [squeeze(line) for line in head]
    plain = [len(line) <= 120 and _FURNITURE.search(line) is None for line in head]
    for i in range(len(head)):
        if _is_menu(head[i]):
            continue
        for width in (1, 2, 3, 4):
            window = head[i : i + width]
            if len(window) < width or not all(plain[i : i + width]):
                break
            title = parse_title("".join(window))
            if title is None:
                continue
            if title.organization is None and width == 1 and not title.doubtful:
                title = _with_name_above(head, i, title)
            found.append(title)
            break
    # "X ↵ 2024年…报告" is found from both lines; the fuller one comes first.
    kept: list[Title] = []
    found = list({title.text: title for title in reversed(found)}.values())[::-1]
    for title in found:
        within = [other for other in found if title.text in other.text and title is not other]
        if any(_stray(other, title, known, text) is not True for other in within):
            continue
        strays = [_stray(title, other, known, text) for other in found if other is not title]
        if True not in strays:
            kept.append(replace(title, doubtful=title.doubtful or None in strays))
    return kept


def _is_menu(line: str) -> bool:
    """Whether a line is an entry of the site's menu, or the site's name."""
    solid = squeeze(line)
    if _STRAY.search(solid) is None or "20" in solid:
        return False
    # 虚构县教育局政府信息公开 may go on in the next line: 工作年度报告.
    return len(solid) <= 4 or _MENU.search(solid) is not None


def _stray(longer: Title, shorter: Title, known: Set[str | None], text: str) -> bool | None:
    """Whether a title is another, full in itself, behind a line of a menu or a letterhead; None: perhaps."""
    if not longer.text.endswith(shorter.text) or (shorter.year is None and shorter.span is None):
        return False
    line, name = longer.text.removesuffix(shorter.text), shorter.organization
    if name is None or not line or name.startswith(("（", "(")):
        return False
    if longer.organization is None:
        return True
    if is_place(line):
        return False
    if line.endswith(("（", "(")) or line.count("（") + line.count("(") != line.count("）") + line.count(")"):
        return False
    if longer.organization in known or name in known:
        return longer.organization not in known
    if _STRAY.search(line) is not None:
        return True
    if line[:2] == name[:2]:  # a letterhead of the place; 虚构区公安局 ↵ 虚构分局 is one name
        return None if _BRANCH.search(name) is not None and not line.endswith("政府") else True
    if text.count(longer.organization) > 1 or not is_certain(name):
        return False
    # Most often the line above is the beginning of a broken name.
    return None if text.count(name) == 1 else True


def _with_name_above(head: Sequence[str], at: int, title: Title) -> Title:
    """A title that names nobody with the name on the lines above it, a second one in brackets included."""
    parts: list[str] = []
    for line in reversed(head[max(0, at - 3) : at]):
        text = re.sub(r"文件$", "", without_prefix(squeeze(line))[0])
        if _DOCUMENT_NUMBER.fullmatch(text) and not parts:
            continue
        if not 2 <= len(text) <= 40 or re.search(r"[，。；：:]|20[0-9]{2}", text) or _FURNITURE.search(text):
            break
        if _is_menu(text) or not (is_certain(text) or is_second_name(text)):
            break
        parts.insert(0, text)
    name = "".join(parts)
    if not is_organization(name):
        return title
    return Title(name + title.text, name, title.year, title.span)
