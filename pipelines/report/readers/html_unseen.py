"""What of a page a browser does not show: hidden, struck out, and the parts that are no text.

Owns reading `style`, `hidden` and the page's own `<style>` rules as far as they hide or move. It must
not decide what becomes of the rest, and it runs no script: what one would show may be hidden here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from pipelines.report.readers.html_rules import Rule, rules, sheets

_HIDES = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?![.0-9]*[1-9])", re.IGNORECASE)
_BLANKS = re.compile(r"visibility\s*:\s*hidden|text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
"""The element keeps its place and shows nothing, or shows what no longer holds."""
_FAINT = re.compile(
    r"(?<![\w-])opacity\s*:\s*(?:0(?:\.0*)?|\.0+)\s*%?\s*(?:;|!|$)|text-indent\s*:\s*-[0-9]{4}", re.IGNORECASE
)
"""Shows nothing where it stands; outside tables a script lets such parts appear."""
_PLACED = re.compile(r"position\s*:\s*(?:absolute|fixed|relative)", re.IGNORECASE)
_FAR = re.compile(r"(?<![\w-])(?:left|top|right|bottom)\s*:\s*-[0-9]{4}", re.IGNORECASE)
_MOVES = re.compile(r"(?<![\w-])float\s*:\s*(?:left|right)|position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)
_TURNS = re.compile(r"(?:row|column)-reverse", re.IGNORECASE)
_CONTENT = re.compile(r"(?<![\w-])content\s*:(?!\s*(?:none|normal|(['\"])\s*\1))", re.IGNORECASE)
_LAYS = re.compile("opacity|text-indent|position|float|-reverse|content", re.IGNORECASE)
_HINTS = ("visibility", "line-through", "font-size:0", "font-size: 0")
_NO_DISPLAY = re.compile(r"display\s*:\s*none")
"""Pages without any of these words, most pages, are told at once."""
_STYLED = etree.XPath(
    '//*[@hidden or contains(@style, "none") or contains(@style, "hidden")'
    ' or contains(@style, "line-through") or contains(@style, "font-size:0")'
    ' or contains(@style, "font-size: 0")]'
)
_LAID_HINTS = ("opacity", "absolute", "float", "-reverse")
_LAID = etree.XPath(
    "//*[self::td or self::th]/descendant-or-self::*["
    + " or ".join(f'contains(@style, "{hint}")' for hint in _LAID_HINTS)
    + "]"
)
_CLASSES = etree.XPath("//*[self::td or self::th]/descendant-or-self::*/@class")
_FIGURE = re.compile(r"[^\u4e00-\u9fff]*[0-9][^\u4e00-\u9fff]*[\u4e00-\u9fff]{0,2}")
_MOST_OF_A_FIGURE = 60
"""A cell of more characters holds no figure."""
_COLOURED = etree.XPath('//*[contains(@style, "color") or @color]')
_WHITE = re.compile(r"(?:^|;)\s*color\s*:\s*(?:#fff(?:fff)?|white)\s*(?:;|!|$)", re.IGNORECASE)
_SIMPLE = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9]*)?[.#][A-Za-z_][A-Za-z0-9_-]*")
_MOST_RULES = 100


def unseen(root: etree._Element, text: str) -> tuple[list[etree._Element], list[etree._Element]]:
    """The elements that a browser leaves out of the page's layout, and those that keep their place empty.

    `text` is the page's source. Rules of the page's own style sheets count in tables' rows, and elsewhere
    where they name one class or one id, but never for an element with a table in it: scripts show such parts.
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
    cells = _Cells()
    hiding = (rule for rule in _rules(root, _HIDES, _BLANKS) if not rule.pseudo)
    for rule in islice(hiding, _MOST_RULES):
        simple = _SIMPLE.fullmatch(rule.selector) is not None
        for element in rule.elements(root):
            if element.tag != "table" and (
                cells.text(element) is not None or (simple and element.find(".//table") is None)
            ):
                (gone if _HIDES.search(rule.declarations) else empty).append(element)
    return gone, empty


def laid_out(root: etree._Element, text: str) -> tuple[list[etree._Element], list[etree._Element]]:
    """The parts of cells that are laid out and show nothing, and those that make a figure doubtful.

    A figure is in doubt where a part of it floats, stands apart or is turned round, and where a rule
    sets something before or after it.
    """
    cells = _Cells()
    if any(hint in text for hint in _LAID_HINTS):
        for element in _elements(_LAID(root)):
            cells.judge(element, element.get("style") or "")
    found = _CLASSES(root) if any(map(_LAYS.search, sheets(root))) else []
    classes = frozenset(" ".join(map(str, found)).split() if isinstance(found, list) else ())
    for rule in islice((r for r in _rules(root, _LAYS) if r.names & classes), _MOST_RULES):
        for element in rule.elements(root):
            if not rule.pseudo:
                cells.judge(element, rule.declarations)
            elif _CONTENT.search(rule.declarations) and not _unshown(rule.declarations):
                cells.doubt(element, part=False)
    return cells.faint, cells.doubtful


def _unshown(style: str) -> bool:
    return any(pattern.search(style) for pattern in (_HIDES, _BLANKS, _FAINT))


@dataclass(slots=True)
class _Cells:
    """The cells of tables of figures, each looked at once, and what was found in them."""

    faint: list[etree._Element] = field(default_factory=list)
    doubtful: list[etree._Element] = field(default_factory=list)
    _texts: dict[etree._Element, str | None] = field(default_factory=dict)

    def judge(self, element: etree._Element, style: str) -> None:
        """Enter the element where its declarations make it show nothing, or show it elsewhere."""
        if _FAINT.search(style) or (_PLACED.search(style) and _FAR.search(style)):
            if self.text(element) is not None:
                self.faint.append(element)
        elif _MOVES.search(style):
            self.doubt(element, part=True)
        elif _TURNS.search(style):
            self.doubt(element, part=False)

    def doubt(self, element: etree._Element, *, part: bool) -> None:
        """Enter the element where it stands in a figure's cell; where `part`, only if it is not all of it."""
        whole = self.text(element)
        if whole is None or len(whole) > _MOST_OF_A_FIGURE or _FIGURE.fullmatch(whole) is None:
            return
        if not part or _solid(element) not in ("", whole):
            self.doubtful.append(element)

    def text(self, element: etree._Element) -> str | None:
        """What stands in the element's row or cell; None outside, and where a further table is in it."""
        cell: etree._Element | None = element
        if element.tag not in ("td", "th", "tr"):
            cell = next(element.iterancestors("td", "th"), None)
        if cell is None:
            return None
        if cell not in self._texts:
            self._texts[cell] = _solid(cell) if cell.find(".//table") is None else None
        return self._texts[cell]


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


def _rules(root: etree._Element, *wanted: re.Pattern[str]) -> Iterator[Rule]:
    """The rules of the page's own sheets in whose declarations one of the patterns is found."""
    for sheet in sheets(root):
        if any(pattern.search(sheet) for pattern in wanted):
            for rule in rules(sheet):
                if any(pattern.search(rule.declarations) for pattern in wanted):
                    yield rule
