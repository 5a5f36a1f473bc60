"""Whether a document is an annual disclosure report at all, and if not, why.

Owns that judgement alone. A report may lack its tables and its title, but not both; a form without
figures, a notice, a letter or a list of reports is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.report.identity import Identity
from pipelines.report.model import Document, Section
from pipelines.report.prose import ProseLine
from pipelines.report.sheet import Sheet
from pipelines.report.titles import other_kind, parse_page_title, parse_title, squeeze

_SHELL = 60
"""Letters: less is a page's frame, not a report."""
_ATTACHED = re.compile(
    r"附件|下载|点击|查看|全文|原文|报告|\.(?:pdf|docx?|wps|xlsx?|ofd|zip|rar|jpg|png)", re.IGNORECASE
)
_NO_REPORT = re.compile(
    r"对比|比较分析|考核(?:结果|情况|办法)|评估(?:报告|结果)|测评|自查|工作总结(?!报告|及)|情况汇报|上半年|下半年|季度|数据统计|问答"
    r"|申请表|流程图?$|搜索结果|检索结果"
)
"""Words of other kinds that a report's title may hold too, so that only untitled texts are judged by them."""


def why_no_report(
    document: Document,
    identity: Identity,
    sheet: Sheet,
    sections: Sequence[Section],
    lines: Sequence[ProseLine],
    *,
    annex: bool,
) -> str | None:
    """The reason why the document is no report, or None where it is one."""
    if sheet.has_numbers() or annex:
        return None
    foreign = next((kind for text in _named(document, lines) if (kind := _foreign(text)) is not None), None)
    titled = [t for t in identity.titles if t.organization is not None or t.year is not None]
    statutory = {section.number for section in sections} - {None}
    prose = sum(len(section.text) for section in sections)
    body = sum(len(line.text) for line in lines)
    own = _own_title(document)
    named_foreign = own is not None and _foreign(own) is not None and parse_page_title(own) is None
    if foreign is not None and (not titled or (named_foreign and len(statutory) < 3)):
        return f"its title names another kind of document (“{foreign}”), and no table holds a figure"
    written = len(statutory) >= 3 and prose >= 200
    if not written and (_is_list(lines) or (not sections and _is_short_list(document, identity, body))):
        return "it lists reports and is none itself"
    if sheet.cells and not titled and not _tells_of_a_year(sections, lines):
        return "it is the statutory form without figures, organization and year"
    if titled and not sheet.cells and body < _SHELL and _ATTACHED.search(_joined(lines)) is None:
        return "it has a title and no text: a script fills it in the browser, or it shows pictures only"
    if titled:
        return None
    if len(statutory) >= 3 and (prose >= 60 or sheet.seen) and body >= 200 and foreign is None:
        return None
    if (
        identity.period is not None
        and len(statutory) >= 2
        and foreign is None
        and _calls_itself_report(lines)
    ):
        return None
    if sheet.cells and _tells_of_a_year(sections, lines):
        return None
    if not lines and not sheet.cells:
        return "it holds no text: a script fills it in the browser, or it shows pictures only"
    return "neither its title nor its parts are those of an annual disclosure report, and it lacks the tables"


def _own_title(document: Document) -> str | None:
    """The title that the page gives itself outside its text."""
    names = document.metadata.names
    said = (names.get(key) for key in ("articletitle", "标题", "信息名称"))
    return next((text for text in said if text), document.metadata.title)


def _foreign(text: str) -> str | None:
    """The word by which a text names another kind of document."""
    found = _NO_REPORT.search(squeeze(text))
    return other_kind(text) if found is None else found[0]


def _joined(lines: Sequence[ProseLine]) -> str:
    return " ".join(line.text for line in lines)


def _calls_itself_report(lines: Sequence[ProseLine]) -> bool:
    """Whether a first line calls the text 本报告 or 本年度报告, as a report on disclosure does."""
    return any(
        "公开" in line.text and re.search(r"本(?:年度)?(?:报告|年报)", line.text) is not None
        for line in lines[:30]
    )


def _named(document: Document, lines: Sequence[ProseLine]) -> list[str]:
    """The texts that say what the document is: titles, and the first lines."""
    names = document.metadata.names
    out = [names[key] for key in ("articletitle", "标题", "信息名称", "名称") if names.get(key)]
    if document.metadata.title:
        out.append(document.metadata.title)
    short = [line.text for line in lines[:12] if 6 <= len(squeeze(line.text)) <= 80 and "。" not in line.text]
    return [*out, *short[:6]]


def _is_list(lines: Sequence[ProseLine]) -> bool:
    titles = {
        title.text for line in lines if len(line.text) <= 80 and (title := parse_title(line.text)) is not None
    }
    organizations = {title.organization for text in titles if (title := parse_title(text)) is not None}
    return len(titles) >= 4 and (len(organizations - {None}) >= 4 or len(titles) >= 6)


def _is_short_list(document: Document, identity: Identity, body: int) -> bool:
    """Several reports named on a page without parts, none of them by the page's own title."""
    named = parse_page_title(document.metadata.title or "")
    if named is not None and named.year is not None:
        return False
    entries = {(title.organization, title.year) for title in identity.titles if title.year is not None}
    if len({name for name, _ in entries} - {None}) < 2 and len({year for _, year in entries}) < 3:
        return False
    return len(entries) >= 3 or body < 60 * len(entries)


def _tells_of_a_year(sections: Sequence[Section], lines: Sequence[ProseLine]) -> bool:
    """Whether the prose speaks of a year, as a filled report does and a blank form does not."""
    text = " ".join(section.text for section in sections) or " ".join(line.text for line in lines)
    return re.search(r"20[0-9]{2}\s*年", text) is not None and len(text) >= 40
