"""Markup that every played district has: the frame with its menus and footer, home page, redirect shells.

Our own markup in the shape that such portals have (cms-families 0.1, 0.8); what it must not hold is a
copied sentence. Knows no families: lists and articles come in as finished HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

Link = tuple[str, str]
"""(address, text)"""


@dataclass(frozen=True, slots=True)
class Skin:
    """What the frame needs to know of a district."""

    place: str
    host: str
    code: str
    """The division's six digits (GB/T 2260) and four of the site's: 网站标识码."""
    charset: str | None
    """As named in a meta; None: nowhere."""
    menu: tuple[Link, ...]
    metas: tuple[Link, ...] = ()
    """Further site metas, (name, content)."""
    scripts: str = ""
    """Further lines in the head."""

    @property
    def name(self) -> str:
        """SiteName."""
        return f"{self.place}人民政府"


def frame(skin: Skin, title: str, body: str, metas: Iterable[Link] = ()) -> str:
    """A whole page: head with the standard metas, menus, `body`, footer."""
    named = [
        ("SiteName", skin.name),
        ("SiteDomain", skin.host),
        ("SiteIDCode", skin.code),
        *skin.metas,
        *metas,
    ]
    head = f'<meta charset="{skin.charset}"/>\n' if skin.charset else ""
    head += "\n".join(f'<meta name="{name}" content="{escape(content)}"/>' for name, content in named)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
{head}
<title>{escape(title)}</title>
{skin.scripts}<style>.nav li {{ float: left; }}</style>
</head>
<body>
<div class="top"><a href="/wza.html">无障碍</a> <a href="/gate/big5/{skin.host}/">繁體版</a>
<a href="javascript:void(0)" onclick="addFavorite()">收藏本站</a> <a href="/login.html">登录</a></div>
<div class="nav"><ul>{links(skin.menu)}</ul></div>
{body}
<div class="footer"><p>主办：{skin.place}虚构政府办公室　网站标识码：{skin.code}</p>
<p>虚ICP备00000000号-1　虚公网安备 00000000000000号　联系电话：000-00000000</p>
<p><a href="/wzdt.html">网站地图</a></p></div>
</body>
</html>
"""


def home(
    skin: Skin, disclosure: Iterable[Link], news: Iterable[Link], friends: Iterable[Link], banner: str
) -> str:
    """The home page: news, the way to disclosure, services, a calendar, friendly links, maybe a picture."""
    search = "/search;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9"
    services = links([("/bsfw/gr.html", "个人办事"), ("/bsfw/fr.html", "法人办事")])
    talk = links([("/hdjl/qzxx.html", "区长信箱"), ("/rili/2026-01.html", "公开日历")])
    body = f"""<div class="search"><form action="{search}"><input name="q"/></form>
<a href="{search}?q=年报">热门：年报</a></div>
<div class="news"><h2>要闻动态</h2><ul>{links(news)}</ul></div>
<div class="gk"><h2>政务公开</h2><ul>{links(disclosure)}</ul>{banner}</div>
<div class="fw"><h2>办事服务</h2><ul>{services}</ul></div>
<div class="hd"><h2>互动交流</h2><ul>{talk}</ul></div>
<div class="friends"><h2>友情链接</h2><ul>{links(friends)}</ul></div>"""
    return frame(skin, f"{skin.name}门户网站", body)


def calendar(skin: Skin, month: str) -> str:
    """One month of a calendar without end."""
    year, number = int(month[:4]), int(month[5:7])
    before = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"
    after = f"{year + (number == 12)}-{number % 12 + 1:02d}"
    around = links([(f"/rili/{before}.html", "上月"), (f"/rili/{after}.html", "下月")])
    years = links([(f"/rili/{other}-{month[5:7]}.html", f"{other}年") for other in (year - 1, year + 1)])
    return frame(skin, f"{month}公开日历", f'<div class="rili"><ul>{around}{years}</ul></div>')


def plain(
    skin: Skin, title: str, content: str = "<p>虚构的样本页面。</p>", metas: Iterable[Link] = ()
) -> str:
    """Any other page."""
    return frame(skin, title, f'<div class="detail"><h1>{escape(title)}</h1>{content}</div>', metas)


def script_redirect(address: str) -> str:
    """A section's root that is a shell (cms-families 0.8): Scrapy sees no redirect here."""
    return f"<html><head><script>window.location.replace('{address}');</script></head><body></body></html>\n"


def meta_refresh(address: str) -> str:
    """The same by meta."""
    return f'<html><head><meta http-equiv="refresh" content="0; url={address}"/></head><body></body></html>\n'


def stub() -> str:
    """What some answer beyond the last page with 200: 300 to 400 bytes of nothing (cms-families 0.8)."""
    filler = "<!-- " + "-" * 280 + " -->"
    return f"<html><head><title></title></head><body>{filler}</body></html>\n"


def gone(charset: str | None) -> str:
    """A soft 404: short, and says so (cms-families 0.8)."""
    meta = f'<meta charset="{charset}"/>' if charset else ""
    text = "<p>您访问的页面不存在或已被删除。</p>"
    return f"<html><head>{meta}<title>提示信息</title></head><body>{text}</body></html>\n"


def picture(link: Link) -> str:
    """A link whose words are a picture's `alt`."""
    address, text = link
    return f'<a href="{escape(address)}"><img src="/images/banner3.jpg" alt="{escape(text)}"/></a>'


def links(pairs: Iterable[Link]) -> str:
    """`<li><a>` for each."""
    return "".join(f'<li><a href="{escape(address)}">{escape(text)}</a></li>' for address, text in pairs)
