"""What in a report's own words speaks against the name or year taken for it.

Owns those contradictions. It must not choose another name or year: it gives the reasons that `identity`
puts into findings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipelines.report.labels import fold
from pipelines.report.titles import Title, squeeze

_SELF = re.compile(r"我(局|镇|乡|街道|厅)(?!长)")
"""What a body calls itself. 我县, 我区 and 我市 are anyone's, 我办 and 我委 many a body's."""
_PART = {"街道": "街"}
_FEWEST = 2
"""One such word may be left of a form that was filled in for another body."""
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})年(?![0-9]{1,2}月)")


def calls_itself(text: str, organization: str) -> bool:
    """Whether the report's 我局, 我镇 … goes with the body's name."""
    words = Counter(_SELF.findall(text))
    return bool(words) and _kind(words) in fold(organization)


def other_kind_of_body(text: str, organization: str, *, titled: bool) -> str | None:
    """Why a body of that name does not speak as the report does; None where it may.

    `titled`: the name stands in a title, and one word against it is not enough.
    """
    words = Counter(_SELF.findall(text))
    if not words or any(_PART.get(word, word) in fold(organization) for word in words):
        return None
    word, times = words.most_common(1)[0]
    return f"it calls itself “我{word}”" if times >= (_FEWEST if titled else 1) else None


def _kind(words: Counter[str]) -> str:
    word = words.most_common(1)[0][0]
    return _PART.get(word, word)


def of_a_list(taken: Title, paged: Sequence[Title], head: Sequence[str], text: str) -> str | None:
    """Why the title taken is rather an entry of a list above the report's own, which names nobody."""
    bare = {title.text for title in paged if title.organization is None and title.year is not None}
    if not bare or taken.organization is None or any(title.organization for title in paged):
        return None
    lines = [squeeze(line) for line in head]
    above = next((i for i, line in enumerate(lines) if taken.text in line), len(lines))
    if text.count(taken.organization) > 1 or bare.isdisjoint(lines[above + 1 :]):
        return None
    return "the page's own title names nobody"


def other_years(year: int, body: str) -> str | None:
    """Why the text behind the title is of another year: it names that again and again, this one never."""
    years = Counter(_YEAR.findall(fold(body)))
    if not years or str(year) in years:
        return None
    most, times = years.most_common(1)[0]
    return f"its text names {most} {times} times and {year} never" if times >= _FEWEST else None
