"""What happens to pages and texts: cells dropped or doubled, spans lost, labels cut, numbers run together.

Each takes a body and gives it back with one damage. A cell emptied in the document is no damage: it is
blank there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]

_CELL = re.compile(rb"<td[^>]*>.*?</td>", re.DOTALL)
_ROW = re.compile(rb"<tr>.*?</tr>", re.DOTALL)
_SPAN = re.compile(rb" (?:rowspan|colspan)='?[0-9]+'?")
_GAP = re.compile(rb"(?<=[0-9])[ \n\t]+(?=[0-9])")
_WORD = re.compile("[\u4e00-\u9fff]{4,}")


def _pick(pattern: re.Pattern[bytes], body: bytes, rng: random.Random) -> tuple[int, int] | None:
    found = [match.span() for match in pattern.finditer(body)]
    return rng.choice(found) if found else None


def drop_cell(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_CELL, body, rng)
    return body if at is None else body[: at[0]] + body[at[1] :]


def put_in_cell(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_CELL, body, rng)
    return body if at is None else body[: at[0]] + b"<td></td>" + body[at[0] :]


def double_cell(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_CELL, body, rng)
    return body if at is None else body[: at[1]] + body[at[0] :]


def drop_row(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_ROW, body, rng)
    return body if at is None else body[: at[0]] + body[at[1] :]


def drop_span(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_SPAN, body, rng)
    return body if at is None else body[: at[0]] + body[at[1] :]


def huge_span(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_CELL, body, rng)
    span = rng.choice([b" rowspan=99999", b" colspan=99999", b" colspan=2", b" rowspan=2"])
    return body if at is None else body[: at[0] + 3] + span + body[at[0] + 3 :]


def cut_label(body: bytes, rng: random.Random) -> bytes:
    text = body.decode()
    found = [match.span() for match in _WORD.finditer(text)]
    start, stop = rng.choice(found)
    at = rng.randrange(start, stop)
    return (text[:at] + text[min(stop, at + rng.randrange(1, 4)) :]).encode()


def drop_line(body: bytes, rng: random.Random) -> bytes:
    lines = body.split(b"\n")
    del lines[rng.randrange(1, len(lines))]
    return b"\n".join(lines)


def page_number(body: bytes, rng: random.Random) -> bytes:
    lines = body.split(b"\n")
    lines.insert(rng.randrange(1, len(lines)), rng.choice([b"5", b"- 5 -", "— 12 —".encode(), b"\x0c"]))
    return b"\n".join(lines)


def join_digits(body: bytes, rng: random.Random) -> bytes:
    at = _pick(_GAP, body, rng)
    return body if at is None else body[: at[0]] + body[at[1] :]


HTML: dict[str, Damage] = {
    "drop-cell": drop_cell,
    "put-in-cell": put_in_cell,
    "double-cell": double_cell,
    "drop-row": drop_row,
    "drop-span": drop_span,
    "huge-span": huge_span,
    "cut-label": cut_label,
}
TEXT: dict[str, Damage] = {
    "drop-line": drop_line,
    "page-number": page_number,
    "join-digits": join_digits,
    "cut-label": cut_label,
}
