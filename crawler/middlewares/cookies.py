"""Scrapy's cookie jar, without the request of its own that it would make.

Before Scrapy keeps a cookie that names a domain, it asks tldextract whether that is a public suffix, and
tldextract fetches the newest list of them: from a host that nobody told this crawl to ask, past the guard,
the journal and the delay, in the middle of the reactor. The list that comes with the package does.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

# Scrapy has no setting for it: the module's name is the only place.
cookies._split_domain = TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


class Cookies(cookies.CookiesMiddleware):
    """The jar that a browser would keep for this crawl."""
