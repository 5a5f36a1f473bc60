"""Finds the configuration file, reads it, and keeps what it said for the process."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from platformdirs import user_config_path

from crawler.config.settings import SETTINGS, Setting
from crawler.errors import ConfigError

if TYPE_CHECKING:
    from crawler.config.section import Section
    from crawler.coverage_settings import CoverageSection
    from crawler.schedule.settings import ScheduleSection
    from crawler.watch.settings import WatchSection

    AnySection = TypeVar("AnySection", bound=Section)

NAME = "gongkai.toml"
VARIABLE = "GONGKAI_CONFIG"
_HINTS = {
    "Invalid value": ' Texts stand between straight quotes: "…".',
    "Unescaped": " Write / between folders, or \\\\ for each \\.",
    "Expected '=' after a key": ' Write key = "…", and a table\'s name as [table].',
}
"""What helps with the commonest mistakes, by tomllib's words."""


@dataclass(frozen=True)
class Config:
    """What a configuration file says; without a file, nothing."""

    path: Path | None = None
    """The file, absolute; None where there is none."""
    tables: Mapping[str, Any] = field(default_factory=dict)
    """The file as it stands."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What it puts into the environment where that lacks it, by variable."""

    @property
    def crawl(self) -> Mapping[str, Any]:
        """`[crawl]`: Scrapy settings by name."""
        found = self.tables.get("crawl", {})
        return found if isinstance(found, dict) else {}

    @cached_property
    def schedule(self) -> ScheduleSection:
        """`[schedule]`, checked; raises `ConfigError`."""
        from crawler.schedule.settings import ScheduleSection

        return self._section("schedule", ScheduleSection)

    @cached_property
    def coverage(self) -> CoverageSection:
        """`[coverage]`, checked; raises `ConfigError`."""
        from crawler.coverage_settings import CoverageSection

        return self._section("coverage", CoverageSection)

    @cached_property
    def watch(self) -> WatchSection:
        """`[watch]`, checked; raises `ConfigError`."""
        from crawler.watch.settings import WatchSection

        return self._section("watch", WatchSection)

    def _section(self, name: str, model: type[AnySection]) -> AnySection:
        if self.path is None:
            return model()
        said = self.tables.get(name, {})
        return checked(self.path, name, said, model) if isinstance(said, dict) else model()


_loaded: Config | None = None
_before: dict[str, str | None] = {}
"""What stood in the environment where the loaded file, or an option, has put something."""
_options: set[str] = set()
"""Variables that an option of the command line has set."""


def load(path: Path | None = None) -> Config:
    """The configuration of this process; the first call, or one with a `path`, reads it and applies it.

    Raises:
        ConfigError: where the file is missing though it was named, is no TOML, or says something wrong.
    """
    global _loaded
    if _loaded is None or path is not None:
        forget()
        found = find(path)
        config = Config() if found is None else read(found)
        _apply(config)
        _loaded = config
    return _loaded


def override(variable: str, value: str) -> None:
    """An option of the command line counts before the environment, until `forget`."""
    _options.add(variable)
    _before.setdefault(variable, os.environ.get(variable))
    os.environ[variable] = value


def go_without() -> None:
    """This process goes on as if there were no file: it is wrong, and what is to be done is to say so."""
    global _loaded
    forget()
    _loaded = Config()


def loaded() -> Config:
    """What has been loaded, and nothing if nothing has."""
    return _loaded or Config()


def forget() -> None:
    """Takes back what the file put into the environment; the next `load` reads anew."""
    global _loaded
    _loaded = None
    for name, value in _before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _before.clear()
    _options.clear()


def origin(setting: Setting) -> tuple[str | None, str]:
    """The value that counts at this moment, None for the default; and who says it."""
    for name in setting.variables:
        if name in _options:
            return os.environ[name], "option"
        if name in os.environ:
            ours = name in _before and _before[name] is None
            return os.environ[name], "file" if ours else f"environment, {name}"
    return None, "default"


def find(path: Path | None = None) -> Path | None:
    """The file that counts: `path`, GONGKAI_CONFIG's, the one in this folder, or the user's own."""
    if path is not None:
        return path.absolute()
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    here = Path(NAME).absolute()
    own = user_config_path("gongkai") / NAME
    return next((one for one in (here, own) if os.path.lexists(one)), None)


def read(path: Path) -> Config:
    """The file, checked but for the tables that others own.

    Raises:
        ConfigError: names file, table, key and remedy.
    """
    from crawler.config.model import File

    tables = _tables(path)
    return Config(path, tables, _variables(checked(path, "", tables, File)))


def mistakes(path: Path) -> list[str]:
    """Everything that is wrong about the file, the tables of others included; empty if it is sound."""
    from crawler.config.crawl import crawl_settings
    from crawler.config.model import File

    try:
        config = Config(path, _tables(path))
    except ConfigError as error:
        return list(error.problems)
    found: list[str] = []
    for look in (
        lambda: checked(path, "", config.tables, File),
        lambda: crawl_settings(config),
        lambda: config.schedule,
        lambda: config.coverage,
        lambda: config.watch,
    ):
        try:
            look()
        except ConfigError as error:
            found += [problem for problem in error.problems if problem not in found]
    return found


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file. Correct its name, or make one: gongkai config --write"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Mend that, or name another.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        hint = next((hint for word, hint in _HINTS.items() if word in str(error)), "")
        raise ConfigError(f"{path}: is no TOML: {error}.{hint}") from None


def checked(path: Path, table: str, values: Mapping[str, Any], model: type[AnySection]) -> AnySection:
    """A table as its model; raises `ConfigError` with everything that is wrong about it."""
    from pydantic import ValidationError

    from crawler.config.complaints import complaints
    from crawler.config.section import FOLDER

    try:
        # JSON's strictness is a file's: lists become tuples and texts dates, but "4" is no number.
        return model.model_validate_json(json.dumps(values, default=_text), context={FOLDER: path.parent})
    except ValidationError as error:
        raise ConfigError(*complaints(error, model, values, path, table)) from None


def _text(value: object) -> str:
    assert isinstance(value, date | datetime | time)  # all that TOML has and JSON lacks
    return value.isoformat()


def _variables(checked: Section) -> dict[str, str]:
    found = {}
    for setting in SETTINGS:
        value: Any = checked
        for name in setting.key.split("."):
            value = getattr(value, name)
        if value is not None:
            separator = "," if setting.key == "proxy.none" else os.pathsep
            found[setting.variable] = (
                separator.join(map(str, value)) if isinstance(value, tuple) else str(value)
            )
    return found


def _apply(config: Config) -> None:
    if config.path is None:
        return
    said = {VARIABLE: str(config.path)}  # children may stand in another folder
    for setting in SETTINGS:
        if setting.variable in config.variables and not any(name in os.environ for name in setting.variables):
            said[setting.variable] = config.variables[setting.variable]
    _before.update({name: os.environ.get(name) for name in said})
    os.environ.update(said)
