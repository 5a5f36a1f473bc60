"""A cell's text to its value: a number exactly as printed, or a reason why there is none.

Owns what counts as a number. It must not know where the cell stands, and it never repairs: what
cannot be read with certainty is None and says so. Blank, not applicable and zero stay apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pipelines.report.model import FindingCode, Number, Severity

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""For readers: digits set high or low, which are notes and no part of a figure."""
Kind = Literal["number", "blank", "annotated", "unit", "none-mark", "unreadable", "solved"]

_WHITE = "\\s\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202d\u2060-\u2064\ufeff"
"""White space and what shows nothing. U+202E does: what follows it is shown from right to left."""
_BLANKS = re.compile(f"[{_WHITE}]+")
# Full-width digits and signs only: NFKC would turn 5② into 52 and 3² into 32.
_FULL_WIDTH = str.maketrans(
    {chr(0xFF10 + d): str(d) for d in range(10)}
    | {
        "，": ",",
        "．": ".",
        "－": "-",
        "−": "-",
        "–": "-",
        "‐": "-",
        "‑": "-",
        "＋": "+",
        "﹣": "-",
        "（": "(",
        "）": ")",
        "　": " ",
    }
)
_NONE_MARKS = frozenset(
    {
        "/",
        "／",
        "\\",
        "＼",
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "――",
        "―",
        "─",
        "－",
        "无",
        "無",
        "〇〇",
        "不涉及",
        "不适用",
        "没有",
        "暂无",
        "N/A",
    }
)
_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_PLAIN = re.compile(_NUMBER)
_UNIT = re.compile(rf"({_NUMBER})(万元|亿元|元整|元|万|件|个|项|条|宗|份|次|人次|户|篇|起|家|部)")
_ANNOTATED = re.compile(
    rf"({_NUMBER})((?:万元|元|件|个|项|条)?(?:\(.*\)?|[,;、，；]?(?:其中|含|包括|注).*))", re.DOTALL
)
_NOTED = re.compile(rf"({_NUMBER})(?:[①-⑳⑴-⒇*＊※†‡]|[⁰¹²³⁴-⁹]+|[\[〔［【]注?[0-9①-⑳]{{1,2}}[\]〕］】])")
"""A number with the mark of a footnote behind it, raised, ringed or in square brackets."""
_ENDED = re.compile(rf"({_NUMBER})[。；;、]")
_CHANGED = re.compile(rf"(负|减少?|下降|↓|增加?|新增|上升|↑)({_NUMBER})(?:件|个|项|条|宗)?")
"""本年增/减 in words."""
_NOUGHTS = frozenset("〇零○◯OoＯｏ")
_SCALED = re.compile(r"[0-9](万|亿)")
_BROKEN = re.compile(rf"[+-]?[0-9]+(?:[,.][0-9]+)*[{_WHITE}]+[0-9.,]+")
_MAX_DIGITS = 15  # more than a JSON number keeps exactly


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says: the number, the kind of its evidence, and the finding it calls for, if any."""

    number: Number | None
    kind: Kind
    code: FindingCode | None = None
    severity: Severity = "info"
    message: str = ""


BLANK = Value(None, "blank")


def unreadable(message: str) -> Value:
    """No value, because `message`."""
    return Value(None, "unreadable", "cell-unreadable", "warning", message)


@lru_cache(maxsize=8192)
def parse_value(text: str) -> Value:
    """The value that a cell prints. Never raises."""
    stripped = _BLANKS.sub(" ", text).strip()
    if not stripped:
        return BLANK
    if _BLANKS.sub("", stripped) in _NONE_MARKS:
        return Value(None, "none-mark")
    if stripped in _NOUGHTS:
        return Value(
            0, "annotated", "cell-annotated", "warning", f"the cell prints “{stripped}” for a nought"
        )
    plain = stripped.translate(_FULL_WIDTH)
    solid = plain.replace(" ", "")
    shown = stripped if len(stripped) <= 60 else stripped[:57] + "..."
    if _PLAIN.fullmatch(plain) or _PLAIN.fullmatch(re.sub(r"^([+-]) +", r"\1", plain)):
        return _number(solid, shown) or unreadable(f"“{shown}” is no number that the form can hold")
    if (m := _UNIT.fullmatch(solid)) and " " not in plain[: len(m[1])]:
        if (value := _number(m[1], shown)) is not None:
            return Value(
                value.number, "unit", "unit-stated", "info", f"the cell prints its own unit: “{shown}”"
            )
    elif (m := _CHANGED.fullmatch(solid)) and not m[2].startswith(("+", "-")) and " " not in plain.strip():
        if (value := _number(m[2], shown)) is not None and value.number is not None:
            fewer = m[1][0] in "负减下↓"
            number = -value.number if fewer else value.number
            return Value(
                number, "annotated", "cell-annotated", "warning", f"the cell prints words: “{shown}”"
            )
    elif (
        m := _ENDED.fullmatch(solid) or _ANNOTATED.fullmatch(solid) or _NOTED.fullmatch(solid)
    ) and " " not in plain[: len(m[1])]:
        if (value := _number(m[1], shown)) is not None:
            return Value(
                value.number, "annotated", "cell-annotated", "warning", f"the cell prints a note: “{shown}”"
            )
    elif (
        "\n" not in text.strip()
        and _BROKEN.fullmatch(plain)
        and len(solid.lstrip("+-")) >= 4
        and _PLAIN.fullmatch(solid)
    ):
        # One number broken once, in a cell of its own: a narrow column, or a gap between thousands. Figures
        # one above the other may as well be two.
        value = _number(solid, shown)
        if value is not None:
            message = f"the cell prints its number in two pieces: “{shown}”"
            return Value(value.number, "annotated", "cell-annotated", "warning", message)
    return unreadable(f"“{shown}” is not one number")


def scale(raw: str) -> str:
    """What the cell's unit counts in: “万”, “亿”, or "" for ones ("3件", "251000元")."""
    found = _SCALED.search(_BLANKS.sub("", raw))
    return "" if found is None else found[1]


def _number(solid: str, shown: str) -> Value | None:
    digits = solid.lstrip("+-").replace(",", "")
    whole = digits.partition(".")[0]
    if len(digits.replace(".", "")) > _MAX_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        return None
    text = solid.replace(",", "")
    if "." not in text:
        return Value(int(text), "number")
    number = Decimal(text)
    if Decimal(repr(float(number))) != number:
        return None
    return Value(number, "number")
