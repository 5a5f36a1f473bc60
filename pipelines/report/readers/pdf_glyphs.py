"""Characters that PDF fonts name wrongly: radicals and vertical forms back to the letters they show.

Fonts map some glyphs to Kangxi or CJK radicals (⼀ U+2F00 for 一), to compatibility ideographs, or,
in vertical text, to presentation forms (︵ for （). Those are the same glyphs, so going back loses
nothing. Digits, full-width forms and everything else stay exactly as the document says. A glyph
whose character the font does not tell becomes U+FFFD: seen, and never guessed.
"""

from __future__ import annotations

import unicodedata

UNKNOWN = "\ufffd"

_RADICALS = {
    "⺁": "厂", "⺇": "几", "⺌": "小", "⺎": "兀", "⺏": "尣", "⺐": "尢", "⺑": "尣", "⺒": "巳", "⺓": "幺",
    "⺔": "彑", "⺖": "忄", "⺘": "扌", "⺙": "攵", "⺛": "旡", "⺝": "月", "⺞": "歺", "⺟": "母", "⺠": "民",
    "⺡": "氵", "⺢": "氺", "⺣": "灬", "⺤": "爫", "⺦": "丬", "⺨": "犭", "⺩": "王", "⺪": "疋", "⺫": "目",
    "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糹", "⺰": "纟", "⺱": "罓", "⺲": "罒", "⺳": "网", "⺶": "羊",
    "⺷": "羊", "⺸": "羋", "⺹": "耂", "⺻": "肀", "⺼": "月", "⺾": "艹", "⺿": "艹", "⻁": "虎", "⻂": "衤",
    "⻃": "覀", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝", "⻊": "足", "⻋": "车",
    "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻐": "金", "⻑": "長", "⻒": "镸", "⻓": "长", "⻔": "门",
    "⻕": "阜", "⻖": "阝", "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食",
    "⻞": "食", "⻟": "飠", "⻠": "饣", "⻡": "首", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟",
    "⻧": "卤", "⻨": "麦", "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐", "⻭": "歯", "⻮": "齿", "⻯": "竜",
    "⻰": "龙", "⻱": "龜", "⻲": "亀", "⻳": "龟",
}  # fmt: skip
# Unicode gives these no decomposition of their own (CJK Radicals Supplement).

_SAME_GLYPH = [
    *range(0x2F00, 0x2FD6),  # Kangxi radicals
    *range(0xF900, 0xFB00),  # compatibility ideographs
    *range(0xFE10, 0xFE1A),  # vertical forms
    *range(0xFE30, 0xFE50),  # vertical and small bracket forms
]

_TABLE = {
    code: folded for code in _SAME_GLYPH if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}
_TABLE |= {ord(radical): letter for radical, letter in _RADICALS.items()}
_TABLE |= {0x2F3E: "户"}  # NFKC says 戶; the glyph in simplified text is 户
_TABLE |= dict.fromkeys((0x00A0, 0x2007, 0x202F), " ")
_TABLE |= dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), None)

_LETTER: dict[int, str] = {}


def letter(code: int) -> str:
    """The character of one code point as it is to be read; ``""`` for one that shows nothing."""
    known = _LETTER.get(code)
    if known is None:
        known = _LETTER[code] = _letter(code)
    return known


def _letter(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return UNKNOWN
    text = chr(code).translate(_TABLE)
    if text and unicodedata.category(text) in ("Cc", "Cn"):
        return " " if code == 9 else "" if code in (10, 13) else UNKNOWN
    return text


def unknown(text: str) -> bool:
    """Whether the text holds a glyph that the font does not name (U+FFFD or private use)."""
    return any(c == UNKNOWN or unicodedata.category(c) == "Co" for c in text)
