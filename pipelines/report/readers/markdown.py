"""Markdown's own marks taken off lines and cells, so that what is left reads as plain text does.

Owns emphasis, headings, quotes, entities, escaped pipes and the HTML that Markdown may hold. It must not
know tables' words, and takes off no mark that may change a figure: what is struck out, raised, or
marked with a star of its own stays visible, and the cell is no number then.
"""

from __future__ import annotations

import html
import re

from pipelines.report.values import RAISED

_SEPARATOR = re.compile(r"\s*>?\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")
_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*")
_QUOTE = re.compile(r" {0,3}(?:> ?)+")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|\*|___|__|`)(?=\S)([^*`]+?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>-])")
_PIPE = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RAISED = re.compile(r"<su([pb])>([^<]*)</su\1>", re.IGNORECASE)
_PLAIN_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|span|p|div|font|center|a|html|body)(?:\s[^<>]{0,500})?/?>", re.IGNORECASE
)


def is_markdown(lines: list[str]) -> bool:
    """Whether a text uses Markdown's headings or tables."""
    return any(_HEADING.fullmatch(line) or ("-" in line and _SEPARATOR.fullmatch(line)) for line in lines)


def unmarked(line: str) -> str:
    """A line without the marks of quotes and headings; a table's row keeps its cells' marks."""
    line = _QUOTE.sub("", line, count=1)
    if (heading := _HEADING.fullmatch(line)) is not None:
        line = heading[1]
    return line if "|" in line else plain(line)


def cells(line: str) -> list[str]:
    """What stands between a row's pipes, escaped ones apart; as many as the pipes and one."""
    return [plain(cell) for cell in _PIPE.split(line)]


def plain(text: str) -> str:
    """Text without emphasis and entities; ``<br>`` is a line break."""
    if "<" in text:
        text = _BREAK.sub("\n", text)
        text = _RAISED.sub(lambda m: m[2].translate(RAISED), text)
        text = _PLAIN_TAG.sub("", text)
    if "*" in text or "_" in text or "`" in text:
        text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text
