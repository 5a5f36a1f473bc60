"""Published reports found by what a person types: a site, a year, part of a body's name.

This module reads an archive. It must not write to it, nor print.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.errors import AmbiguousName, ReportNotFound
from crawler.sites import find_site, load_sites
from storage.archive import Archive

CANDIDATES_NAMED = 12


def list_reports(archive: str, site: str, year: int) -> list[dict[str, Any]]:
    """The published reports of a site and year, in order of their keys; at least one.

    Raises:
        UnknownSite: where neither the archive nor the registry knows the site.
        ReportNotFound: where the archive has none of that year.
    """
    with Archive.open(archive, create=False) as opened:
        reports = list(opened.reports(site, year))
        if reports:
            return reports
        years = sorted({data["year"] for data in opened.reports(site)})
    if years:
        have = ", ".join(str(one) for one in years)
        raise ReportNotFound(f"{archive} has no report of {site} for {year}; it has {have}")
    find_site(site, load_sites())
    raise ReportNotFound(f"{archive} has no report of {site}; fetch them with: gongkai crawl {site}")


def find_report(archive: str, site: str, year: int, name: str) -> dict[str, Any]:
    """The one report of that year whose body is called `name`, or has it in its name as no other has.

    Raises:
        ReportNotFound: where no body's name has it.
        AmbiguousName: where several have, none being exactly it; the message lists them.
    """
    reports = list_reports(archive, site, year)
    return pick(reports, name, f"{site} {year}")


def pick(reports: Sequence[dict[str, Any]], name: str, where: str) -> dict[str, Any]:
    """The one report whose organization is `name` or alone has it as a part; `where` is for the message."""
    exact = [data for data in reports if data["organization"] == name]
    found = exact or [data for data in reports if name in data["organization"]]
    if not found:
        raise ReportNotFound(
            f"{where} has no body with {name!r} in its name; `gongkai show {where}` lists the {len(reports)}"
        )
    if len(found) > 1:
        names = sorted(data["organization"] for data in found)[:CANDIDATES_NAMED]
        more = f" and {len(found) - len(names)} more" if len(found) > len(names) else ""
        raise AmbiguousName(
            f"{name!r} is part of {len(found)} names: {', '.join(names)}{more}. Type more of it."
        )
    return found[0]
