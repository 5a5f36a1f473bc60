"""Characters that PDF fonts name wrongly: radicals and vertical forms back to the letters they show.

Fonts map some glyphs to Kangxi or CJK radicals (⼀ U+2F00 for 一), to compatibility ideographs, or,
in vertical text, to presentation forms (︵ for （). Those are the same glyphs, so going back loses
nothing. Digits, full-width forms and everything else stay exactly as the document says. A glyph
whose character the font does not tell becomes U+FFFD: seen, and never guessed.
"""

from __future__ import annotations

import re
import unicodedata

UNKNOWN = "\ufffd"
NAMELESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")

_RADICALS = (
    "⺁⺇⺌⺎⺏⺐⺑⺒⺓⺔⺖⺘⺙⺛⺝⺞⺟⺠⺡⺢⺣⺤⺦⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺶⺷⺸⺹⺻"
    "⺼⺾⺿⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥"
    "⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"
)
_LETTERS = (
    "厂几小兀尣尢尣巳幺彑忄扌攵旡月歺母民氵氺灬爫丬犭王疋目示礻竹糹纟罓罒网羊羊羋耂肀"
    "月艹艹虎衤覀西见角角讠贝足车辶辶辶阝金長镸长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼"
    "鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
# Unicode gives these no decomposition of their own (CJK Radicals Supplement).

_SAME_GLYPH = [
    *range(0x2F00, 0x2FD6),  # Kangxi radicals
    *range(0xF900, 0xFB00),  # compatibility ideographs
    *range(0xFE10, 0xFE1A),  # vertical forms
    *range(0xFE30, 0xFE50),  # vertical and small bracket forms
]

_TABLE: dict[int, str | None] = {
    code: folded for code in _SAME_GLYPH if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}
_TABLE |= dict(zip(map(ord, _RADICALS), _LETTERS, strict=True))
_TABLE |= {0x2F3E: "户"}  # NFKC says 戶; the glyph in simplified text is 户
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_OF_RADICALS = {code: letter for code, letter in _TABLE.items() if 0x2E80 <= code <= 0x2FDF}
_TABLE |= dict.fromkeys((0x00A0, 0x2007, 0x202F), " ")
_TABLE |= dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), None)


class _Letters(dict[int, str]):
    def __missing__(self, code: int) -> str:
        text = _letter(code)
        self[code] = text = " " if text.isspace() else text
        return text


LETTERS = _Letters()
"""The character of each code point as it is to be read: white space as " ", ``""`` where nothing shows."""


def letter(code: int) -> str:
    """The character of one code point as it is to be read; ``""`` for one that shows nothing."""
    return LETTERS[code]


def _letter(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return UNKNOWN
    text = chr(code).translate(_TABLE)
    if text and unicodedata.category(text) in ("Cc", "Cn"):
        return " " if code == 9 else "" if code in (10, 13) else UNKNOWN
    return text


def without_radicals(text: str) -> str:
    """Text that was copied out of such a PDF, its radicals back to letters; nothing else is touched."""
    return text.translate(_OF_RADICALS) if _RADICAL.search(text) else text


def unknown(text: str) -> bool:
    """Whether the text holds a glyph that the font does not name (U+FFFD or private use)."""
    return NAMELESS.search(text) is not None
