"""What a probe found, for people and as JSON. Pure: findings in, renderables and data out.

Lines are to be printed whole: an address broken in two cannot be copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from crawler.cms import FAMILIES
from crawler.views.sites import years
from pipelines.report.marks import clean

if TYPE_CHECKING:
    from crawler.probing.entries import Written
    from crawler.probing.found import Column, Finding
    from crawler.probing.looks import Look

SHOWN = 12
"""Names and pages that are printed of a longer list; `--json` has all."""
KINDS = {"column": "column", "directory": "directory of bodies", "mixed": "mixed column"}
RESULTS = {
    "found": "Found",
    "nothing": "Nothing found",
    "blocked": "Blocked",
    "forbidden": "Not allowed",
    "unreachable": "Not reachable",
    "absent": "No such page",
}


def probe_view(found: Finding) -> RenderableType:
    """Whose site it is, the columns and why they are taken for that, and what else was looked at."""
    parts: list[RenderableType] = [_head(found)]
    for column in found.columns:
        parts += [Text(), _column(column)]
    parts.append(Text("\nLooked at", style="bold"))
    parts += [_look(look) for look in found.looks]
    if found.left:
        parts.append(Text("\nNot looked at for want of requests", style="bold"))
        parts += [Text(f"  {clean(look.at.url)}   {clean(look.why)}") for look in found.left[:SHOWN]]
        parts += _more(len(found.left))
    if found.rejected:
        parts.append(Text("\nNot followed", style="bold"))
        parts += [Text(f"  {clean(url)}   {clean(why)}") for url, why in found.rejected[:SHOWN]]
        parts += _more(len(found.rejected))
    parts.append(Text(f"\n{found.requests} requests of at most {found.budget}.", style="dim"))
    return Group(*parts)


def written_view(done: Written) -> RenderableType:
    """The entry, where it went, and what to type next."""
    into = "updated in" if done.replaced is not None and done.replaced.source == done.file else "written to"
    lines = [Text(), Text(f"[{done.site.key}] {into} {done.file}"), Text()]
    lines += [Text(f"    {clean(line)}") for line in done.text.splitlines()]
    if done.replaced is not None and done.replaced.source != done.file:
        lines.append(Text(f"\nIt stands in for the entry in {done.replaced.source}."))
    found = "" if done.read else f"GONGKAI_SITES={done.file} "
    lines.append(Text(f"\nNext: {found}gongkai crawl {done.site.key}"))
    return Group(*lines)


def probe_json(found: Finding) -> dict[str, Any]:
    """The same as data."""
    return {
        "start": found.start,
        "result": found.result,
        "why": found.why,
        "name": found.name,
        "code": found.code,
        "portal": found.portal,
        "years": list(found.years),
        "bodies": list(found.bodies),
        "columns": [
            {
                "url": column.url,
                "kind": column.kind,
                "name": column.name,
                "family": column.family,
                "family_why": column.why,
                "why": column.chosen,
                "reports": column.reports,
                "years": list(column.years),
                "bodies": list(column.bodies),
                "titles": list(column.titles),
                "parts": list(column.parts),
            }
            for column in found.columns
        ],
        "looked_at": [
            {
                "url": look.url or look.at.url,
                "asked": look.at.url,
                "method": look.at.method,
                "why": look.why,
                "state": look.state,
                "verdict": look.verdict,
            }
            for look in found.looks
        ],
        "not_looked_at": [{"url": look.at.url, "why": look.why} for look in found.left],
        "not_followed": [{"url": url, "why": why} for url, why in found.rejected],
        "requests": found.requests,
        "budget": found.budget,
    }


def look_line(look: Look) -> str:
    """One line about a page as soon as it was looked at."""
    return f"{look.url or look.at.url}   {look.verdict}"


def _head(found: Finding) -> Text:
    text = Text()
    if found.columns:
        text.append(clean(found.name or "a site without a name"), style="bold")
        text.append(f"   {found.code or 'division code unknown'}")
    else:
        text.append(RESULTS[found.result], style="bold red")
        text.append(f": {clean(found.why)}")
    if found.portal:
        text.append(f"\nportal   {clean(found.portal)}")
    return text


def _column(column: Column) -> Text:
    family = FAMILIES[column.family].title
    text = Text()
    text.append(f"{KINDS[column.kind]}   ")
    text.append(clean(column.url), style="bold")
    text.append(f"   {clean(column.name or '')}")
    text.append(f"\n  why      {clean(column.chosen)}")
    text.append(f"\n  family   {column.family}, {family}: {clean(column.why)}")
    text.append(f"\n  seen     {column.reports} reports; years {years(column.years) or 'not said'}")
    if column.bodies:
        text.append(f"\n  bodies   {len(column.bodies)}: {clean(_names(column.bodies))}")
    if column.parts:
        text.append(f"\n  leads to {len(column.parts)}: {clean(_names(column.parts))}")
    for title in column.titles:
        text.append(f"\n           {clean(title)}", style="dim")
    return text


def _look(look: Look) -> Text:
    text = Text(f"  {clean(look.url or look.at.url)}")
    text.append(f"\n      {clean(look.why)}", style="dim")
    text.append(f"   {clean(look.verdict)}", style="" if look.state == "page" else "yellow")
    return text


def _names(names: Sequence[str]) -> str:
    more = f" … and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return "、".join(names[:SHOWN]) + more


def _more(count: int) -> list[RenderableType]:
    return [Text(f"  … and {count - SHOWN} more; --json has all", style="dim")] if count > SHOWN else []
