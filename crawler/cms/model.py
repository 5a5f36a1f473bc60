"""What a list is made of: its entries, and the pages of it that can be asked for. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a column: where a report is said to be, in the column's own words."""

    url: str
    title: str | None = None
    """The whole title where the markup has it (`title` attribute), else the link's text."""
    organization: str | None = None
    """The body, where the column names it apart from the title."""
    year: int | None = None
    """The report year, where column or address says it outright (never a date in an address)."""
    published: str | None = None
    """ISO date of publication, where the column prints one."""
    listed: bool = True
    """False for an address that was made up by enumeration: nobody promised a page there."""


Kind = Literal["column", "directory", "body", "portal"]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list that can be asked for, and what is known of it beforehand.

    A family fills in how it is asked for and the words of the link; the rest is `columns.py`'s.
    """

    url: str
    title: str | None = None
    """What the link calls it: 政府信息公开年报, 2023年, 区政府部门, 教育局."""
    method: Literal["GET", "POST"] = "GET"
    body: str | None = None
    """Of a POST: form or JSON."""
    headers: tuple[tuple[str, str], ...] = ()
    """Beyond a browser's usual ones: X-Requested-With, Referer, Content-Type."""
    kind: Kind = "column"
    """A column of entries, a directory of bodies, one body's own page, or the disclosure page that this
    leads to."""
    annual: bool = False
    """Whether the way there said that it holds annual reports."""
    year: int | None = None
    """What the way there said of its entries' year: a folder's name, which may be the report year or the
    year after."""
    certain: bool = False
    """Whether `year` is the report year outright, because the address says it as a parameter."""
    organization: str | None = None
    """The body whose column it is, where the way there named one."""
