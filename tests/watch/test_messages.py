"""What people read: short however much there is, in their language, never longer than a service takes."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from crawler.watch.alert import Alert
from crawler.watch.message import message, parts
from crawler.watch.state import Known, News
from tests.watch.made import NOW


def known(code: str = "late-body", site: str = "bjxch", subject: str = "局 2025") -> Known:
    return Known(Alert(code, site, subject, NOW, f"{site}：{subject}。", f"{site}: {subject}."), NOW)


def news(*raised: Known, resolved: Iterable[Known] = ()) -> News:
    return News(raised, (), (), tuple(resolved))


def test_the_gravest_comes_first_and_each_alert_has_its_sentence() -> None:
    said = message(news(known(), known("damage", "", ""), known("host-gone", subject="h")), "en", "./a")
    assert said.title == "[Gongkai] 3 new: Archive damaged, Host gone, ..."
    heads = [line for line in said.lines if line.startswith("■")]
    assert heads == ["■ Archive damaged (1)", "■ Host gone (1)", "■ Late body (1)"]
    assert "· bjxch: 局 2025." in said.lines


def test_chinese_is_chinese() -> None:
    said = message(news(known(), resolved=[known("blocked", subject="h")]), "zh", "./a")
    assert said.title == "[Gongkai] 新增 1 条，1 条已恢复：未按期公开、被屏蔽"
    assert "■ 未按期公开 (1)" in said.lines
    assert "■ 被屏蔽（已恢复） (1)" in said.lines


def test_thousands_of_alerts_are_a_few_lines() -> None:
    many = [known(site=f"s{n % 60}", subject=f"局{n} 2025") for n in range(9000)]
    said = message(news(*many), "zh", "./a")
    assert len(said.lines) < 30
    assert "■ 未按期公开 (9000)" in said.lines
    assert any(line.startswith("· s0 (150)：") and line.endswith("等") for line in said.lines)
    assert "· ……另有 6000 条" in said.lines
    assert len(said.data["raised"]) == 9000


def test_only_what_has_ended_asks_for_no_look() -> None:
    assert "gongkai watch" not in message(news(resolved=[known()]), "en", "./a").text


@given(st.text(max_size=400), st.integers(20, 200), st.integers(1, 4))
def test_parts_are_within_the_limit_and_lose_nothing_but_the_end(text: str, limit: int, most: int) -> None:
    found = parts(text, limit, most, "…")
    assert 1 <= len(found) <= most
    assert all(len(part.encode("utf-8", "surrogatepass")) <= limit for part in found)
    if not found[-1].endswith("\n…"):
        assert "".join(found).replace("\n", "") == text.replace("\n", "")
