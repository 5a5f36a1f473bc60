"""A page's bytes to its text: which encoding it is in, whatever it declares.

Owns that choice for HTML and plain text. It must not parse markup beyond the declaration.
"""

from __future__ import annotations

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

_GB = frozenset(["gb2312", "gbk", "cp936", "gb18030"])
_ANY_BYTES = frozenset(["cp1252", "iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"])
"""Encodings that any bytes can be decoded as, so that a declaration of one proves nothing."""
_EXPECTED = re.compile("公开|公開|信息|政府")
"""Words that every report holds, by which a right decoding is known."""
_HEAD = 4096


def decode(body: bytes) -> str:
    """The page's text: byte order mark, UTF-16 without one, strict UTF-8, then what gives Chinese words.

    UTF-8 goes before the declaration because many pages declare an encoding that they do not use,
    and other text is all but never valid UTF-8 by chance. Of the others the declared one goes first,
    then GB18030 (of which GB2312 and GBK are parts), then Big5.
    """
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return body[len(bom) :].decode(encoding, "replace")
    if (wide := utf16_without_mark(body)) is not None:
        return body.decode(wide, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body) - 4 and error.start > 64:  # cut off inside a character
            return body.decode("utf-8", "replace")
    texts = [text for name in _candidates(body) if (text := _strictly(body, name)) is not None]
    if texts:
        return next((text for text in texts if _EXPECTED.search(text)), texts[0])
    as_utf8, as_gb = body.decode("utf-8", "replace"), body.decode("gb18030", "replace")
    return as_utf8 if as_utf8.count("\ufffd") <= as_gb.count("\ufffd") else as_gb


def utf16_without_mark(body: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where the bytes are markup or text in it without a byte order mark.

    Tags, digits and line breaks are two bytes there, of which one is always 0.
    """
    head = body[:_HEAD]
    if head.count(0) * 20 < len(head):
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = head[: len(head) // 2 * 2 - 2].decode(name)
    except UnicodeDecodeError:
        return None
    return None if any(c < " " and c not in "\t\r\n\f" for c in text) else name


def _candidates(body: bytes) -> list[str]:
    declared = html_body_declared_encoding(body)
    name = (resolve_encoding(declared) or declared).lower() if declared else ""
    out = [name, "gb18030", "big5"]
    if name in _ANY_BYTES:
        out = ["gb18030", "big5", name]
    names = ("gb18030" if name in _GB else name for name in out)
    return [name for name in dict.fromkeys(names) if name and name.replace("-", "") != "utf8"]


def _strictly(body: bytes, name: str) -> str | None:
    try:
        codecs.lookup(name)
        return body.decode(name)
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
