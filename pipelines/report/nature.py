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
    named = _named(document, lines)
    foreign = next((kind for text in named if (kind := other_kind(text)) is not None), None)
    titled = [t for t in identity.titles if t.organization is not None or t.year is not None]
    prose = sum(len(section.text) for section in sections)
    body = sum(len(line.text) for line in lines)
    if foreign is not None and not titled:
        return f"its title names another kind of document (“{foreign}”), and no table holds a figure"
    if _is_list(lines) or (not sections and _is_short_list(document, identity)):
        return "it lists reports and is none itself"
    if sheet.cells and not titled and not _tells_of_a_year(sections, lines):
        return "it is the statutory form without figures, organization and year"
    if titled:
        return None
    statutory = {section.number for section in sections} - {None}
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
        return "it holds no text"
    return "neither its title nor its parts are those of an annual disclosure report, and it lacks the tables"


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


def _is_short_list(document: Document, identity: Identity) -> bool:
    """Three reports named on a page without parts, none of them by the page's own title."""
    named = parse_page_title(document.metadata.title or "")
    if named is not None and named.year is not None:
        return False
    return len({(title.organization, title.year) for title in identity.titles if title.year is not None}) >= 3


def _tells_of_a_year(sections: Sequence[Section], lines: Sequence[ProseLine]) -> bool:
    """Whether the prose speaks of a year, as a filled report does and a blank form does not."""
    text = " ".join(section.text for section in sections) or " ".join(line.text for line in lines)
    return re.search(r"20[0-9]{2}\s*年", text) is not None and len(text) >= 40
