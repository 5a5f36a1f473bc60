"""Which addresses are one: spelled otherwise, or with what only tells one visit from another.

Pure. It must not judge what stands at an address.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
SESSION = frozenset({"jsessionid", "phpsessid", "aspsessionid", "_t", "random", "rand", "rnd", "nocache"})
"""Query parameters that change from one visit to the next and mean nothing."""
TIMED = frozenset({"t", "r", "v", "_", "ts", "time", "timestamp", "sid"})
"""The same, if the value looks it: a time in seconds or more, a fraction, a long identifier."""
PASSING = re.compile(r"\d{10,}|0?\.\d+|(?=.*\d)[0-9A-Za-z]{16,}")


def canonical(url: str) -> str:
    """The address without what only tells visits apart: for comparing, never for asking.

    http and https are one, and so are a folder and its index page.
    """
    parts = urlsplit(url)
    path = re.sub(r"/index\.s?html?$", "/", SESSION_PATH.sub("", parts.path))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _passing(name.lower(), value)]
    query = parts.query if kept == pairs else urlencode(kept)
    return urlunsplit(("", parts.netloc.lower(), path, query, parts.fragment))


def _passing(name: str, value: str) -> bool:
    return name in SESSION or (name in TIMED and PASSING.fullmatch(value) is not None)
