"""Pages that carry their content for a script to show."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest

from pipelines.report.read import read_body
from tests.made.truth import make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost

TRUTH = make(11, year=2023, busy=0.5)
PAGE = document(TRUTH, plain, random.Random(1), html=True).decode()
CONTENT = PAGE[PAGE.index("<body>") + 6 : PAGE.index("</body>")]
LINE = CONTENT.replace("\n", "\\n")
PIECES = re.findall(".{1,200}", CONTENT.replace("\n", ""))

WAYS: dict[str, str] = {
    "JSON, all escaped": f"<script>window.data={{'a':1,\"content\":{json.dumps(CONTENT)}}}</script>",
    "JSON, slashes escaped": "<script>var d={}</script>".format(
        json.dumps({"content": CONTENT}, ensure_ascii=False).replace("</", "<\\/")
    ),
    "JSON in JSON": f"<script>var d={json.dumps(json.dumps({'content': CONTENT}))};</script>",
    "JSON of escaped markup": "<script type='application/json'>{}</script>".format(
        json.dumps({"html": html.escape(CONTENT)})
    ),
    "single quotes": f"<script>// don't\nvar d = {{content: '{LINE}'}};</script>",
    "hexadecimal escapes": "<script>var d = '{}';</script>".format(
        LINE.replace("<", "\\x3c").replace(">", "\\x3E")
    ),
    "unicode escapes": "<script>var d = '{}';</script>".format(
        LINE.replace("<", "\\u003c").replace(">", "\\u003E")
    ),
    "back quotes": f"<script>render(`{CONTENT}`)</script>",
    "pieces": "<script>var d = '{}';</script>".format("' +\n  '".join(PIECES)),
    "percent signs": f'<script>document.write(decodeURIComponent("{quote(CONTENT)}"))</script>',
    "an attribute": f'<div data-content="{html.escape(CONTENT)}"></div>',
    "a hidden field": f'<input type="hidden" value="{html.escape(CONTENT)}">',
    "a text field": f"<textarea style='display:none'>{html.escape(CONTENT)}</textarea>",
    "no script": f"<noscript>{CONTENT}</noscript>",
    "a template": f"<script type='text/x-template'>{CONTENT}</script>",
}


@pytest.mark.parametrize("way", WAYS)
def test_content_that_a_script_would_show_is_read(way: str) -> None:
    page = f"<html><head><title>{TRUTH.title}</title></head><body><div id=app></div>{WAYS[way]}</body></html>"
    assert lost(TRUTH, read_body(page.encode())) == []


@pytest.mark.parametrize("dump", [json.dumps, lambda d: json.dumps(d).replace("<", "\\u003c")])
def test_an_interfaces_answer_is_read(dump: Callable[[object], str]) -> None:
    answer = dump({"code": 0, "data": {"title": TRUTH.title, "content": CONTENT}})
    report = read_body(answer.encode())
    assert lost(TRUTH, report) == []
    assert report.organization == TRUTH.organization


def test_parts_in_strings_of_their_own_are_put_together() -> None:
    at = CONTENT.index("<p>三、")
    strings = {"second": CONTENT[:at], "third": CONTENT[at:]}
    assert lost(TRUTH, read_body(f"<p>年报</p><script>var d={json.dumps(strings)}</script>".encode())) == []


def test_strings_of_many_kinds_that_never_end_cost_no_more_than_their_length() -> None:
    hostile = "".join(f"{q}{'x' * 50}\\" for q in "\"'`" * 20_000)
    assert not read_body(f"<p>政府信息公开</p><script>{hostile}</script>".encode()).is_report
