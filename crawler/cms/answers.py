"""What a page's scripts ask for and what they are answered: JSON, JSONP, records in XML, HTML inside.

Pure, and shared by the families whose lists scripts fill. Broken answers give nothing, never an exception.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from crawler.cms import rows
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import HtmlResponse, TextResponse

    from crawler.sites import Site

CALLED = re.compile(r"[\w.$]{1,100}\s{0,9}\(")
HREF = re.compile(r"""\bhref\s{0,9}=\s{0,9}(?:"([^"]{1,2000})"|'([^']{1,2000})')""", re.IGNORECASE)
APART = frozenset(" \t\r\n\"'<>()\\")
"""What stands around an address in a script or in markup."""
EARLIEST = 946656000
"""Unix time of the first day of 2000 in China: what is less is no date, but a flag or a number."""
CHINA = timezone(timedelta(hours=8))


def data(page: TextResponse) -> Any:
    """The JSON of an answer, without the call around it (JSONP); None where it is none."""
    text = page.text.strip("\ufeff \t\r\n;")
    called = CALLED.match(text)
    return decoded(text[called.end() : -1] if called and text.endswith(")") else text)


def decoded(text: str) -> Any:
    """JSON as servers write it, raw line breaks in its texts included; None where it is none."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def inside(value: Any, *keys: str) -> Any:
    """What stands below these keys; None where one is missing. JSON that was put in as a text is opened."""
    for key in keys:
        value = decoded(value) if isinstance(value, str) else value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON array; none where it is no array."""
    value = decoded(value) if isinstance(value, str) else value
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: Any) -> str | None:
    """A title out of JSON: tags of a search's highlighting and entities gone, white space compressed."""
    if not isinstance(value, str):
        return None
    return " ".join(html.unescape(re.sub(r"</?\w[^<>]*>", "", value)).split()) or None


def day(value: Any) -> str | None:
    """An ISO date out of JSON: text, or Unix time in seconds or milliseconds."""
    if isinstance(value, str) and not value.isdigit():
        return rows.iso_date(value)
    try:
        seconds = float(value)
        if seconds < EARLIEST:
            return None
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, CHINA).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def number(value: Any) -> int | None:
    """A count, which some servers write as a text."""
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"\d{1,9}", str(value)) else None


def records(text: str) -> list[str]:
    """The HTML of each `<record>` of a Hanweb data store, unwrapped."""
    found = []
    for record in between(text, "<record>", "</record>"):
        inner = next(between(record, "<![cdata[", "]]>"), None)
        inner = (html.unescape(record) if inner is None else inner).strip()
        if inner:
            row = re.match(r"<t[rd]\b", inner, re.IGNORECASE)
            found.append(f"<table>{inner}</table>" if row else f"<li>{inner}</li>")
    return found


def between(text: str, start: str, end: str) -> Iterator[str]:
    """What stands between two marks, small letters or not, in one walk (a hostile page must cost no more)."""
    folded = text.lower()
    folded = folded if len(folded) == len(text) else text
    at = 0
    while (opened := folded.find(start, at)) >= 0:
        opened += len(start)
        if (closed := folded.find(end, opened)) < 0:
            return
        yield text[opened:closed]
        at = closed + len(end)


def address_with(text: str, mark: str) -> str:
    """The first address in a script or in markup that has `mark`, as it is spelt; "" where none has."""
    at = text.find(mark)
    if at < 0:
        return ""
    start, end = at, at + len(mark)
    while start > 0 and at - start < 300 and text[start - 1] not in APART:
        start -= 1
    while end < len(text) and end - at < 3000 and text[end] not in APART:
        end += 1
    return text[start:end].replace("&amp;", "&")


def fragment(page: TextResponse, *parts: str) -> HtmlResponse:
    """A page of pieces of HTML that an answer carries; their links count from the page that shows them."""
    from scrapy.http import HtmlResponse  # listing the registry loads no Scrapy

    body = f"<html><body>{''.join(parts)}</body></html>".encode("utf-8", "replace")
    return HtmlResponse(shown_on(page), body=body, encoding="utf-8", request=page.request)


def shown_on(page: TextResponse) -> str:
    """The address of the page whose script asked for this one, else its own.

    Links that were followed have a Referer, too; only a script's calls say that they are one.
    """
    asked = page.request.headers if page.request is not None else {}
    asker = (asked.get("Referer") or b"").decode("latin-1") if asked.get("X-Requested-With") else ""
    return asker if urlsplit(asker).netloc == urlsplit(page.url).netloc else page.url


def with_year(entry: Entry, year: int | None) -> Entry:
    """An entry whose address says the report year."""
    return replace(entry, year=year)


def posted(page: TextResponse) -> str:
    """The body of the request that this page answers; "" if there was none."""
    return page.request.body.decode("utf-8", "replace") if page.request is not None else ""


def query(url: str) -> dict[str, str]:
    """The parameters of an address, the first of each name."""
    return dict(reversed(parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True)))


def with_query(url: str, values: Mapping[str, str | int]) -> str:
    """The address with these parameters; the others stay as they are spelt (a site may encode them twice)."""
    base, _, old = url.partition("#")[0].partition("?")
    return f"{base}?{with_pairs(old, values)}"


def with_pairs(pairs: str, values: Mapping[str, str | int]) -> str:
    """A query or a form's body with these parameters; the others stay as they are spelt."""
    kept = [pair for pair in pairs.split("&") if pair]
    for name, value in values.items():
        new = f"{name}={quote(str(value), safe='')}"
        places = [i for i, pair in enumerate(kept) if pair.partition("=")[0] == name]
        kept = [pair for i, pair in enumerate(kept) if i not in places[1:]]
        if places:
            kept[places[0]] = new
        else:
            kept.append(new)
    return "&".join(kept)


def call(
    page: TextResponse, url: str, *, form: str | None = None, json_body: Mapping[str, Any] | None = None
) -> ListPage:
    """What the page's script asks for: a GET, or a POST of a form or of JSON, with a script's headers."""
    headers = [("X-Requested-With", "XMLHttpRequest"), ("Referer", shown_on(page))]
    whole = rows.address(page, url)
    if form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"))
        return ListPage(whole, method="POST", body=form, headers=tuple(headers))
    if json_body is not None:
        headers.append(("Content-Type", "application/json;charset=UTF-8"))
        body = json.dumps(json_body, ensure_ascii=False, separators=(",", ":"))
        return ListPage(whole, method="POST", body=body, headers=tuple(headers))
    return ListPage(whole, headers=tuple(headers))


def meta(page: TextResponse, name: str) -> str | None:
    """The content of a meta tag, its name in whatever case."""
    root = rows.root_of(page)
    for tag in () if root is None else root.iter("meta"):
        if (tag.get("name") or "").strip().lower() == name.lower():
            return (tag.get("content") or "").strip() or None
    return None


def home(site: Site, marks: Iterable[str] = ()) -> str:
    """Scheme and host under which a site's addresses are made up, with the path that its seeds have before
    one of `marks` (`/zwgk` before `/public/column/`)."""
    for seed in site.seeds:
        parts = urlsplit(seed)
        for mark in marks:
            if mark in parts.path:
                return f"{parts.scheme}://{parts.netloc}{parts.path.partition(mark)[0]}"
    for seed in site.seeds:
        if urlsplit(seed).netloc == site.hosts[0]:
            return f"{urlsplit(seed).scheme}://{site.hosts[0]}"
    return f"https://{site.hosts[0]}"
