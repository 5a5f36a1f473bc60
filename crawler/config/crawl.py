"""`[crawl]`: Scrapy settings in the configuration file, held against those that exist.

Scrapy takes any name in silence; a delay that is misspelt here would be an impolite crawl for years.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from scrapy.settings import default_settings

from crawler.config.complaints import SECRET, unknown
from crawler.config.loading import Config
from crawler.config.settings import SETTINGS
from crawler.errors import ConfigError

_ELSEWHERE = {name: setting.key for setting in SETTINGS for name in setting.variables} | {
    "USER_AGENT": "contact"
}
"""What a key of its own says."""


def crawl_settings(config: Config) -> dict[str, Any]:
    """What `[crawl]` says.

    Raises:
        ConfigError: where a name or a value is none that Scrapy or this project knows.
    """
    from crawler import settings  # here: it loads the configuration

    known = {name: getattr(default_settings, name) for name in dir(default_settings) if name.isupper()}
    known |= {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    problems = [
        f"{config.path}: [crawl] {name}: {problem}"
        for name, value in config.crawl.items()
        if (problem := _wrong(name, value, known))
    ]
    if problems:
        raise ConfigError(*problems)
    return dict(config.crawl)


def _wrong(name: str, value: Any, known: Mapping[str, Any]) -> str | None:
    if name in _ELSEWHERE:
        return f"has a key of its own. Write {_ELSEWHERE[name]} instead."
    if name not in known or SECRET.search(name):
        return unknown(name, [one for one in known if not one.startswith("AWS_")], name.upper())
    default = known[name]
    if name == "LOG_LEVEL" and value not in logging.getLevelNamesMapping():
        return f"should be one of {', '.join(logging.getLevelNamesMapping())}."
    if isinstance(default, bool) and not isinstance(value, bool):
        return "should be true or false, without quotes."
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, int | float) and not isinstance(default, bool) and not number:
        return f"should be a number without quotes, for example {default}."
    if isinstance(default, str) and not isinstance(value, str):
        return "should be a text in quotes."
    if isinstance(default, dict) and not isinstance(value, dict):
        return f"should be a table of its own, under a line [crawl.{name}]."
    return None
