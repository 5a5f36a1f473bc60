"""What a Word file says of its text elsewhere: styles that hide it, and lists that number it.

Owns `styles.xml` and `numbering.xml` (ECMA-376, parts 17.7 and 17.9). It must not read text. A part that
is missing says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSEEN = ("vanish", "strike", "dstrike")
_CHINESE = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
    ]
)
_NUMERALS = "〇一二三四五六七八九十"
_MOST = 9_999


def is_on(properties: etree._Element | None, name: str) -> bool:
    """Whether a toggle property is set and not switched off."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false", "off")


def is_unseen(properties: etree._Element | None) -> bool:
    """Whether run properties hide the text or strike it out."""
    return properties is not None and any(is_on(properties, name) for name in _UNSEEN)


def unseen_styles(styles: etree._Element | None) -> frozenset[str]:
    """The ids of the styles whose text is hidden or struck out, those based on them included."""
    based: dict[str, str] = {}
    unseen: set[str] = set()
    for style in styles.iter(f"{W}style") if styles is not None else ():
        name = style.get(f"{W}styleId", "")
        if is_unseen(style.find(f"{W}rPr")):
            unseen.add(name)
        if (parent := style.find(f"{W}basedOn")) is not None:
            based[name] = parent.get(f"{W}val", "")
    for name in based:
        seen: set[str] = set()
        at = name
        while at in based and at not in unseen and at not in seen:
            seen.add(at)
            at = based[at]
        if at in unseen:
            unseen.add(name)
    return frozenset(unseen)


@dataclass(slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document, counting while its paragraphs are read in order."""

    _lists: dict[str, tuple[str, dict[int, _Level]]] = field(default_factory=dict)
    """numId -> whose counters it goes on with, and its levels."""
    _styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: etree._Element | None, styles: etree._Element | None) -> Numbering:
        """The lists that the two parts define."""
        out = cls()
        if numbering is None:
            return out
        kinds = {
            kind.get(f"{W}abstractNumId", ""): {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in kind.findall(f"{W}lvl")
            }
            for kind in numbering.findall(f"{W}abstractNum")
        }
        for number in numbering.findall(f"{W}num"):
            own = number.get(f"{W}numId", "")
            kind = _value(number, "abstractNumId")
            restarted = number.find(f"{W}lvlOverride/{W}startOverride") is not None
            out._lists[own] = (f"num {own}" if restarted else f"kind {kind}", kinds.get(kind, {}))
        for style in styles.iter(f"{W}style") if styles is not None else ():
            properties = style.find(f"{W}pPr/{W}numPr")
            if properties is not None:
                level = _value(properties, "ilvl")
                name = style.get(f"{W}styleId", "")
                out._styles[name] = (_value(properties, "numId"), int(level) if level.isdigit() else 0)
        return out

    def number_of(self, paragraph: etree._Element) -> str:
        """What the paragraph's list prints before it, ``""`` where it is in none; the list counts on."""
        if not self._lists:
            return ""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return ""
        name, at = self._styles.get(_value(properties, "pStyle"), ("", 0))
        if (own := properties.find(f"{W}numPr")) is not None:
            name = _value(own, "numId") or name
            level = _value(own, "ilvl")
            at = int(level) if level.isdigit() else at
        counters, levels = self._lists.get(name, ("", {}))
        if at not in levels:
            return ""
        key = (counters, at)
        self._counts[key] = min(self._counts.get(key, levels[at].start - 1) + 1, _MOST)
        for deeper in levels:
            if deeper > at:
                self._counts.pop((counters, deeper), None)
        text = levels[at].text
        for k in range(at + 1):
            if k in levels and f"%{k + 1}" in text:
                count = self._counts.get((counters, k), levels[k].start)
                text = text.replace(f"%{k + 1}", _printed(count, levels[k].form))
        return "" if levels[at].form in ("bullet", "none") else text


def _level(level: etree._Element) -> _Level:
    start = _value(level, "start")
    return _Level(_value(level, "numFmt"), _value(level, "lvlText"), int(start) if start.isdigit() else 1)


def _value(element: etree._Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    return "" if found is None else found.get(f"{W}val", "")


def _printed(count: int, form: str) -> str:
    if form in _CHINESE and 0 <= count < 100:
        tens, ones = divmod(count, 10)
        if count <= 10:
            return _NUMERALS[count]
        return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")
    if form == "decimalEnclosedCircle" and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    return str(count)
