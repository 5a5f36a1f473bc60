"""What a channel is told: news of alerts as a title and lines for people, short however much there is.

Pure. A message names what is new by kind; of many alerts of a kind it counts and gives examples, so that a
bad night is one message and not three hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from crawler.watch.codes import CODES, SEVERITIES, Language
from crawler.watch.state import Known, News
from pipelines.report.marks import clean

WHOLE = 8
"""So many alerts of a kind are told in full; of more each site has a line with a count and examples."""
SITES = 20
"""Sites that have a line of their own in such a summary."""
EXAMPLES = 3
HEADED = 2
"""Kinds of alerts that the title names, the gravest of what is new first."""

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "raised": "新增 {} 条", "changed": "{} 条有变化", "reminded": "{} 条仍未恢复",
        "resolved": "{} 条已恢复",
        "and": "，", "head_raised": "", "head_changed": "（有变化）", "head_reminded": "（仍未恢复）",
        "head_resolved": "（已恢复）", "more": "……另有 {} 条", "etc": "等", "sep": "、", "colon": "：",
        "do": "  处理：", "foot": "全部未恢复的告警：gongkai watch", "archive": "（归档库）",
    },
    "en": {
        "raised": "{} new", "changed": "{} changed", "reminded": "{} still so", "resolved": "{} resolved",
        "and": ", ", "head_raised": "", "head_changed": " (changed)", "head_reminded": " (still so)",
        "head_resolved": " (resolved)", "more": "... and {} more", "etc": ", ...", "sep": ", ", "colon": ": ",
        "do": "  To do: ", "foot": "All open alerts: gongkai watch", "archive": "(archive)",
    },
}  # fmt: skip

PARTS = ("raised", "changed", "reminded", "resolved")


@dataclass(frozen=True, slots=True)
class Message:
    """A message, ready for a channel. Its title always has the word Gongkai: robots can be told to insist."""

    title: str
    lines: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)
    """The same for machines: what a generic webhook and a file get."""

    @property
    def text(self) -> str:
        """Title and lines."""
        return "\n".join((self.title, *self.lines))


def message(news: News, language: Language, archive: str) -> Message:
    """The news as a message; `archive` is the archive's address."""
    words = _WORDS[language]
    lists: dict[str, Sequence[Known]] = {part: getattr(news, part) for part in PARTS}
    counts = words["and"].join(words[part].format(len(found)) for part, found in lists.items() if found)
    lines: list[str] = []
    for part, found in lists.items():
        for code, group in groupby(sorted(found, key=_rank), key=lambda known: known.alert.code):
            alerts = list(group)
            lines += ["", f"■ {heading(code, language)}{words[f'head_{part}']} ({len(alerts)})"]
            lines += _told(alerts, language)
            if part != "resolved" and code in CODES:
                do = CODES[code].do_zh if language == "zh" else CODES[code].do
                lines.append(words["do"] + do.replace("`", ""))
    if news.open:
        lines += ["", words["foot"]]
    data = {
        "schema": "gongkai.message/1",
        "archive": archive,
        **{part: [known.alert.to_json() for known in found] for part, found in lists.items()},
    }
    named = list(
        dict.fromkeys(
            heading(known.alert.code, language)
            for found in lists.values()
            for known in sorted(found, key=_rank)
        )
    )
    about = words["sep"].join(named[:HEADED]) + (words["etc"] if len(named) > HEADED else "")
    return Message(f"[Gongkai] {counts}{words['colon']}{about}", tuple(clean(line) for line in lines), data)


def heading(code: str, language: Language) -> str:
    """The code in words, for people."""
    found = CODES.get(code)
    return code if found is None else found.zh if language == "zh" else f"{found.en.capitalize()}"


def parts(text: str, limit: int, most: int, more: str = "…") -> list[str]:
    """The text in at most `most` parts of at most `limit` bytes of UTF-8, broken between lines where it can
    be; what goes beyond is left out, and the last part ends with `more`."""
    found: list[str] = []
    room = limit - len(more.encode()) - 1
    part = ""
    for line in _lines(text, room):
        if part and len(f"{part}\n{line}".encode()) > room:
            found.append(part)
            part = line
            if len(found) == most:
                found[-1] += f"\n{more}"
                return found
        else:
            part = f"{part}\n{line}" if part else line
    return [*found, part]


def _lines(text: str, limit: int) -> Iterable[str]:
    for line in text.split("\n"):
        rest = line
        while len(rest.encode()) > limit:
            head = rest.encode()[:limit].decode("utf-8", "ignore")
            yield head
            rest = rest[len(head) :]
        yield rest


def _rank(known: Known) -> tuple[int, int, str, str]:
    alert = known.alert
    order = list(CODES).index(alert.code) if alert.code in CODES else len(CODES)
    return SEVERITIES.index(alert.severity), order, alert.site, alert.subject


def _told(alerts: Sequence[Known], language: Language) -> list[str]:
    """Each alert's sentence; of many, a line for each site."""
    words = _WORDS[language]
    if len(alerts) <= WHOLE:
        return [f"· {known.alert.message(language)}" for known in alerts]
    sites = [(site, list(group)) for site, group in groupby(alerts, key=lambda known: known.alert.site)]
    lines = []
    for site, group in sites[:SITES]:
        named = [known.alert.subject for known in group if known.alert.subject][:EXAMPLES]
        examples = words["sep"].join(named) + (words["etc"] if named and len(group) > len(named) else "")
        name = site or words["archive"]
        count = f" ({len(group)})" if len(group) > 1 else ""
        lines.append(f"· {name}{count}{words['colon'] + examples if examples else ''}")
    if left := sum(len(group) for _, group in sites[SITES:]):
        lines.append(f"· {words['more'].format(left)}")
    return lines
