"""What holds of every family, whatever a page holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from crawler.cms import FAMILIES, ListPage
from tests.crawler.cms.lists import HOST, listed

PIECES = (
    *r"""
<ul><li>
</li>
</ul>
<table><tr><td>
</td></tr></table>
<p>
</p>
<div>
<script>
</script>
<!--
-->
<![CDATA[
]]>
<datastore>
<record>
{
}
[
]
"
'
,
:
(
)
2024-01-20
[虚构甲局]
虚构甲局2023年政府信息公开工作年度报告
…
共 3 页
第2页
1/3
<a href="
">
</a>
./202401/t20240120_1.html
info/1/2.htm
/gongkai/site_a/channel_b/
http://[
/art/2024/1/2/art_1_2.html
post_1.html
javascript:next(2)
?page=2
index_2.html
/2215369/index.html
createPageHTML(3, 0, "index", "html")
createPageHTML(
countPage = 3
document.write('<a href=
var url = './a.html';
queryData=
dataproxy.jsp?page=1
article_paging_list_hidden
totalpage="3"
front/api/data/affair
channelList: [
window._CONFIG = {
SID: 1
getMessage.do
下一页
>
<
<base href='/x/'>
<iframe src='/list.html'>
<option value="/a/">
&#0;
&amp;
""".strip().splitlines(),
    "\\",
    "\n",
    "\x00",
    "\ud800",
)
ADDRESSES = (
    "/",
    "/zwgk/nb/",
    "/zwgk/nb/index_2.html",
    "/nb/3.htm",
    "/list.aspx?id=3&page=2",
    "/gkmlpt/api/all/1?page=1&sid=2",
    "/col/col1/index.html",
    "/module/web/jpage/dataproxy.jsp?page=1",
    "/module/xxgk/search.jsp?area=1",
    "/front/api/data/affair",
    "/common/search/1",
    "/eportal/ui?pageId=1",
    "/public/column/1?type=3",
)
POSTED = (None, "", "{}", '{"pageNo": 1}', '{"pageNo": "x"}', "currpage=1&area=2", "[]", "null", "{")


@pytest.mark.parametrize("name", list(FAMILIES))
@settings(max_examples=50, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=40),
    path=st.sampled_from(ADDRESSES),
    posted=st.sampled_from(POSTED),
    kind=st.sampled_from((HtmlResponse, TextResponse)),
)
def test_no_page_breaks_a_family(
    name: str, pieces: list[str], path: str, posted: str | None, kind: type[TextResponse]
) -> None:
    family, url = FAMILIES[name], HOST + path
    request = None if posted is None else Request(url, method="POST" if posted else "GET", body=posted)
    body = "".join(pieces).encode(errors="surrogatepass")
    at = kind(url, body=body, encoding="utf-8", request=request)
    family.recognise(url, at.text)
    for entry in family.entries(at):
        assert entry.url.startswith(("http://", "https://"))
        family.report(entry.url)
        family.department(entry.url)
    asked: list[ListPage] = [*family.columns(at), *family.parts(at), *family.next_pages(at)]
    for listing in asked:
        assert listing.url.startswith(("http://", "https://"))
        assert (listing.body is not None) is (listing.method == "POST")
        listing.url.encode()


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_address_of_a_list_is_no_article(name: str) -> None:
    for path in ("/", "/zwgk/", "/zwgk/nb/index.html", "/zwgk/zfxxgknb/2023/", "/zwgk/nb/list_2.shtml"):
        assert not FAMILIES[name].articles.search(path), path


@pytest.mark.parametrize("name", list(FAMILIES))
def test_an_empty_page_has_nothing(name: str) -> None:
    family = FAMILIES[name]
    at = HtmlResponse(f"{HOST}/zwgk/", body=b"<html></html>", encoding="utf-8")
    assert not [*family.entries(at), *family.columns(at), *family.parts(at), *family.next_pages(at)]
    assert family.recognise(at.url, at.text) is None


def test_the_order_of_recognition() -> None:
    """The more telling signs come first, and the family of last resort recognises nothing."""
    names = list(FAMILIES)
    assert names.index("jpaas") < names.index("hanweb") < names.index("ucap") < names.index("trs")
    assert names[-1] == "generic"
    assert FAMILIES["generic"].recognise(f"{HOST}/zwgk/202401/t20240120_1.html", listed(3)) is None
