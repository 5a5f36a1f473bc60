"""Scrapy's settings: every departure from Scrapy's default, with that default and the reason.

`-s NAME=VALUE` changes any of them for one crawl. Keys and passwords never go in here: Scrapy prints
its settings into the log. boto3 reads the AWS variables by itself.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

from crawler import config, logs
from crawler.errors import ConfigError
from crawler.exits import Exit
from crawler.terminal import say

try:
    config.load()  # before the environment is looked at: what stands in the file is put there
except ConfigError as error:  # `scrapy` would print a traceback
    say(str(error))
    sys.exit(Exit.USAGE)
logs.set_up()

# ------------------------------------------------------------------ the project

BOT_NAME = "gongkai"  # default "scrapybot"
SPIDER_MODULES = ["crawler.spiders"]  # default []
COMMANDS_MODULE = "crawler.commands"  # default "": `scrapy crawl` says in a sentence what was typed wrong
SPIDER_LOADER_CLASS = "crawler.spider_loader.SiteSpiderLoader"  # default: a spider for each class, not site

GONGKAI_ARCHIVE = os.environ.get("GONGKAI_ARCHIVE") or "./archive"  # ours: a folder, or s3://bucket/prefix
GONGKAI_SITES = os.environ.get("GONGKAI_SITES", "")  # ours: more registry files or folders, as in PATH
GONGKAI_ALLOW_PRIVATE = ""  # ours: hosts that may have a private or local address, separated by commas
GONGKAI_UNLESS_SINCE = ""  # ours: a moment in ISO 8601; a site crawled since then is left alone
GONGKAI_AT_ONCE = 32  # ours: sites that one process crawls beside each other; each is one host, asked slowly
GONGKAI_READERS = 1  # ours: processes that read documents, some 90 MB each; politely crawled, one idles
GONGKAI_COMMIT_EVERY = 100  # ours: captures in one journal segment; reports are published as often
GONGKAI_PATIENCE = 60  # ours: seconds without progress for which a crawl's end waits for the store
GONGKAI_BLOCKED_AFTER = 3  # ours: blocked answers in a row that end the crawl of a host
GONGKAI_UNREACHABLE_AFTER = 3  # ours: failures in a row to reach a host that end its crawl
GONGKAI_CONNECT_TIMEOUT = 30  # ours: seconds for a connection to come about; silent networks cost time
GONGKAI_PROGRESS = False  # ours: a progress line on stderr; `gongkai crawl` switches it on

# ------------------------------------------------------------------ manners

_CONTACT = os.environ.get("GONGKAI_CONTACT", "")
USER_AGENT = (
    f"gongkai/{version('gongkai')} (archive of government disclosure reports"
    f"{'; ' if _CONTACT else ''}{_CONTACT})"
)
# default "Scrapy/VERSION (+https://scrapy.org)": say who asks, and where its operator can be reached
ROBOTSTXT_OBEY = True  # default False
CONCURRENT_REQUESTS = 4  # default 16: a site is one host, rarely two; a short queue stops quickly
CONCURRENT_ITEMS = 8  # default 100: Scrapy starts so many tasks for every page, and a page has one item
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8: county servers are small
DOWNLOAD_DELAY = 1  # default 0
DOWNLOAD_DELAY_JITTER = 0  # default 0.5: takes half of a delay away as often as not; ours is a promise
AUTOTHROTTLE_ENABLED = True  # default False: a slow server is asked more slowly
AUTOTHROTTLE_START_DELAY = 1  # default 5: DOWNLOAD_DELAY is the floor already
DEFAULT_REQUEST_HEADERS = {  # default: English, no encoding
    "Accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    # Bytes are archived as they come. Compressed ones differ with the server's mood, and Apache's ETag
    # of a compressed answer ("...-gzip") never matches again.
    "Accept-Encoding": "identity",
}

# ------------------------------------------------------------------ bytes as they come over the wire

COMPRESSION_ENABLED = False  # default True: hands on a truncated gzip body as a sound one; ours is strict
DOWNLOAD_FAIL_ON_DATALOSS = False  # default True: a body cut short is recorded as such, then asked for again
DOWNLOAD_MAXSIZE = 256 * 1024 * 1024  # default 1 GiB: a body is held in memory, twice for a moment
DOWNLOAD_WARNSIZE = 0  # default 32 MiB: the run record says it
DOWNLOAD_TIMEOUT = 120  # default 180
REDIRECT_MAX_TIMES = 5  # default 20: RFC 9309 asks for five; longer chains are loops
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # default has 429: asking again is no answer to it
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # default ERROR: the run record names each failure with its reason

# ------------------------------------------------------------------ what is plugged in

DOWNLOAD_HANDLERS = {  # default: also data:, file:, ftp: and s3:, where nothing from the web may lead
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
    "http": "crawler.handler.GatedDownloadHandler",  # one request at a time for each host of this process
    "https": "crawler.handler.GatedDownloadHandler",
}
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"
# default CachingThreadedResolver: IPv4 only, and any address will do; ours refuses private ones
REACTOR_THREADPOOL_MAXSIZE = 64  # default 10: names are looked up in these threads, some for half a minute
DOWNLOADER_MIDDLEWARES = {  # by rank: requests pass down the list, answers and errors up
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # default 50: the guard below knows more
    "crawler.middlewares.guard.HostGuard": 50,
    "crawler.middlewares.resting.Resting": 90,  # a page that rests is answered from the archive
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # default 100: too lax
    "crawler.middlewares.robots.Robots": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # default 300: no site here has a login
    "crawler.middlewares.truncation.Truncation": 560,  # asks again as RetryMiddleware (550) does
    "crawler.middlewares.unreachable.Unreachable": 565,  # tells RetryMiddleware what is pointless
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # default 580: knows no scripts
    "crawler.middlewares.onward.Onward": 580,
    "crawler.middlewares.soft404.Soft404": 605,  # before redirects (600) see the answer, as the next four
    "crawler.middlewares.login.Login": 607,
    "crawler.middlewares.blocks.Blocks": 610,
    "crawler.middlewares.busy.Busy": 615,
    "crawler.middlewares.size.SizeLimit": 620,
    "crawler.middlewares.ways.Ways": 630,  # a second attempt comes before a retry
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # default 700: fetches a list of its own
    "crawler.middlewares.cookies.Cookies": 700,
    "crawler.middlewares.conditional.Conditional": 760,
}
SPIDER_MIDDLEWARES = {  # what a spider of known addresses does without
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # default 50: every answer is a capture
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # default 900
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # default 1000
}
ITEM_PIPELINES = {  # default {}
    "pipelines.archive.ArchivePipeline": 100,  # bytes are kept before anything else happens to them
    "pipelines.parse.ParsePipeline": 200,
}
EXTENSIONS = {
    "crawler.extensions.run_record.RunRecord": 500,
    "crawler.extensions.progress.Progress": 510,
}

# ------------------------------------------------------------------ off

TELNETCONSOLE_ENABLED = False  # default True: nobody listens, nobody gets in
REMOTE_CONTROL_ENABLED = False  # default True: the same
HTTPCACHE_ENABLED = False  # the default, said aloud: the archive answers what a cache would
MEMUSAGE_ENABLED = False  # default True: a timer that only logs

# ------------------------------------------------------------------ log

LOG_INSTALL_ROOT_HANDLER = not logs.as_json()  # default True: crawler.logs has one that writes JSON
LOG_LEVEL = "INFO"  # default DEBUG: a line for each page is in the journal
LOG_VERSIONS: list[str] = []  # default: ten lines; the run record has the versions
STATS_DUMP = False  # default True: the run record says it better
