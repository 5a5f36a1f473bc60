"""Markup of the played Xicheng site: menus, lists, the frame around an article, footers with their numbers.

Our own markup in the shape that such portals have; what it must not hold is a copied sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from tests.made.html import Style
from tests.made.truth import Truth
from tests.replica.xicheng_plan import Item


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list. `path` is a path on this site or an absolute address."""

    organization: str
    title: str
    path: str
    day: str


_MENU = (
    ("/", "首页"),
    ("/zt/xxgkzl/gknb.html", "政府信息公开年报"),
    ("/zt/xxgkzl/zn.html", "政府信息公开指南"),
    ("/zt/xxgkzl/zd.html", "政府信息公开制度"),
    ("/xxgk/jgzn/qjd/xgjdbsc.html", "机构职能"),
    ("/admin/login.html", "登录"),
)


def frame(
    title: str, body: str, *, metas: Iterable[tuple[str, str]] = (), charset: str | None = "utf-8"
) -> str:
    """A whole page: head, menus, `body`, footer."""
    head = f'<meta charset="{charset}"/>\n' if charset else ""
    head += "".join(f'<meta name="{name}" content="{escape(value)}"/>\n' for name, value in metas)
    menu = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in _MENU)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
{head}<title>{escape(title)}</title>
<script type="text/javascript">function go(n) {{ return "<a href='/zt/xxgkzl/'>" + n; }}</script>
<style>.nav li {{ float: left; }} td {{ padding: 4px; }}</style>
</head>
<body>
<div class="top"><span>2026年样本日历</span> <a href="/zt/wza.html">无障碍</a>
<a href="javascript:void(0)">繁体</a></div>
<div class="nav"><ul>{menu}</ul></div>
{body}
<div class="footer"><table width="100%"><tr><td>主办：虚构西城样本办公室</td>
<td>网站标识码：1100000000</td></tr>
<tr><td>京ICP备00000000号-1</td><td>京公网安备 11000000000000号</td></tr></table>
<p>联系电话：010-00000000　累计访问 18,204,566 次　建议分辨率 1280*768</p></div>
</body>
</html>
"""


def column_page(years: tuple[int, ...], *, home: bool) -> str:
    """The home page or the column's: links to the year lists."""
    if home:
        link = '<a href="/zt/xxgkzl/gknb.html">政府信息公开年报</a>'
        body = f'<div class="zt"><h3>专题</h3><ul><li>{link}</li></ul></div>'
        return frame("虚构西城样本门户", body, metas=[("SiteName", "虚构西城样本门户")])
    links = "".join(
        f'<li><a href="/zt/xxgkzl/gknb/pnnfpv{year}.html">{year}年度</a></li>' for year in reversed(years)
    )
    metas = [("ColumnName", "政府信息公开年报"), ("ColumnType", "政府信息公开年报")]
    body = f'<div class="year-list"><h2>政府信息公开年报</h2><ul>{links}</ul></div>'
    return frame("政府信息公开年报-虚构西城样本门户", body, metas=metas)


def list_page(year: int, entries: list[Entry], number: int, pages: int) -> str:
    """One page of a year's list, with its pager."""
    lines = []
    for entry in entries:
        shown = entry.title if len(entry.title) <= 28 else entry.title[:24] + "…"
        lines.append(
            f'<li><span class="dw">[{escape(entry.organization)}]</span>'
            f'<a href="{entry.path}" target="_blank" title="{escape(entry.title)}">{escape(shown)}</a>'
            f'<span class="date">{entry.day}</span></li>'
        )
    lines.append(
        f'<!-- <li><a href="/zt/xxgkzl/gknbxq/pnidpv999pntypepvnbpnnfpv{year}.html">模板行</a></li> -->'
    )
    listing = "\n".join(lines)
    body = (
        f'<div class="list"><h2>{year}年度报告</h2>\n<ul class="listcon">\n{listing}\n</ul>\n'
        f'<div class="page">{_pager(year, number, pages)}</div></div>'
    )
    return frame(
        f"{year}年政府信息公开年报-虚构西城样本门户", body, metas=[("ColumnName", "政府信息公开年报")]
    )


def article_page(item: Item, truth: Truth, article: str, before: Entry | None, after: Entry | None) -> str:
    """A report page with the whole report in it, and the PDF too where the item has one."""
    more = _bad_links(truth) if item.quirk == "bad-links" else ""
    if "pdf" in item.form:
        more += f'<p>附件：<a href="{item.attachment}">{escape(truth.title)}.pdf</a></p>'
    return _report_page(item, truth, f'<div class="zw">{article}</div>{more}', before, after)


def landing_page(item: Item, truth: Truth, before: Entry | None, after: Entry | None) -> str:
    """A report page that only leads to the PDF, in one of three ways."""
    way, href = item.body.department % 3, item.attachment
    if way == 0:
        content = f'<p><a href="{href}" target="_blank">点击下载</a></p>'
    elif way == 1:
        title = escape(truth.title)
        icon = '<img src="/images/pdf.png"/>'
        content = f'<p>{title}</p><p><a href="../../..{href}">{icon}{title}.pdf</a></p>'
    else:
        content = (
            f'<iframe src="{href}" width="100%" height="900"></iframe>'
            f'<p>附件下载：<a href="{href}">年度报告</a></p>'
        )
    return _report_page(item, truth, f'<div class="zw">{content}</div>', before, after)


def plain_page(title: str, content: str) -> str:
    """Any other page."""
    return frame(title, f'<div class="detail"><h1>{escape(title)}</h1>{content}</div>')


def _report_page(item: Item, truth: Truth, content: str, before: Entry | None, after: Entry | None) -> str:
    source = truth.organization if item.body.department % 4 else "北京市西城区虚构政府办公室"
    metas = (
        [
            ("ArticleTitle", truth.title),
            ("PubDate", f"{truth.published.isoformat()} 12:00"),
            ("ContentSource", source),
            ("ColumnName", "政府信息公开年报"),
        ]
        if item.body.department % 3
        else []
    )
    around = "".join(
        f'<li>{word}：<a href="{entry.path}">{escape(entry.title)}</a></li>'
        for word, entry in (("上一篇", before), ("下一篇", after))
        if entry is not None
    )
    body = f"""<div class="position">当前位置：<a href="/">首页</a> &gt;
<a href="/zt/xxgkzl/gknb.html">政府信息公开年报</a> &gt; 正文</div>
<div class="detail">
<h1>{escape(truth.title)}</h1>
<div class="info"><span>发布时间：{truth.published.isoformat()}</span> <span>来源：{escape(source)}</span>
<span>字体：[<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>]</span></div>
{content}
<ul class="around">{around}</ul>
</div>"""
    style: Style = item.style
    charset = style.encoding if style.declared else None
    return frame(f"{truth.title}-虚构西城样本门户", body, metas=metas, charset=charset)


def _bad_links(truth: Truth) -> str:
    """Addresses that a crawler must refuse, dressed as attachments."""
    name = f"{escape(truth.title)}.pdf"
    targets = (
        "http://127.0.0.1/upload/report.pdf",
        "http://169.254.169.254/latest/meta-data/report.pdf",
        "http://www.bjxch.gov.cn.mirror.example/upload/report.pdf",
    )
    return "".join(f'<p>附件：<a href="{target}">{name}</a></p>' for target in targets)


def _pager(year: int, number: int, pages: int) -> str:
    def href(page: int) -> str:
        return f"/zt/xxgkzl/gknb/pnnfpv{year}" + (f"pnpagepv{page}" if page > 1 else "") + ".html"

    links = "".join(
        f'<span class="current">{page}</span>' if page == number else f'<a href="{href(page)}">{page}</a>'
        for page in range(1, pages + 1)
    )
    if number < pages:
        links += f'<a class="next" href="{href(number + 1)}">下一页</a>'
    return f"{links}<span>共{pages}页</span>"
