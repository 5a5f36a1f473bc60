"""The reasons of run records in Chinese; records have them in English, as `crawler/failures.py` words them.

Whole clauses are put into Chinese; one that is not known here stays as it is.
"""

from __future__ import annotations

import re

_CLAUSES = (
    (r"^redirected to (\S+): ", r"被重定向到 \1："),
    (r"^robots\.txt of (\S+) cannot be had \((.*)\), so nothing is fetched from it now \(RFC 9309\)",
     r"无法取得 \1 的 robots.txt（\2），按 RFC 9309 暂不抓取"),
    (r", (\d+) times in a row: it is left alone", r"，连续 \1 次，本次不再访问"),
    (r"; check http_proxy and https_proxy", "；请检查 http_proxy 和 https_proxy"),
    (r"([\w.:\[\]-]+) blocked (\d+) requests in a row and is left alone",
     r"\1 连续拦截 \2 次请求，本次不再访问"),
    (r"([\w.:\[\]-]+) asks to be left alone until (\S+)", r"\1 要求在 \2 之前不再访问"),
    (r"the server answers (\d+) in place of the page", r"服务器以 \1 代替网页"),
    (r"the server answers (\d+)", r"服务器返回 \1"),
    (r"it answers (\d+)", r"返回 \1"),
    (r"its answer breaks off", "内容中断"),
    (r"the body broke off each time", "每次下载都中断"),
    (r"the body is larger than DOWNLOAD_MAXSIZE", "文件超过 DOWNLOAD_MAXSIZE"),
    (r"the page says that it does not exist", "网页提示不存在"),
    (r"a login page stands in its place", "变成了登录页"),
    (r", though the site links to it", "，但网站上仍有链接"),
    (r"the proxy opens no way there \((.*)\)", r"代理无法连通目标（\1）"),
    (r"the proxy (?=\S+ )", "代理 "),
    (r"([\w.:\[\]-]+) refuses connections", r"\1 拒绝连接"),
    (r"([\w.:\[\]-]+) is unknown", r"域名 \1 无法解析"),
    (r"([\w.:\[\]-]+) leads to a network that is off limits: ", r"\1 指向不允许访问的网络："),
    (r"([\w.:\[\]-]+) lets no connection come about", r"\1 连接超时"),
    (r"([\w.:\[\]-]+) did not answer in time", r"\1 未在时限内应答"),
    (r"([\w.:\[\]-]+) cannot be reached \((.*)\)", r"\1 无法连接（\2）"),
    (r"([\w.:\[\]-]+) speaks no TLS that is understood here \((.*)\)", r"\1 的 TLS 无法握手（\2）"),
    (r"([\w.:\[\]-]+) broke the connection off \((.*)\)", r"\1 中断了连接（\2）"),
    (r"([\w.:\[\]-]+) redirects to what is no address \((.*)\)", r"\1 重定向到无效地址（\2）"),
    (r"the download was stopped", "下载被中止"),
    (r"the run ended before it was asked for", "抓取在访问它之前就结束了"),
    (r"robots\.txt forbids it", "robots.txt 不允许"),
)  # fmt: skip


def in_chinese(reason: str) -> str:
    """The reason in Chinese, as far as its clauses are known."""
    for clause, words in _CLAUSES:
        reason = re.sub(clause, words, reason)
    return reason
