"""What a body shows, made ready for comparing: its lines, its grids, what it links to, how it is built.

Bytes in, plain values out; it is called in a worker process (`opening.py`). It must not judge differences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

from lxml import etree

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Grid, Paragraph
from pipelines.report.readers import container, open_document, sniff
from pipelines.report.readers.html_decode import decode
from pipelines.report.readers.sniff import HTML

LONGEST_LINK = 60
"""Characters that the words of a link may have: a paragraph inside an anchor is no navigation."""
_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{8,}")
_LONG_TOKEN = 20
_SMALL_PICTURE = 4_000
"""Characters of a picture within the page: smaller ones are icons."""
_DIGITS = re.compile(r"\d+")
_QUERY = re.compile(r"([?&;][\w.-]+=)[^&;\"'\s#]*")
_UNSEEN = frozenset({"id", "name", "for", "nonce", "integrity", "value"})
"""Attributes whose values show nothing; random ones are the commonest difference of two visits."""
_ADDRESSES = frozenset({"href", "src", "action"})
_FILE = re.compile(r"[^/]*(?:[?#].*)?$", re.DOTALL)
"""What follows the last folder of an address. What is linked to is compared by itself."""
_AROUND = re.compile(r"[\s|｜丨>»/·]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text; `link`: it is made of nothing but the words of links."""

    text: str
    link: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a grid as printed."""

    table: int
    row: int
    column: int
    text: str
    link: bool = False
    behind: int = 0
    """How many lines of running text stand before its grid."""


@dataclass(frozen=True, slots=True)
class Content:
    """What one document of a body shows."""

    member: str | None
    media_type: str
    digest: str
    """Of its bytes."""
    lines: tuple[Line, ...] = ()
    slots: tuple[Slot, ...] = ()
    links: tuple[str, ...] = ()
    """What its links and pictures lead to, as written; of HTML only."""
    frame: str = ""
    """A digest of how it is built, without words and without what is random on each visit; of HTML only."""
    recognised: bool = False
    """Its text is what character recognition made of pictures."""
    problem: str = ""
    """Why it shows nothing here."""


def contents(body: bytes) -> tuple[Content, ...]:
    """Every document of a decoded body; an archive has several.

    Raises:
        UnreadableDocument: where nothing of the body can be opened.
    """
    kind = sniff(body)
    if not container.opens(kind):
        return (_content(body, kind, None),)
    found = []
    for member in container.unpack(body, kind):
        if member.problem is not None:
            found.append(Content(member.name, "", _digest(member.body), problem=member.problem))
            continue
        kind = sniff(member.body)
        try:
            found.append(_content(member.body, kind, member.name))
        except UnreadableDocument as error:
            found.append(Content(member.name, kind, _digest(member.body), problem=str(error)))
    return tuple(found)


def _content(body: bytes, kind: str, member: str | None) -> Content:
    document = open_document(body, kind)
    wanting = [f.message for f in document.findings if f.code in ("needs-ocr", "needs-converter")]
    problem = wanting[0] if wanting and kind != HTML else ""
    root = _tree(body) if kind == HTML else None
    words = frozenset() if root is None else _words_of_links(root)
    lines, slots = _shown(document, words)
    content = Content(
        member, kind, _digest(body), lines, slots, recognised=_recognised(document), problem=problem
    )
    return content if root is None else replace(content, links=_links(root), frame=_frame(root))


def _recognised(document: Document) -> bool:
    parts = (part for b in document.blocks for part in (b.cells if isinstance(b, Grid) else (b,)))
    return any(getattr(part, "confidence", None) is not None for part in parts)


def _shown(document: Document, links: frozenset[str]) -> tuple[tuple[Line, ...], tuple[Slot, ...]]:
    lines: list[Line] = []
    slots: list[Slot] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            lines.append(Line(block.text, _is_link(block.text, links)))
        elif isinstance(block, Grid):
            table = number if block.place.table is None else block.place.table
            cells = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
            slots += (
                Slot(table, c.row, c.column, c.text, _is_link(c.text, links), len(lines)) for c in cells
            )
        else:
            lines += (Line(" ".join(text.split())) for _, text in block.lines if text.strip())
    return tuple(lines), tuple(slots)


def _is_link(text: str, links: frozenset[str]) -> bool:
    if not links:
        return False
    if text in links:
        return True
    parts = [part for part in _AROUND.split(text) if part]
    return bool(parts) and all(part in links for part in parts)


def _tree(body: bytes) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(decode(body).replace("\x00", "").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError):
        return None


def _words_of_links(root: etree._Element) -> frozenset[str]:
    found = set()
    for anchor in root.iter("a"):
        if not (anchor.get("href") or "#").startswith("#"):
            words = " ".join("".join(str(text) for text in anchor.itertext()).split())
            if 0 < len(words) <= LONGEST_LINK:
                found.add(words)
    return frozenset(found)


def _links(root: etree._Element) -> tuple[str, ...]:
    """In their order, each once: what is linked to, pictures and frames among it."""
    found = (
        element.get("href") if element.tag == "a" else element.get("src")
        for element in root.iter("a", "img", "iframe", "embed")
    )
    kept = (_link(link.strip()) for link in found if link)
    return tuple(dict.fromkeys(link for link in kept if link))


def _link(link: str) -> str:
    """A link as it is compared; a picture within the page by its digest, unless it is a small one."""
    if link.startswith("data:"):
        return f"data:{_digest(link.encode())}" if len(link) > _SMALL_PICTURE else ""
    return "" if link.startswith(("#", "javascript:")) else link


def _frame(root: etree._Element) -> str:
    """Elements, attributes and scripts; of tokens, numbers and queries only that they are there."""
    parts = []
    for element in root.iter():
        parts.append(str(element.tag))
        hidden = element.tag == "meta" or (element.get("type") or "").lower() == "hidden"
        for name, value in sorted(element.items()):
            unseen = hidden or name in _UNSEEN or name.startswith(("data-", "aria-"))
            value = _FILE.sub("", value) if name in _ADDRESSES else value
            parts.append(f"{name}=" if unseen else f"{name}={_steady(value)}")
        if element.tag in ("script", "style"):
            parts.append(_steady(element.text or ""))
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=4096)
def _steady(text: str) -> str:
    """Text without what is another on each visit."""
    text = _TOKEN.sub(_token, _QUERY.sub(r"\1", text))
    return _DIGITS.sub("0", " ".join(text.split()))


def _token(found: re.Match[str]) -> str:
    word = found[0]
    mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    return "x" if mixed or len(word) >= _LONG_TOKEN else word


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()
