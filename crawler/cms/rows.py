"""Rows of a list in HTML, as nearly all families print them: a link, and beside it a date or a body's name.

Pure: page in, entries and columns out. Knows no CMS: what an article's address looks like it is told.
A page may have many hundred links, so it is walked with lxml, each node a few times at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import unescape
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from lxml import etree

from crawler.addresses import linked
from crawler.attachments import NAMED
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

Node = etree._Element

LONGEST_ADDRESS = 2000
MOST_LINKS = 10_000
"""Of one page that are looked at; the longest lists of a county in one page have some thousand."""
HREF = re.compile(rf"""\bhref\s*=\s*["']([^"'<>]{{1,{LONGEST_ADDRESS}}})["']""", re.IGNORECASE)
ABSOLUTE = re.compile(r"(?:https?:)?//([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
LINKS = etree.XPath("descendant-or-self::*[self::a or self::area or @onclick or @data-href]")
SCRIPTED = re.compile(r"#|javascript:|about:|void\b|$", re.IGNORECASE)
"""Links that a browser hands to a script."""
OPENS = re.compile(
    r"(?:\w*(?:open|goto|jump|link|url|view|detail)\w*\s*\(|location(?:\.href)?\s*=|location\.(?:assign|replace)\()"
    r"\s*['\"]([^'\"]*[./][^'\"]*)['\"]",
    re.IGNORECASE,
)
SCRIPT = 500
"""Characters of a link's own script that are looked at."""
PLACEHOLDER = re.compile(r"[{}<>|\"`]|'\s*\+|\$\(")
"""What stands in an address that a script has yet to fill in: `{{url}}`, `<?=el.link?>`, `'+url+'`."""
SESSION = re.compile(
    r";jsessionid=[^?#]*|(?<=[?&])ddtab=[^&#]*&?|/\((?:[A-Z]\([0-9a-z]{20,}\))+\)(?=/)", re.IGNORECASE
)
"""Parts that make one page have many addresses (cms-families 0.8); the last is ASP.NET's without cookies."""

DATE = re.compile(r"(?<!\d)(20\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d)\s*日?")
TIME = re.compile(r"\b\d{1,2}:\d\d(:\d\d)?")
BRACKETED = re.compile(r"[\[【(（]\s*([^\[【(（]*(?:[(（].*[)）])?)\s*[\]】)）]")
BODY_NAME = re.compile(r"[\u4e00-\u9fff（）()]{3,40}")
ISSUER = re.compile(r"(?:发布|发文)(?:机构|机关|单位)|公开(?:主体|单位)|责任部门|来源")
"""Labels of the body in a row (cms-families 0.2)."""
NO_NAME = re.compile(
    r"查看|点击|下载|更多|阅读|浏览|发布|公开(?!局)|成文|生成|索引|文号|序号|有效|主动|年度|置顶|最新|图片|详细|附件|时间|日期"
    r"|(政府)?信息(公开|名称|标题)|无文号"
)
BODY_END = re.compile(r"(政府|委|办|局|厅|院|中心|街道|办事处|镇|乡|会|署|处|所|站|队|公司)([（(].+[)）])?$")
DATED_END = re.compile(
    rf"^[\s\[(（]{{0,3}}{DATE.pattern}[\s\])）]{{0,3}}|[\s|·\[(（]{{0,3}}{DATE.pattern}[\s\])）]{{0,3}}$"
)
"""The date before or after a title that stands in the same link."""
CUT_OFF = re.compile(r"(…|\.\.|···)$")
FILLER = re.compile(
    r"^\W*(查看|点击|下载|更多|阅读|浏览|详情|详细|全文|原文|在线|进入)*(查看|阅读|浏览|更多|详情|详细|全文|内容|原文)?\W*$"
)
"""Words of a link that say nothing of where it leads: 查看详情."""
LONGEST_FILLER = 20
SERIAL = re.compile(r"\d{1,3}[.、]?")
"""A row's number."""
NAMED_IN_TITLE = re.compile(r"标题\s*[:：]\s*(\S[^\r\n]*)")
"""Some lists put the whole index block into the `title` attribute, a line for each label."""
OPTIONS = 500
"""Choices of drop-downs that are looked at; a county has some hundred bodies."""
WHOLE_ROWS = frozenset({"li", "tr", "dl", "article"})
NO_ROWS = frozenset({"ul", "ol", "table", "tbody", "form", "section", "main", "body", "html"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LONGEST_ROW = 300
"""Characters beside a link above which it stands in a text and not in a row."""
STEPS = 800
"""Of a walk through a link or a row: some print each character in an element of its own."""
CLIMBS = 4
"""How far above its link a row without li, tr or dl may begin."""
FRAMES_LEFT = re.compile(
    r"login|share|visit|counter|count(?!y)|(?<!s)tree(?!t)"
    r"|(?<![a-z])(foot|head|top|bottom|search|weather|map|nav|menu)(er|ing)?(?![a-z])",
    re.IGNORECASE,
)
"""Frames that hold no list (cms-families 0.8)."""


def entries(page: TextResponse, articles: re.Pattern[str], *, root: Node | None = None) -> Iterator[Entry]:
    """An entry for each address whose path and query match `articles`, in page order.

    `root` is a fragment to read in the page's place: rows that came in JSON or were written by a script.
    """
    found: dict[str, list[Node]] = {}
    for node, url in links(page, root):
        if articles.search(path_of(url)):
            found.setdefault(url, []).append(node)
    yield from entries_of(found)


def entries_of(found: Mapping[str, list[Node]]) -> Iterator[Entry]:
    """The entries that these addresses, each with the links that lead there, make with their rows."""
    shared = _shared(found)
    for url, nodes in found.items():
        title, inside = _title(nodes)
        beside = _beside(nodes, shared)
        if title is None or FILLER.match(title):
            title = _told_beside(nodes[0], beside) or title
        published = next((d for text in (*beside, inside) if (d := iso_date(text))), None)
        yield Entry(url, title=title, organization=_organization(beside), published=published)


def columns(page: TextResponse, articles: re.Pattern[str], *, root: Node | None = None) -> Iterator[ListPage]:
    """A column for each other link with words, each address once: neither an article nor a document."""
    seen = {page.url.partition("#")[0]}
    for node, url in chain(links(page, root), _options(page, root)):
        if url in seen or articles.search(path_of(url)) or NAMED.search(urlsplit(url).path):
            continue
        if title := _title([node])[0]:
            seen.add(url)
            yield ListPage(url, title)


def frames(page: TextResponse) -> Iterator[ListPage]:
    """The frames of the page's own host that may hold its list."""
    top, host = root_of(page), urlsplit(page.url).netloc
    for frame in () if top is None else top.iter("iframe", "frame"):
        url = address(page, frame.get("src") or "")
        unseen = frame.get("height") in ("0", "1") or frame.get("width") == "0"
        if url and urlsplit(url).netloc == host and not unseen and not FRAMES_LEFT.search(path_of(url)):
            yield ListPage(url)


def links(page: TextResponse, root: Node | None = None) -> Sequence[tuple[Node, str]]:
    """Each element that leads somewhere, with the address, in page order; none that is commented out."""
    top = root_of(page) if root is None else root
    if top is None:
        return ()
    known = _links.get(page)  # joining addresses costs most of the time, and a page is asked several times
    if known is None or known[0] is not top:
        nodes = LINKS(top)[:MOST_LINKS]
        known = top, [(node, url) for node in nodes if (url := address(page, target(node)))]
        _links[page] = known
    return known[1]


_links: WeakKeyDictionary[TextResponse, tuple[Node, Sequence[tuple[Node, str]]]] = WeakKeyDictionary()


def own_link(url: str, text: str, shape: re.Pattern[str]) -> str | None:
    """The first link in a page's source, to a page of its own host, whose path and query match `shape`."""
    host = urlsplit(url).netloc
    for found in HREF.finditer(text):
        link = unescape(found[1].strip())
        absolute = ABSOLUTE.match(link)
        if absolute is not None and absolute[1] != host:
            continue  # a neighbour's: it tells nothing of this site
        if shape.search("/" + link.lstrip("./") if absolute is None else absolute[2]):
            return link
    return None


def target(node: Node) -> str:
    """Where a link leads in its own words, whether by href, a data attribute or a script; "" for nowhere."""
    href = (node.get("href") or "").strip()
    if not SCRIPTED.match(href):
        return href
    for name in ("data-href", "data-url", "data-link"):
        if value := (node.get(name) or "").strip():
            return value
    found = OPENS.search((node.get("onclick") or "")[:SCRIPT]) or OPENS.search(href[:SCRIPT])
    return found[1] if found else ""


def root_of(page: TextResponse) -> Node | None:
    """The page's tree; None where it holds something else than markup."""
    root = page.selector.root
    return root if isinstance(root, Node) else None


def fragment(html: str) -> Node:
    """A piece of markup as a tree, for `entries(root=…)`."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    return etree.fromstring(f"<div>{html}</div>".encode(errors="replace"), parser)


def text_of(node: Node, apart: str = "", *, most: int | None = None) -> str:
    """The text of a node without scripts, white space compressed; `apart` stands between its pieces.

    Of a node that may hold half a page only its beginning is looked at, `most` steps far.
    """
    return _words(apart.join(_pieces(node, frozenset(), most)))


def iso_date(text: str) -> str | None:
    """The first date in a text that exists, as YYYY-MM-DD. A day without its year is none."""
    for found in DATE.finditer(text):
        try:
            return date(*map(int, found.groups())).isoformat()
        except ValueError:
            continue
    return None


def address(page: TextResponse, link: str) -> str:
    """The http or https address that a link means, without fragment or session; "" for any other."""
    link = link.strip()
    if not link or len(link) > LONGEST_ADDRESS or SCRIPTED.match(link) or PLACEHOLDER.search(link):
        return ""
    url = linked(page, link.replace("\\", "/")).partition("#")[0]
    if not url.startswith(("http://", "https://")):
        return ""
    return SESSION.sub("", url).rstrip("?&") if SESSION.search(url) else url


def path_of(url: str) -> str:
    """Path and query."""
    url = url.partition("#")[0]
    start = url.find("/", url.find("//") + 2)
    return url[start:] if start >= 0 else ""


def title_of(node: Node) -> str | None:
    """What a link calls the page it leads to: whole, where its text is cut short."""
    return _title([node])[0]


def _title(nodes: list[Node]) -> tuple[str | None, str]:
    """The best title that links to one address give, and what date they print inside."""
    offers: list[str] = []
    pictures: list[str] = []
    inside = ""
    for node in nodes:
        given = node.get("title") or ""
        labelled = NAMED_IN_TITLE.search(given)
        heading = next((text_of(h, most=STEPS) for h in node.iter(*HEADINGS)), "")
        pieces = list(_pieces(node, frozenset(), STEPS))
        text, spaced = heading or _words("".join(pieces)), _words(" ".join(pieces))
        if dated := DATED_END.search(spaced):
            inside = inside or dated[0]
            text = heading or DATED_END.sub("", spaced)
        offers += [labelled[1] if labelled else given, text]
        pictures += (image.get("alt") or "" for image in node.iter("img", "area"))
    said = [words for offer in (*offers, *pictures) if (words := " ".join(offer.split()))]
    telling = [words for words in said if len(words) > LONGEST_FILLER or not FILLER.match(words)]
    whole = [words for words in telling if not CUT_OFF.search(words)]
    return next(iter(whole or telling or said), None), inside


def _told_beside(node: Node, beside: list[str]) -> str:
    """What a row says of the page that its link calls 查看 only; in a table with several such links in a row
    it is the row's first cell and the heading above the link."""
    told = beside[1:]
    cell = next(node.iterancestors("td"), None)
    if not told and cell is not None and (row := cell.getparent()) is not None:
        table = next(row.iterancestors("table"), row)
        top = next(table.iter("tr"), row)
        place = len(list(cell.itersiblings("td", "th", preceding=True)))
        cells = [*row[:1], *(top[place : place + 1] if top is not row else [])]
        told = [text_of(at, most=STEPS) for at in cells]
    kept = (
        words for words in told if not (SERIAL.fullmatch(words) or FILLER.match(words) or iso_date(words))
    )
    return "".join(kept)[:LONGEST_ROW]


def _shared(found: Mapping[str, list[Node]]) -> set[Node]:
    """The nodes above links to more than one of the addresses: none of them is a row."""
    owner: dict[Node, str] = {}
    shared: set[Node] = set()
    for url, nodes in found.items():
        for node in nodes:
            above: Node | None = node
            while above is not None and above not in shared:  # above a shared node all are
                known = owner.get(above)
                if known == url:
                    break  # so is what is above
                if known is None:
                    owner[above] = url
                else:
                    shared.add(above)
                above = above.getparent()
    return shared


def _beside(nodes: list[Node], shared: set[Node]) -> list[str]:
    """What a row says beside its links, piece by piece."""
    beside: list[str] = []
    own = frozenset(nodes)
    row = nodes[0].getparent()
    for _ in range(CLIMBS):
        if row is None or row in shared or row.tag in NO_ROWS:
            break
        said = [words for piece in _pieces(row, own, STEPS) if (words := " ".join(piece.split()))]
        if sum(map(len, said)) > LONGEST_ROW:
            break
        beside = said
        if row.tag in WHOLE_ROWS or iso_date(" ".join(beside)):
            break
        row = row.getparent()
    return [" ".join(beside), *beside]


def _organization(beside: list[str]) -> str | None:
    """The body that a row names apart from its title. The first piece is all of them together."""
    joined = beside[0]
    for before, after in pairwise([*beside[1:], ""]):
        label, _, value = before.replace("：", ":").partition(":")
        if ISSUER.fullmatch(label.strip()):
            value = value.strip() or after
            return value if BODY_NAME.fullmatch(value) else None
    for offer in (joined, *beside[1:]):
        name = TIME.sub(" ", DATE.sub(" ", offer)).strip(" |·-—")
        if bracketed := BRACKETED.fullmatch(name):
            name = bracketed[1].strip()
        known = offer is joined or bracketed or BODY_END.search(name)
        if known and BODY_NAME.fullmatch(name) and not NO_NAME.match(name):
            return name
    return None


def _words(text: str) -> str:
    return " ".join(text.split())


def _pieces(node: Node, without: frozenset[Node], most: int | None = None) -> Iterator[str]:
    """The texts below a node in order, but for those in scripts and in the nodes `without`.

    `most` bounds the steps of the walk.
    """
    walk = etree.iterwalk(node, events=("start", "end", "comment", "pi"))
    for event, at in islice(walk, most):
        if event == "start":
            if at in without or at.tag in ("script", "style"):
                walk.skip_subtree()
            elif at.text:
                yield at.text
        elif at.tail and at is not node:  # ended, or a comment
            yield at.tail


def _options(page: TextResponse, root: Node | None) -> Iterator[tuple[Node, str]]:
    """The choices of a drop-down that leads to another page when changed."""
    top = root_of(page) if root is None else root
    for option in () if top is None else islice(top.iter("option"), OPTIONS):
        value = option.get("value") or ""
        if ("/" in value or ".htm" in value) and (url := address(page, value)):
            yield option, url
