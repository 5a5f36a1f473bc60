"""The provinces by the first two digits of a division code (GB/T 2260), and the names of their site files.

Data only. It must not read files.
"""

from __future__ import annotations

PROVINCES = {
    "11": ("北京市", "beijing"),
    "12": ("天津市", "tianjin"),
    "13": ("河北省", "hebei"),
    "14": ("山西省", "shanxi"),
    "15": ("内蒙古自治区", "neimenggu"),
    "21": ("辽宁省", "liaoning"),
    "22": ("吉林省", "jilin"),
    "23": ("黑龙江省", "heilongjiang"),
    "31": ("上海市", "shanghai"),
    "32": ("江苏省", "jiangsu"),
    "33": ("浙江省", "zhejiang"),
    "34": ("安徽省", "anhui"),
    "35": ("福建省", "fujian"),
    "36": ("江西省", "jiangxi"),
    "37": ("山东省", "shandong"),
    "41": ("河南省", "henan"),
    "42": ("湖北省", "hubei"),
    "43": ("湖南省", "hunan"),
    "44": ("广东省", "guangdong"),
    "45": ("广西壮族自治区", "guangxi"),
    "46": ("海南省", "hainan"),
    "50": ("重庆市", "chongqing"),
    "51": ("四川省", "sichuan"),
    "52": ("贵州省", "guizhou"),
    "53": ("云南省", "yunnan"),
    "54": ("西藏自治区", "xizang"),
    "61": ("陕西省", "shaanxi"),
    "62": ("甘肃省", "gansu"),
    "63": ("青海省", "qinghai"),
    "64": ("宁夏回族自治区", "ningxia"),
    "65": ("新疆维吾尔自治区", "xinjiang"),
}
"""First two digits -> name, and the stem of the file that holds its sites. The decree binds no others."""


def province_name(code: str | None) -> str | None:
    """The province of a division code; None where there is none, or no such province."""
    found = PROVINCES.get((code or "")[:2])
    return found[0] if found else None


def province_file(code: str | None) -> str | None:
    """The name of the file that holds the province's sites, without `.toml`."""
    found = PROVINCES.get((code or "")[:2])
    return found[1] if found else None
