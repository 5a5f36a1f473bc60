"""The rules of a page's own `<style>` sheets that change what a reader sees, and the elements they touch.

Owns cutting the sheets into rules (CSS 2.1, section 4) and finding their elements. It must not decide what
a rule's declarations do (`html_unseen`). Rules under conditions (`@media`) are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};]{0,200}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]{0,200};")
"""`@media print {…}` and the like, which hold under conditions only."""
_PSEUDO = re.compile(r"::?(?:before|after)\s*$", re.IGNORECASE)
_NAMES = re.compile(r"[.#]([A-Za-z_][A-Za-z0-9_-]*)")
_CHILD = re.compile(r"\s*>\s*")
_LONGEST_SELECTOR = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its declarations."""

    selector: str
    declarations: str
    pseudo: bool
    """Whether it is about what stands before or after the element (`::before`)."""

    @property
    def names(self) -> frozenset[str]:
        """The classes and ids of the element that the selector is about."""
        last = re.split(r"[\s>+~]+", self.selector)[-1]
        return frozenset(_NAMES.findall(last))

    def elements(self, root: etree._Element) -> list[etree._Element]:
        """The elements that the rule touches; none where the selector is about a state, such as `:hover`.

        A selector's parts are sought one by one and joined by looking upward: as one XPath, a few words
        between nested elements cost the square of their number.
        """
        anchors: list[etree._Element] = []
        parts = _CHILD.sub(">", self.selector).split()
        touched = _find(root, parts[-1])
        for at in range(len(parts) - 2, -1, -1):
            if not touched:
                break
            above = frozenset(_find(root, parts[at]))
            inner = parts[at + 1]
            anchors = touched if at == len(parts) - 2 else anchors
            kept, next_anchors = [], []
            for element, anchor in zip(touched, anchors, strict=True):
                top = next(islice(anchor.iterancestors(), inner.count(">"), None), None)
                while top is not None and top not in above:
                    top = top.getparent()
                if top is not None:
                    kept.append(element)
                    next_anchors.append(top)
            touched, anchors = kept, next_anchors
        return touched


def _find(root: etree._Element, part: str) -> list[etree._Element]:
    path = _xpath(part)
    found = root.xpath(path) if path is not None else None
    return [e for e in found if isinstance(e, etree._Element)] if isinstance(found, list) else []


def sheets(root: etree._Element) -> Iterator[str]:
    """The text of the page's own style sheets."""
    for style in root.iter("style"):
        yield "".join(str(part) for part in style.itertext())


def rules(sheet: str) -> Iterator[Rule]:
    """A sheet's rules, one for each selector of a list."""
    for part in _AT_RULE.sub("", _COMMENT.sub("", sheet)).split("}"):
        selectors, _, declarations = part.partition("{")
        for selector in selectors.split(","):
            bare = _PSEUDO.sub("", selector.strip())
            if 0 < len(bare) <= _LONGEST_SELECTOR:
                yield Rule(bare, declarations, bare != selector.strip())


@lru_cache(maxsize=4096)
def _xpath(selector: str) -> str | None:
    if "+" in selector or "~" in selector:
        return None  # siblings: not met in tables of figures
    try:
        found = parse(selector)
        if len(found) != 1 or found[0].pseudo_element is not None:
            return None  # what such a rule touches is no element
        return HTMLTranslator().selector_to_xpath(found[0], prefix="//")
    except (SelectorError, RecursionError):
        return None
