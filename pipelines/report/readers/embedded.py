"""Content that a page carries for its scripts to show: HTML in a JSON string, a template or a text field.

Owns finding it. It runs no script and looks at nothing but the page itself.
"""

from __future__ import annotations

import json
import re

from lxml import etree

_HOLDERS = ("script", "template", "textarea", "noscript")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
"""A string to its end, or to the page's: no character is looked at twice."""
_LEAST = 400
_MARKUP = re.compile(r"</?(?:p|table|td|div|span|br)\b", re.IGNORECASE)
_MOST_HOLDERS = 200


def embedded(root: etree._Element) -> str | None:
    """The longest piece of HTML that the page holds but does not show, or None where it holds none."""
    found: list[str] = []
    for element in list(root.iter(*_HOLDERS))[:_MOST_HOLDERS]:
        text = "".join(str(part) for part in element.itertext())
        if element.tag != "script" or "json" not in (element.get("type") or ""):
            found.append("" if text.lstrip()[:1] in "{[(" else text)
        found += [
            decoded
            for match in _STRING.finditer(text)
            if len(match[1]) >= _LEAST and (decoded := _decoded(match[1])) is not None
        ]
    pages = [text for text in found if len(_MARKUP.findall(text)) >= 4 and "公开" in text]
    return max(pages, key=len, default=None)


def _decoded(literal: str) -> str | None:
    try:
        value = json.loads(f'"{literal}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
