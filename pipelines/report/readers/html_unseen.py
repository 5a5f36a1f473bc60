"""What of a page a browser does not show: hidden, struck out, and the parts that are no text.

Owns reading `style`, `hidden` and the page's own plain `<style>` rules as far as they hide. It must
not decide what becomes of the rest, and it runs no script: what one would show may be hidden here.
"""

from __future__ import annotations

import re

from lxml import etree

_HIDES = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?![.0-9]*[1-9])", re.IGNORECASE)
_BLANKS = re.compile(r"visibility\s*:\s*hidden|text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
"""The element keeps its place and shows nothing, or shows what no longer holds."""
_HINTS = ("visibility", "line-through", "font-size:0", "font-size: 0")
_NO_DISPLAY = re.compile(r"display\s*:\s*none")
"""Pages without any of these words, most pages, are told at once."""
_STYLED = etree.XPath(
    '//*[@hidden or contains(@style, "none") or contains(@style, "hidden")'
    ' or contains(@style, "line-through") or contains(@style, "font-size:0")'
    ' or contains(@style, "font-size: 0")]'
)
_COLOURED = etree.XPath('//*[contains(@style, "color") or @color]')
_WHITE = re.compile(r"(?:^|;)\s*color\s*:\s*(?:#fff(?:fff)?|white)\s*(?:;|!|$)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};]{0,200}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]{0,200};")
"""`@media print {…}` and the like, which hold under conditions only."""
_SIMPLE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)?([.#])([A-Za-z_][A-Za-z0-9_-]*)")
_MOST_RULES = 100


def unseen(root: etree._Element, text: str) -> tuple[list[etree._Element], list[etree._Element]]:
    """The elements that a browser leaves out of the page's layout, and those that keep their place empty.

    `text` is the page's source. Rules of the page's own style sheets count where they name one class or
    one id, and never for an element with a table in it: scripts show such parts.
    """
    gone: list[etree._Element] = []
    empty: list[etree._Element] = []
    if _hinted(text) or " hidden" in text:
        for element in _elements(_STYLED(root)):
            style = element.get("style") or ""
            if element.get("hidden") is not None or _HIDES.search(style):
                gone.append(element)
            elif _BLANKS.search(style):
                empty.append(element)
    for selector, hides in _rules(root):
        for element in _elements(root.xpath(selector)):
            if element.find(".//table") is None and element.tag != "table":
                (gone if hides else empty).append(element)
    return gone, empty


def white_beside_other_text(root: etree._Element, text: str) -> list[etree._Element]:
    """The elements that set white letters in a cell where other letters stand: nobody sees them there.

    A cell that is white throughout stands on a coloured ground.
    """
    if "color" not in text or not any(hint in text for hint in ("#fff", "#FFF", "white")):
        return []
    out = []
    wholes: dict[etree._Element, str] = {}
    for element in _elements(_COLOURED(root)):
        cell = next(element.iterancestors("td", "th"), None)
        style = f"{element.get('style') or ''};color:{element.get('color') or 'inherit'}"
        if cell is None or _WHITE.search(style) is None:
            continue
        if cell not in wholes:
            wholes[cell] = _solid(cell)
        if (own := _solid(element)) and own != wholes[cell]:
            out.append(element)
    return out


def _solid(element: etree._Element) -> str:
    return "".join("".join(str(part) for part in element.itertext()).split())


def _hinted(text: str) -> bool:
    return any(hint in text for hint in _HINTS) or _NO_DISPLAY.search(text) is not None


def _elements(found: object) -> list[etree._Element]:
    return [e for e in found if isinstance(e, etree._Element)] if isinstance(found, list) else []


def _rules(root: etree._Element) -> list[tuple[str, bool]]:
    """XPaths of the simple selectors that hide, and whether they leave no place behind."""
    out: list[tuple[str, bool]] = []
    for style in root.iter("style"):
        sheet = "".join(str(part) for part in style.itertext())
        if not _hinted(sheet.lower()):
            continue
        sheet = _AT_RULE.sub("", _COMMENT.sub("", sheet))
        for rule in sheet.split("}"):
            selectors, _, declarations = rule.partition("{")
            hides = _HIDES.search(declarations) is not None
            if not hides and not _BLANKS.search(declarations):
                continue
            for selector in selectors.split(","):
                if (found := _SIMPLE.fullmatch(selector.strip())) is not None and len(out) < _MOST_RULES:
                    out.append((_xpath(*found.groups()), hides))
    return out


def _xpath(tag: str | None, mark: str, name: str) -> str:
    test = f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'
    if mark == "#":
        test = f'@id="{name}"'
    return f"//{(tag or '*').lower()}[{test}]"
