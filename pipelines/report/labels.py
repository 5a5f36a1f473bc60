"""Printed labels compared: folding away what typography varies, and bounded tolerance for damage.

Owns when two labels are the same. It must not know which labels the form has (`form`), and it
never lets a digit take part: a text without Chinese characters is no label.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# Characters of the form's labels in the traditional script, as mirrors print them.
_TRADITIONAL = str.maketrans(
    "規範許處罰強製發廢現執項審質權單萬額機構組織務會業總計結轉繼續辦開區國屬於書證補責確認獲請當詢問齡復覆複訴訟維糾費購採實條內進無沒據積極義報產類個過聯繫預專門間"
    "體訊紀錄讓與為學應說統優對係數關領導頁衛環價術隊員稱標題檔繳納給況還圖縣鄉鎮黨經歸穩徵時動稅護它傳號陳銷擾濟劃財農監場諮谘併註營將決議後屆僅則釋針狀滿準協調評級"
    "網顧貫徹舉擔來訪歷曆戶漢遼寧廣東滬蘇瀋興陽灣莊橋嶺龍馬鳳麗盧濱貴雲烏鄭蘭溫慶島邊壩澤淨鐵銀鋼車運輸電氣糧飛藥醫療養殘婦團殺緊險災綠園創資測觀檢軍廳臺館際視銷鐘鍾僑聯邊驗誌憲紅貿質裝運園編錢樂魚齊麥鴻鵬鶴雙靈靜韓順預風駐騎驛驅騰鬥鑫鎢銅錫鋁鏡銘鋒閩閔閱閣闢陝隴陸陰際隨險隱鄧鄒鄔鄲酈郵賀賓賽贊贛趙躍軒輝輪輯轄遠適遷還邁邏連進達違遙遊週運郟醬釀鈞鉅銳錄鍛鎖鎮鐘鑒鑽閃閉閑閘闊隊階陽雜雞離難霧頂項須頓頗頭題顏顧顯飯飲飼飾餘餐館饒駝駱駿驕鬆鯉鴨鷹鹽黃點齒",
    "规范许处罚强制发废现执项审质权单万额机构组织务会业总计结转继续办开区国属于书证补责确认获请当询问龄复复复诉讼维纠费购采实条内进无没据积极义报产类个过联系预专门间"
    "体讯纪录让与为学应说统优对系数关领导页卫环价术队员称标题档缴纳给况还图县乡镇党经归稳征时动税护他传号陈销扰济划财农监场咨咨并注营将决议后届仅则释针状满准协调评级"
    "网顾贯彻举担来访历历户汉辽宁广东沪苏沈兴阳湾庄桥岭龙马凤丽卢滨贵云乌郑兰温庆岛边坝泽净铁银钢车运输电气粮飞药医疗养残妇团杀紧险灾绿园创资测观检军厅台馆际视销钟钟侨联边验志宪红贸质装运园编钱乐鱼齐麦鸿鹏鹤双灵静韩顺预风驻骑驿驱腾斗鑫钨铜锡铝镜铭锋闽闵阅阁辟陕陇陆阴际随险隐邓邹邬郸郦邮贺宾赛赞赣赵跃轩辉轮辑辖远适迁还迈逻连进达违遥游周运郏酱酿钧巨锐录锻锁镇钟鉴钻闪闭闲闸阔队阶阳杂鸡离难雾顶项须顿颇头题颜顾显饭饮饲饰余餐馆饶驼骆骏骄松鲤鸭鹰盐黄点齿",
)
_ANY_TRADITIONAL = re.compile(f"[{''.join(map(chr, _TRADITIONAL))}]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_ENUMERATOR = re.compile(
    r"\([一二三四五六七八九十]{1,2}\)|\(\d{1,2}\)|(?<!\d)\d{1,2}(?:[.、,:·)]|(?=[\u4e00-\u9fff]))"
    r"|[一二三四五六七八九十]{1,2}(?=[、.:·)])|^\(?[一二三四五六七八九十]{1,2}[)、.,:·]"
)
_NOTE = re.compile(r"[(\[【〔](?:[^()\[\]【】〔〕]|\([^()]*\))*[)\]】〕]?")
_BRACKET = re.compile("[(\\[【〔⁽₍⑴-⒇⒜-⒵㈀-㉃︵︹︻﹇﹙﹝（［\U0001f110-\U0001f12a\U0001f240-\U0001f248]")
"""What is or folds to a bracket that may begin a note."""
_UNCOMPARED = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff]+|[一二三四五六七八九十]+")
_NOT_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff]+")


def simplified(text: str) -> str:
    """The text with the traditional characters of the form and of names simplified; of the same length."""
    # Most texts have none, and looking costs a fraction of translating.
    return text.translate(_TRADITIONAL) if _ANY_TRADITIONAL.search(text) else text


def fold(text: str) -> str:
    """The text without white space and invisible characters, full-width forms made half-width."""
    return simplified(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=8192)
def _unnumbered(text: str) -> str:
    return _ENUMERATOR.sub("", fold(text))


@lru_cache(maxsize=8192)
def label_key(text: str) -> str:
    """What of a printed label is compared: its Chinese characters, enumerators taken off."""
    return _NOT_HAN.sub("", _unnumbered(text))


@lru_cache(maxsize=8192)
def bare_key(text: str) -> str:
    """`label_key` of the label without its bracketed notes."""
    return _NOT_HAN.sub("", _NOTE.sub("", _unnumbered(text)))


@lru_cache(maxsize=8192)
def has_figures(text: str) -> bool:
    """Whether a label's cell holds digits that do not enumerate it: a value may have slipped in."""
    return any(character.isdigit() for character in _NOTE.sub("", _unnumbered(text)))


@lru_cache(maxsize=8192)
def _least(text: str) -> int:
    """At least so many characters are left of a text to compare; told without folding it, for prose."""
    return 0 if _BRACKET.search(text) is not None else len(_UNCOMPARED.sub("", text))


@dataclass(frozen=True, slots=True)
class Match:
    """A label recognised: whose, and how much had to be forgiven."""

    key: str
    how: Literal["exact", "note", "fuzzy"]


class Labels:
    """A set of labels (key -> the forms in which it is printed) that texts are matched against."""

    def __init__(self, forms: Mapping[str, Iterable[str]], *, prefixes: Iterable[str] = ()) -> None:
        self._exact: dict[str, str] = {}
        for key, printed in forms.items():
            for text in printed:
                for folded in {label_key(text), bare_key(text)} - {""}:
                    if self._exact.setdefault(folded, key) != key:
                        raise ValueError(f"the label {text} stands for both {key} and {self._exact[folded]}")
        self._prefixes = sorted({label_key(p) for p in prefixes}, key=len, reverse=True)
        self._long = [(form, frozenset(form), key) for form, key in self._exact.items() if len(form) >= 5]
        lengths = [len(form) for form in self._exact]
        self._longest = max(lengths) + max(map(len, self._prefixes), default=1) + max(lengths) // 4
        self._cache: dict[str, Match | None] = {}

    @property
    def forms(self) -> dict[str, str]:
        """Compared form -> key."""
        return dict(self._exact)

    def match(self, text: str) -> Match | None:
        """The one label that this text prints, or None where none or more than one would do."""
        try:
            return self._cache[text]
        except KeyError:
            if len(self._cache) > 20_000:
                self._cache.clear()
            found = self._cache[text] = self._match(text)
            return found

    def exact(self, text: str) -> str | None:
        """The key of a label that is printed as the form has it."""
        return self._exact.get(label_key(text))

    def _match(self, text: str) -> Match | None:
        if len(text) > 400 or _least(text) > self._longest:
            return None
        folded = label_key(text)
        if not folded:
            return None
        if (key := self._exact.get(folded)) is not None:
            return Match(key, "exact")
        for prefix in self._prefixes:  # "（三）不予公开 1.属于国家秘密" in one cell
            if folded.startswith(prefix) and (key := self._exact.get(folded[len(prefix) :])) is not None:
                return Match(key, "exact")
        if (key := self._exact.get(folded[1:])) is not None and folded[0] in "一二三四五六七八九十":
            return Match(key, "exact")
        bare = bare_key(text)
        if bare != folded and (key := self._exact.get(bare)) is not None:
            return Match(key, "note")
        return self._fuzzy(bare or folded)

    def _fuzzy(self, folded: str) -> Match | None:
        """Damage of at most a quarter of the label, where no other label is as near."""
        if not 4 <= len(folded) <= self._longest:
            return None
        scored: dict[str, int] = {}
        characters = frozenset(folded)
        for form, of_form, key in self._long:
            allowed = max(1, len(form) // 4)
            if abs(len(form) - len(folded)) > allowed or len(of_form - characters) > allowed:
                continue
            distance = edit_distance(folded, form, allowed)
            # Only losses may be large: a label that says something else is another label.
            if distance <= allowed and (distance <= max(1, len(form) // 8) or is_subsequence(folded, form)):
                scored[key] = min(distance, scored.get(key, distance))
        if not scored:
            return None
        best = min(scored.values())
        near = [key for key, distance in scored.items() if distance <= best + 1]
        return Match(near[0], "fuzzy") if len(near) == 1 else None


def is_subsequence(short: str, long: str) -> bool:
    """Whether `short` is `long` with characters left out."""
    rest = iter(long)
    return all(character in rest for character in short)


def edit_distance(a: str, b: str, limit: int) -> int:
    """Levenshtein's distance, or `limit` + 1 as soon as it must be larger."""
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (x != y)))
        if min(current) > limit:
            return limit + 1
        previous = current
    return previous[-1]
