"""The digest in words, Chinese or English, from the templates beside this module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.watch.codes import Language
from crawler.watch.digest import Digest, Published, SiteDigest
from crawler.watch.message import Message
from pipelines.report.marks import clean

MOST = 10
"""Lines of a list; of more it is said how many there are."""
_ANY = TypeVar("_ANY")

_KINDS: dict[Language, dict[str, str]] = {
    "zh": {
        "tables": "改动表格", "attachment": "改动附件", "prose": "改动文字", "withdrawn": "撤下",
        "returned": "恢复", "moved": "迁移",
    },
    "en": {
        "tables": "tables changed", "attachment": "attachment changed", "prose": "text changed",
        "withdrawn": "withdrawn", "returned": "back", "moved": "moved",
    },
}  # fmt: skip


def digest_message(digest: Digest, language: Language) -> Message:
    """The digest as a message: its title, its lines, and the same for machines."""
    first, last = digest.days
    title = f"[Gongkai] {_name(digest, language)} {first} – {last}"
    text = (
        _environment()
        .get_template(f"digest.{language}.jinja")
        .render(
            digest=digest,
            kinds=_KINDS[language],
            troubled=[site for site in digest.sites if site.trouble],
            incomplete=[site for site in digest.sites if site.runs.complete < site.runs.count],
        )
    )
    lines = re.sub(r"\n{3,}", "\n\n", text).strip().split("\n")
    return Message(title, tuple(clean(line) for line in lines), digest.to_json())


def _name(digest: Digest, language: Language) -> str:
    days = round((digest.until - digest.since) / timedelta(days=1))  # one begins where the last one ended
    if days <= 1:
        return "日报" if language == "zh" else "Daily digest"
    if days == 7:
        return "周报" if language == "zh" else "Weekly digest"
    return "简报" if language == "zh" else "Digest"


@cache
def _environment() -> Environment:
    found = Environment(  # plain text: nothing is to be escaped
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=False,
    )
    found.filters |= {
        "first_ones": _first_ones, "left": _left, "left_of": _left_of, "worth_telling": _worth_telling,
    }  # fmt: skip
    return found


def _first_ones(found: Iterable[_ANY]) -> list[_ANY]:
    return list(found)[:MOST]


def _left(found: Sequence[object], words: str) -> str:
    """A line that says how many are not shown; nothing where all are."""
    return words.format(len(found) - MOST) + "\n" if len(found) > MOST else ""


def _worth_telling(published: Sequence[Published], site: SiteDigest) -> list[Published]:
    """The reports that are named: late ones first, and none of a first crawl, whose every report is new."""
    if site.begun:
        return []
    return sorted(published, key=lambda one: (-(one.late_days or 0), -one.year, one.body))[:MOST]


def _left_of(published: Sequence[Published], site: SiteDigest, words: str) -> str:
    return "" if site.begun else _left(published, words)
