"""Files broken on their way: bytes flipped, cut and spliced, and each format's own structure bent.

A mutation takes a body and gives it back damaged. Those in `FAIR` leave every printed figure's digits alone
and add none, so that a figure that is then read in another cell without a word is the reader's own error;
those in `WILD` may do anything, and the reader must only survive them.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

_NUMERIC = b"0123456789.,+-()/"
_DIGITS = re.compile(rb"[0-9]")
_TAG = re.compile(rb"<[^<>]*>")
_ATTRIBUTE_NUMBER = re.compile(rb"(?<==[\"'])[0-9]{1,5}(?=[\"'])|(?<==)[0-9]{1,5}(?=[ >])")
_CELL = re.compile(rb"<(w:tc|td|table:table-cell|c)[ >].*?</\1>", re.DOTALL)
_ROW = re.compile(rb"<(w:tr|tr|table:table-row|row)[ >].*?</\1>", re.DOTALL)
_PDF_NUMBER = re.compile(rb"(?<=[ \n\[])-?[0-9]+(?:\.[0-9]+)?(?=[ \n\]])")
_PDF_WORD = re.compile(
    rb"(?<=[ \n])(?:re|l|m|S|f|cm|q|Q|BT|ET|Tm|Td|Tf|obj|endobj|stream|endstream|R)(?=[ \n])"
)
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]+>", re.DOTALL)
_EXTREMES = (b"0", b"1", b"2", b"3", b"7", b"-1", b"99999", b"2147483647", b"4294967296", b"1e9")


# ---------------------------------------------------------------------- any bytes


def flip(body: bytes, rng: random.Random) -> bytes:
    """One to forty bytes changed."""
    out = bytearray(body)
    for _ in range(rng.choice((1, 1, 3, 40))):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def truncate(body: bytes, rng: random.Random) -> bytes:
    """The end cut off."""
    return body[: rng.randrange(1, len(body))]


def behead(body: bytes, rng: random.Random) -> bytes:
    """The beginning cut off."""
    return body[rng.randrange(1, min(len(body), 2000)) :]


def remove(body: bytes, rng: random.Random) -> bytes:
    """A piece taken out."""
    start = rng.randrange(len(body))
    return body[:start] + body[start + rng.randrange(1, 400) :]


def repeat(body: bytes, rng: random.Random) -> bytes:
    """A piece put in again elsewhere."""
    start, at = rng.randrange(len(body)), rng.randrange(len(body))
    return body[:at] + body[start : start + rng.randrange(1, 400)] + body[at:]


def numbers(body: bytes, rng: random.Random) -> bytes:
    """Numbers changed wherever they stand: lengths, offsets, sizes, counts."""
    found = [match.span() for match in re.finditer(rb"[0-9]+", body)]
    for start, end in sorted(rng.sample(found, min(len(found), rng.choice((1, 2, 8)))), reverse=True):
        body = body[:start] + rng.choice(_EXTREMES) + body[end:]
    return body


# ---------------------------------------------------------------------- outside the digits


def flip_outside(body: bytes, rng: random.Random) -> bytes:
    """Bytes changed that are no digits and do not become part of a number."""
    out = bytearray(body)
    for _ in range(rng.choice((1, 1, 3, 12))):
        at = rng.randrange(len(out))
        new = rng.randrange(256)
        if out[at] not in _NUMERIC and new not in _NUMERIC:
            out[at] = new
    return bytes(out)


def remove_outside(body: bytes, rng: random.Random) -> bytes:
    """A piece without digits taken out, at least one letter away from the next digit."""
    start = rng.randrange(len(body))
    end = start + rng.randrange(1, 60)
    while end > start and _DIGITS.search(body[max(0, start - 1) : end + 1]):
        end -= 1
    return body[:start] + body[end:]


def truncate_outside(body: bytes, rng: random.Random) -> bytes:
    """The end cut off, not inside a number."""
    at = rng.randrange(1, len(body))
    while at < len(body) and (body[at] in _NUMERIC or body[at - 1] in _NUMERIC):
        at += 1
    return body[:at]


def attribute(body: bytes, rng: random.Random) -> bytes:
    """A number in an attribute changed: spans, widths, indexes."""
    return _replace(_ATTRIBUTE_NUMBER, body, rng, lambda old: rng.choice(_EXTREMES))


def drop_tag(body: bytes, rng: random.Random) -> bytes:
    """A tag taken out."""
    return _replace(_TAG, body, rng, lambda old: b"")


def double_tag(body: bytes, rng: random.Random) -> bytes:
    """A tag put in twice."""
    return _replace(_TAG, body, rng, lambda old: old + old)


def drop_cell(body: bytes, rng: random.Random) -> bytes:
    """A cell of a table taken out, its text with it."""
    return _replace(_CELL, body, rng, lambda old: b"")


def double_cell(body: bytes, rng: random.Random) -> bytes:
    """A cell of a table put in twice."""
    return _replace(_CELL, body, rng, lambda old: old + old)


def drop_row(body: bytes, rng: random.Random) -> bytes:
    """A row of a table taken out."""
    return _replace(_ROW, body, rng, lambda old: b"")


def shift_rows(body: bytes, rng: random.Random) -> bytes:
    """A row of a table printed a second time elsewhere in it."""
    found = [match.span() for match in _ROW.finditer(body)]
    if len(found) < 2:
        return body
    (start, end), (at, _) = rng.sample(found, 2)
    return body[:at] + body[start:end] + body[at:]


def pdf_number(body: bytes, rng: random.Random) -> bytes:
    """Numbers of a PDF outside its strings: places, lengths, references."""
    for _ in range(rng.choice((1, 1, 2, 6))):
        body = _outside_strings(_PDF_NUMBER, body, rng, lambda old: rng.choice((*_EXTREMES, old + b"5")))
    return body


def pdf_word(body: bytes, rng: random.Random) -> bytes:
    """An operator or keyword of a PDF lost or taken for another."""
    return _outside_strings(
        _PDF_WORD, body, rng, lambda old: rng.choice((b"", b"q", b"Q", b"ET", b"S", b"n"))
    )


def inside_zip(change: Mutation, names: str) -> Mutation:
    """The same change to one of a ZIP's members whose name fits, packed again as it was."""

    def mutation(body: bytes, rng: random.Random) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            fitting = [name for name in old.namelist() if re.search(names, name)]
            chosen = rng.choice(fitting)
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, change(data, rng) if name == chosen and data else data)
        return out.getvalue()

    return mutation


def zip_header(body: bytes, rng: random.Random) -> bytes:
    """A field of a ZIP's local or central headers changed."""
    places = [m.start() for m in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", body)]
    out = bytearray(body)
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.choice(places) + rng.randrange(4, 46)
        if at < len(out):
            out[at] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
    return bytes(out)


def _replace(
    pattern: re.Pattern[bytes], body: bytes, rng: random.Random, change: Callable[[bytes], bytes]
) -> bytes:
    found = [match.span() for match in pattern.finditer(body)]
    if not found:
        return body
    start, end = rng.choice(found)
    return body[:start] + change(body[start:end]) + body[end:]


def _outside_strings(
    pattern: re.Pattern[bytes], body: bytes, rng: random.Random, change: Callable[[bytes], bytes]
) -> bytes:
    strings = [match.span() for match in _STRING.finditer(body)]
    for _ in range(20):
        at = rng.randrange(len(body))
        found = pattern.search(body, at)
        if found is not None and not any(a < found.end() and found.start() < b for a, b in strings):
            return body[: found.start()] + change(found[0]) + body[found.end() :]
    return body


BYTES: dict[str, Mutation] = {
    "flip": flip,
    "truncate": truncate,
    "behead": behead,
    "remove": remove,
    "repeat": repeat,
    "numbers": numbers,
}
"""Changes that may make any file say anything."""
_PLAIN: dict[str, Mutation] = {
    "flip-outside": flip_outside,
    "remove-outside": remove_outside,
    "truncate-outside": truncate_outside,
}
_MARKUP: dict[str, Mutation] = {
    "attribute": attribute,
    "drop-tag": drop_tag,
    "double-tag": double_tag,
    "drop-cell": drop_cell,
    "double-cell": double_cell,
    "drop-row": drop_row,
    "shift-rows": shift_rows,
}


def _members(names: str) -> dict[str, Mutation]:
    return {name: inside_zip(change, names) for name, change in (_PLAIN | _MARKUP).items()} | {
        "zip-header": zip_header
    }


FAIR: dict[str, dict[str, Mutation]] = {
    "html": _PLAIN | _MARKUP,
    "text": _PLAIN,
    "docx": _members(r"document\.xml$"),
    "xlsx": _members(r"sheet[0-9]*\.xml$"),
    "zip": {"zip-header": zip_header},
    "ofd": {"zip-header": zip_header},
    "pdf": {"pdf-number": pdf_number, "pdf-word": pdf_word},
}
"""By format, the changes that no figure's digits take part in."""
WILD: dict[str, dict[str, Mutation]] = {
    kind: {name: inside_zip(change, names) for name, change in (_MARKUP | {"flip": flip}).items()}
    for kind, names in (("ofd", r"\.xml$"), ("xlsx", r"\.xml$"), ("docx", r"\.(xml|rels)$"))
}
"""By format, changes inside the package that may make it say anything."""
