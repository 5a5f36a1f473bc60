"""Content that a page carries for its scripts to show: HTML in a string, a template, a field or an attribute.

Owns finding it and undoing its escapes. It runs no script and looks at nothing but the page itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree

_STRINGS = tuple(
    re.compile(rf"(?<!\w){quote}((?:[^{quote}\\]|\\.)*+)(?:{quote}|\\?\Z)", re.DOTALL) for quote in "\"'`"
)
"""A string to its end, or to the page's: no character is looked at twice. Each kind of quotes is sought
alone, and none begins behind a letter: an apostrophe is no quote."""
_GLUED = re.compile(r"([\"'`])\s*\+\s*\1")
"""Two strings that the script puts together."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "\n": ""}
_LEAST = 400
_MARKUP = re.compile(r"</?(?:p|table|td|div|span|br)\b", re.IGNORECASE)
_MOST_HOLDERS = 200
_MOST_LAYERS = 3
_ATTRIBUTES = etree.XPath(f"//@*[string-length(.) >= {_LEAST}]")


def embedded(root: etree._Element) -> str | None:
    """The HTML that the page holds but does not show, or None where it holds none.

    Of several pieces those with tables, in order; else the longest.
    """
    pages = list(dict.fromkeys(page for text in _held(root) for page in _pages(text, _MOST_LAYERS)))
    tables = [page for page in pages if "<table" in page.lower()]
    whole = [page for page in tables if not any(page in other for other in tables if other is not page)]
    return "\n".join(whole) if whole else max(pages, key=len, default=None)


def _held(root: etree._Element) -> Iterator[str]:
    """The texts that may hold a page or strings with one."""
    for element in list(root.iter("script"))[:_MOST_HOLDERS]:
        text = "".join(str(part) for part in element.itertext())
        if "html" in (element.get("type") or "") or "template" in (element.get("type") or ""):
            yield text
            continue
        text = _GLUED.sub("", text)
        for pattern in _STRINGS:
            yield from (decoded(match[1]) for match in pattern.finditer(text) if len(match[1]) >= _LEAST)
    for element in list(root.iter("template", "textarea", "noscript"))[:_MOST_HOLDERS]:
        if len(element):
            element.tag = "div"
            yield etree.tostring(element, method="html", encoding="unicode", with_tail=False)
        else:
            yield element.text or ""
    attributes = _ATTRIBUTES(root)
    yield from (str(value) for value in (attributes if isinstance(attributes, list) else [])[:_MOST_HOLDERS])


def _pages(text: str, layers: int) -> Iterator[str]:
    """The text where it is markup, or what further escapes in it hide."""
    if layers and (start := text.lstrip()[:1]) and start in '{["':
        for match in _STRINGS[0].finditer(text):
            if len(match[1]) >= _LEAST:
                yield from _pages(decoded(match[1]), layers - 1)
        return
    if layers and len(_MARKUP.findall(text)) < 4:
        if "%3C" in text or "%3c" in text:
            yield from _pages(_without_percents(text), layers - 1)
        elif "&lt;" in text:
            yield from _pages(unescape(text), layers - 1)
        return
    if "公开" in text:
        yield text


def _without_percents(text: str) -> str:
    """Text that was escaped byte by byte for an address."""
    raw = _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def decoded(literal: str) -> str:
    """A string of JSON or JavaScript without its escapes."""
    text = _ESCAPE.sub(_escaped, literal)
    # Letters beyond 16 bits stand as two escapes.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    return chr(int(number, 16)) if number else _SHORT.get(found[3], found[3])
