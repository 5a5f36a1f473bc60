"""What can be the name of a body, and when two names are one body's.

Owns the endings and the words that names have. Names are invented every day, so a name with an ending that
is not known here is not refused; it is only not `certain`. It must not know where a name was found.
"""

from __future__ import annotations

import re

from pipelines.report.labels import fold

_ENDINGS = (
    "政府|委员会|管委|委|办公室|办公厅|办事处|办|分局|局|厅|处|署|司|室|部|院|所|站|支队|总队|大队|中队|队|团|会|中心|馆|台|社|学校|小学|中学"
    "|大学|学院|幼儿园|学堂|校|集团|厂|农场|林场|牧场|渔场|茶场|盐场|原种场|机场|总场|库|园|区|县|市|省|州|盟|旗|乡|镇|街道|街|苏木|村|银行"
    "|支行|分行|海关|口岸|监狱|基地|残联|文联|科协|侨联|工商联|妇联|社联|记协|作协|供销联社|联社|总社|专班|小组|指挥部|服务点|航道段|公路段"
    "|殡仪馆|公园|景区|保护区|度假区|地税|国税|电厂|水厂|水务|港务|师|兵团|[一二三四五六七八九十0-9实附高初]中|监|关工委|编委|气象台|电视台|广播台|报社|港|新城|水库"
)
_CERTAIN = re.compile(rf"(?:{_ENDINGS})$")
_SECOND = re.compile(r"[（(]([^（()）]{2,40})[)）]$")
_ASIDE = re.compile(
    r"[（(](?:本级|机关|局机关|委机关|厅机关|本机关|本部门|本局|本委|汇总|汇总版|全区|全市|全县|全省|全系统|含下属单位|公章|盖章)[)）]$"
)
_PIECE = re.compile(
    r"员会|民政府|事处|道办|委会|理局|设局|展局|村局|构编|管理局$|政府|(?:和|与|及)(?!平|田|龙|顺|县|政|静|硕|布|林)"
)
"""What a name that a line break cut begins with; 和平区 and 府谷县 are whole."""
_SHORT = re.compile(r"[（(](?:以下)?(?:统称|简称|下称)[^（()）]*[)）]?$")
_PLACE = re.compile(
    r"(?!.*(?:政府|公开|平台|首页|信息|网))[\u4e00-\u9fff]{1,12}[省市区县旗州盟镇乡]|[\u4e00-\u9fff]{1,8}街道"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_NO_NAME = frozenset(
    re.findall(
        r"\S+",
        """
        中华人民共和国
        政府 年度 政务 人民政府 人民 县人民政府 区人民政府 市人民政府 县政府 区政府 市政府 省政府
        镇政府 乡政府 主动公开 依申请 历年 本年度 全市 全区 全县 全省 全镇 全乡 全局 部门 各部门
        区直部门 市直部门 县直部门 街道 乡镇 镇 乡 区县 工作 信息公开 政务公开 信息 平台 区级 市级
        县级 机关 本级 基层 街镇 镇街 单位 直属单位 地区 辖区 事业单位 政府部门 政府办 政府办公室
        办公室 委员会 行政机关 主管部门 有关部门 党政办 党政办公室 综合办 街道办 街道办事处
        办事处 部门街道 委办局 政府网站 专题专栏 市县区 上级机关 公告 公示 重点领域 社会 全社会
        领导机构 中心
        """,
    )
)
"""Words that stand where a name would, and name nobody."""
_NOT_NAMED = re.compile(
    r"我(?:们|[局委办区县镇乡街中单市部院校会处所馆站厅省州旗司园公])"
    r"|本(?:报告|机关|级|单位|部门|年|[局委办区县镇乡街市部院校会处所馆站厅省州旗])"
    r"|[各该此与及、的了由]|历年|最新|根据|依据|按照|关于|公布|发布|现将|现公布|请|为了|以下|如下"
)
_INSIDE = re.compile(
    r"[0-9]{6,}|20[0-9]{2}|[。\-|~_，；！？：:,;!?<>=〔〕“”\"《》…*#@{}]|https?|www|编制(?!委|办)|本报告|如下|我局|我镇|我乡|我区|我县|我市"
)


def is_organization(text: str) -> bool:
    """Whether the text can be a body's name: Chinese, of a name's length, no pronoun, no sentence."""
    if not 2 <= len(_HAN.findall(text)) <= 50:
        return False
    plain = fold(text)
    return plain not in _NO_NAME and _INSIDE.search(plain) is None and _NOT_NAMED.match(plain) is None


def is_certain(name: str) -> bool:
    """Whether the name ends as bodies' and areas' names do, and is no piece of one."""
    plain = fold(_SECOND.sub("", name))
    if len(plain) < 3 or _PIECE.match(plain) or plain.endswith(("网站", "平台")):
        return False
    return _CERTAIN.search(plain) is not None


def is_place(text: str) -> bool:
    """Whether a text is a place's name only, which may be the first piece of a body's name."""
    return _PLACE.fullmatch(fold(text)) is not None


def without_aside(name: str) -> str:
    """The name without a bracket that is no second name (（本级）, （以下简称…）)."""
    return _ASIDE.sub("", _SHORT.sub("", name))


def is_second_name(text: str) -> bool:
    """Whether a line is nothing but a second name in brackets."""
    found = _SECOND.fullmatch(text)
    return found is not None and len(found[1]) >= 4 and is_organization(found[1])


def agree(one: str, other: str) -> bool:
    """Whether two names can be one body's: one abbreviates, completes or belongs to the other.

    虚构区民政局 and 虚构市虚构区民政局; 市科委 and 市科学技术委员会; 虚构区人民政府 and its 办公室.
    """
    first, second = ({_core(name) for name in _names(text)} for text in (one, other))
    return any(a[-1] == b[-1] and _within(*sorted((a, b), key=len)) for a in first for b in second)


def _names(text: str) -> list[str]:
    solid = fold(text)
    found = _SECOND.search(solid)
    return [solid] if found is None else [solid[: found.start()], found[1]]


def _core(name: str) -> str:
    """The name without what one body's names differ in: 人民政府, the office that writes for it."""
    name = (
        re.sub(r"(?:政务公开|信息公开|党政|综合)?(?:办公室|办公厅|领导小组办公室|领导小组)$", "", name)
        or name
    )
    name = re.sub(r"(?:街道)?办事处$|街道$", "街", name).replace("委员会", "委").removesuffix("会")
    return re.sub(r"(?:人民政府|政府|管理委|管委)$", "", name) or name


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)
