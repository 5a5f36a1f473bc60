"""What this process crawls and reads with, for run records."""

from __future__ import annotations

import platform
from importlib.metadata import version

from pipelines.report.read import PARSER


def versions() -> dict[str, str]:
    """The version of everything that a run's outcome may depend on."""
    return {
        "gongkai": version("gongkai"),
        "parser": PARSER,
        "scrapy": version("scrapy"),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
    }
