"""Random documents changed in one cell, one word of prose, or in nothing but what each visit sees anew.

    python -m tests.pipelines.history.random_changes --count 2000 --seed 1

A changed cell must be called `tables`, and a changed word `prose`, whatever noise comes with it; noise
alone must be called `noise` (of a file: `attachment`).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from pipelines.history.comparing import Side, Verdict, compare
from pipelines.history.content import contents
from pipelines.history.opening import Opened
from pipelines.report.read import read_all
from pipelines.report.stored import reading_json
from tests.made import html
from tests.made.paper import draw
from tests.made.pdf import pdf
from tests.made.text import as_from_pdf, as_from_web
from tests.made.truth import Truth, with_cell
from tests.made.varied import drawn
from tests.made.word import word

WEEKDAYS = "一二三四五六日"
COUNTERS = (
    "浏览次数：{n}",
    "浏览次数： {n} 次",
    "阅读量 {n}",
    "点击数：[{n}]",
    "访问量:{n:,}",
    "【浏览次数：{n}】",
    "已有{n}人浏览",
    "您是第 {n} 位访问者",
    "点击：{n} 次",
    "本页浏览量：{n}",
    "今日访问：{n} 总访问量：{n:,}",
)
TODAYS = (
    "今天是{d.year}年{d.month}月{d.day}日 星期{w}",
    "{d.year}年{d.month:02}月{d.day:02}日 星期{w}",
    "现在时间：{d.year}-{d.month:02}-{d.day:02} 09:{m:02}:{m:02}",
    "{d.year}/{d.month}/{d.day}（星期{w}）",
    "欢迎访问虚构样本门户！今天是：{d.year}年{d.month}月{d.day}日，星期{w}",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit sees anew."""

    rng: random.Random
    day: date

    def number(self) -> int:
        """A count."""
        return self.rng.randrange(10 ** self.rng.randrange(1, 7))

    def token(self) -> str:
        """A random word."""
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        kind = self.rng.choice(("0123456789abcdef", letters))
        return "7f" + "".join(self.rng.choices(kind, k=self.rng.choice((14, 30))))


def around(article: str, title: str, style: html.Style, shape: random.Random, visit: Visit) -> bytes:
    """A portal's page around an article; `shape` is the site's, `visit` the visitor's."""
    counter, total, today = shape.choice(COUNTERS), shape.choice(COUNTERS), shape.choice(TODAYS)
    split = shape.random() < 0.3
    day = today.format(d=visit.day, w=WEEKDAYS[visit.day.weekday()], m=visit.rng.randrange(60))
    counted = counter.format(n=visit.number())
    if split:
        counted = f"</p><ul><li>浏览次数</li><li>{visit.number()}</li></ul><p>"
    session = visit.token()
    seen = total.format(n=visit.number())
    body = f"""<!-- made in {visit.rng.random()} s -->
<div class="top"><span>{day}</span> <a href="/index.html;jsessionid={session}">首页</a>
<a href="/zfxxgk/?sid={session}">政府信息公开</a></div>
<form><input type="hidden" name="csrf" value="{visit.token()}"/></form>
<div id="ad_{visit.token()[:8]}" class="ad">
<a href="/ad?id={visit.number()}"><img src="/ads/{visit.token()}.gif"/></a>
</div><script>var t = {visit.number()}; var s = "{visit.token()}";</script>
<div class="info"><p>发布时间：2025-01-20 来源：虚构局 {counted}</p></div>
<div class="text">{article}</div>
<p>上一篇：<a href="a.html?{session}">虚构示例局2023年政府信息公开工作年度报告</a></p>
<div class="foot"><p>联系电话：010-00000000 累计{seen} 建议分辨率 1280*768</p></div>"""
    if shape.random() < 0.3:
        body += f"<table><tr><td>访问人数</td><td>{visit.number()}</td><td>网站地图</td></tr></table>"
    meta = f'<meta name="csrf-token" content="{visit.token()}"/>'
    return html.wrap(body, title, style).replace(b"<head>", b"<head>" + meta.encode())


Format = Callable[[Truth, random.Random, Visit], bytes]


def as_page(truth: Truth, shape: random.Random, visit: Visit) -> bytes:
    """As a page of a portal."""
    style = html.STYLES[shape.choice(sorted(html.STYLES))]
    return around(html.article(truth, style), truth.title, style, shape, visit)


def as_word(truth: Truth, shape: random.Random, visit: Visit) -> bytes:
    """As a DOCX whose bytes are others each time."""
    return word(draw(1, (), truth))


def as_text(truth: Truth, shape: random.Random, visit: Visit) -> bytes:
    """As plain text."""
    make = shape.choice((as_from_pdf, as_from_web))
    return make(truth).encode() + b"\n" * visit.rng.randrange(1, 9)


def as_pdf(truth: Truth, shape: random.Random, visit: Visit) -> bytes:
    """As a PDF whose trailer differs."""
    return pdf(truth) + b"\n%" + visit.token().encode() + b"\n"


FORMATS: dict[str, Format] = {"page": as_page, "word": as_word, "text": as_text, "pdf": as_pdf}
PAGES = ("page",) * 12


def one_cell(truth: Truth, rng: random.Random) -> Truth:
    """One digit of one cell."""
    filled = sorted(path for path, value in truth.cells().items() if value is not None)
    path = rng.choice(filled)
    value = truth.cells()[path]
    assert value is not None
    return with_cell(truth, path, value + Decimal("0.01") if isinstance(value, Decimal) else value + 1)


def one_word(truth: Truth, rng: random.Random) -> Truth:
    """One character of one paragraph; figures among them."""
    part = rng.choice(sorted(number for number, texts in truth.prose.items() if texts))
    texts = list(truth.prose[part])
    at = rng.randrange(len(texts))
    text = texts[at]
    solid = [i for i, c in enumerate(text) if c.isalnum()]
    place = rng.choice(solid)
    if text[place].isdigit():
        new = rng.choice([d for d in "123456789" if d != text[place]])
    else:
        new = rng.choice([c for c in "甲乙丙丁戊己庚" if c != text[place]])
    texts[at] = text[:place] + new + text[place + 1 :]
    return replace(truth, prose=truth.prose | {part: tuple(texts)})


CHANGES: dict[str, Callable[[Truth, random.Random], Truth] | None] = {
    "tables": one_cell,
    "prose": one_word,
    "noise": None,
}


def side(body: bytes, day: date) -> Side:
    """A body as it is compared, opened here."""
    digest = sha256(body).hexdigest()
    documents = tuple(reading_json(read_all(body))["documents"])
    return Side(Opened(digest, digest, contents(body), documents), day)


@dataclass(frozen=True, slots=True)
class Try:
    """One comparison."""

    seed: str
    wanted: str
    verdict: Verdict
    before: bytes
    after: bytes

    @property
    def right(self) -> bool:
        """Whether it was called what it is."""
        return self.verdict.kind == self.wanted


def attempt(seed: str, form: str) -> Try:
    """Makes a document and another one, and compares them."""
    rng = random.Random(seed)
    truth, wanted = drawn(seed), rng.choice(sorted(CHANGES))
    change = CHANGES[wanted]
    other = truth if change is None else change(truth, rng)
    day = date(2025, 1, 1) + timedelta(days=rng.randrange(600))
    visits = [Visit(rng, day), Visit(rng, day + timedelta(days=rng.randrange(1, 40)))]
    make = FORMATS[form]
    bodies = [
        make(said, random.Random(f"shape {seed}"), visit)
        for said, visit in zip((truth, other), visits, strict=True)
    ]
    if wanted == "noise" and form != "page":
        wanted = "noise" if bodies[0] == bodies[1] else "attachment"
    verdict = compare(*(side(body, visit.day) for body, visit in zip(bodies, visits, strict=True)))
    return Try(seed, wanted, verdict, *bodies)


def main() -> int:
    """Prints what was called what, and fails where that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=sorted(FORMATS))
    arguments = parser.parse_args()
    table: Counter[tuple[str, str, str]] = Counter()
    wrong = 0
    for number in range(arguments.count):
        seed = f"{arguments.seed}/{number}"
        form = arguments.format or random.Random(seed).choice([*PAGES, *sorted(FORMATS)])
        done = attempt(seed, form)
        table[form, done.wanted, done.verdict.kind] += 1
        if not done.right:
            wrong += 1
            print(f"{seed} {form}: {done.wanted} was called {done.verdict}"[:600])
    for (form, wanted, called), times in sorted(table.items()):
        print(f"{form:6} {wanted:10} called {called:10} {times:6}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
