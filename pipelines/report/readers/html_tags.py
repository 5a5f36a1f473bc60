"""HTML's tags by what they do to text.

Owns the lists alone.
"""

from __future__ import annotations

SKIP = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "head",
        "select",
        "option",
        "button",
        "del",
        "s",
        "strike",
        "nav",
        "footer",
        "audio",
        "video",
        "canvas",
        "map",
        "rt",
        "rp",
    ]
)
STRUCK = frozenset(["del", "s", "strike"])
"""Struck out: no longer holds, but a cell with nothing else in it is no blank."""
GLOSSES = frozenset(["rt", "rp"])
"""Small letters above others (`<ruby>`): no part of the text that they explain."""
BREAKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "aside",
        "header",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "blockquote",
        "pre",
        "address",
        "center",
        "hr",
        "body",
        "caption",
        "legend",
        "details",
        "summary",
        "ucapcontent",
    ]
)
DRAWN = frozenset(
    [
        "svg",
        "canvas",
        "object",
        "embed",
        "iframe",
        "select",
        "math",
        "button",
        "script",
        "noscript",
        "template",
    ]
)
"""Passed over like `SKIP`, but in a cell without text they may show a figure."""
