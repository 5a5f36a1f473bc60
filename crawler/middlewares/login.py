"""Marks what asks for a login in place of the page that was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.onward import visible
from crawler.pages import text_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response, TextResponse

PLACE = re.compile(r"(?i)/(login|signin|sso|cas|oauth2?|passport)(?=[/.]|$)|/(?:user|member)?log(?:in|on)\.")
HOST = re.compile(r"(?i)^(sso|login|passport|cas|oauth|auth|uias|tyrz)\d*\.")
"""tyrz: 统一认证, the provinces' own."""
TITLE = re.compile(r"(?i)登\s*[录陆]|统一(身份)?认证|单点登录|\blog\s?in\b|sign in")
FEW = 800
"""Characters of visible text: many a portal's pages have a login box beside their text."""


class Login:
    """Flags `login` a redirect to a login, and a page that is little else. Nothing behind one is public."""

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response, flagged."""
        if not {"blocked", "login"}.intersection(response.flags) and is_login(request, response):
            response.flags.append("login")
            request.meta["dont_redirect"] = True
        return response


def is_login(request: Request, response: Response) -> bool:
    """Whether the answer leads to a login, or is one."""
    if 300 <= response.status < 400 and (location := response.headers.get("Location")):
        return leads_to_login(request.url, location.decode("latin-1"))
    if response.status not in (200, 401):
        return False
    page = text_page(response)
    return page is not None and _asks_for_password(page)


def leads_to_login(asked: str, location: str) -> bool:
    """Whether a redirect goes from some page to a place where people log in."""
    try:
        place = urlsplit(urljoin(asked, location))
    except ValueError:
        return False
    return _is_place(place.hostname or "", place.path) and not _is_place("", urlsplit(asked).path)


def _is_place(host: str, path: str) -> bool:
    return HOST.match(host) is not None or PLACE.search(path) is not None


def _asks_for_password(page: TextResponse) -> bool:
    if b"assword" not in page.body and b"ASSWORD" not in page.body:
        return False
    if not page.xpath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']"):
        return False
    title = page.xpath("string(//title)").get() or ""
    return TITLE.search(title) is not None or len(visible(page)) < FEW
