"""The one configuration file, `gongkai.toml`: found, read, checked, and put where it counts.

Options count before the environment, the environment before the file, the file before defaults. To that
end the file's values that have an environment variable are put into `os.environ` where it lacks them, at
the start of `gongkai` and of `scrapy crawl`: lower layers and child processes see no difference. Tables
that only this level needs are read by their owners, as `load().schedule` and so on. Without a file this
costs a few look-ups and imports no pydantic. It must not look at the archive or the network.
"""

from __future__ import annotations

from crawler.config.loading import (
    NAME,
    VARIABLE,
    Config,
    find,
    forget,
    go_without,
    load,
    loaded,
    mistakes,
    origin,
    override,
)

__all__ = [
    "NAME",
    "VARIABLE",
    "Config",
    "find",
    "forget",
    "go_without",
    "load",
    "loaded",
    "mistakes",
    "origin",
    "override",
]
