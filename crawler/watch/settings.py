"""`[watch]` of the configuration file: what is watched, and the channels through which people are told.

Secrets are named by environment variable or file, never resolved here.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from crawler.config.section import PlacePath, Section
from crawler.watch.codes import CODES, Language, Severity

Kind = Literal["webhook", "feishu", "wecom", "dingtalk", "slack", "email", "file"]
ROBOTS = ("webhook", "feishu", "wecom", "dingtalk", "slack")
"""Kinds that are a POST to an address."""
SIGNED = ("feishu", "dingtalk")
"""Robots that can ask for a signature."""
LOCAL = ("localhost", "127.0.0.1", "::1")
PORTS = {"starttls": 587, "ssl": 465, "none": 25}

_OWN = {
    "url": ROBOTS, "url_env": ROBOTS, "url_file": ROBOTS, "secret_env": SIGNED, "secret_file": SIGNED,
    "path": ("file",), "host": ("email",), "port": ("email",), "tls": ("email",), "user": ("email",),
    "password_env": ("email",), "password_file": ("email",), "sender": ("email",), "to": ("email",),
}  # fmt: skip
"""Keys that only some kinds of channels have."""


def _code(value: str) -> str:
    if value not in CODES:
        raise ValueError(f"{value!r:.60} is no code of an alert; docs/watch.md lists them")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError('should be the name of an environment variable, as in "FEISHU_URL"')
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/\[\]]+\S*", value):
        raise ValueError("should be a whole address that begins with https://")
    return value


def _mail(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", value):
        raise ValueError('should be a mail address, as in "watch@example.org"')
    return value


Code = Annotated[str, AfterValidator(_code)]
Variable = Annotated[str, AfterValidator(_variable)]
Mail = Annotated[str, AfterValidator(_mail)]


class Channel(Section):
    """`[watch.channels.NAME]`: one way to people, and what goes there."""

    kind: Kind
    language: Language | None = None
    """Of what is said there; None: that of `[watch]`."""
    alerts: bool = True
    resolved: bool = True
    """Whether it is told that an alert has passed."""
    digest: bool = True
    severity: Severity = "notice"
    """The least severity that goes there."""
    codes: tuple[Code, ...] = ()
    sites: tuple[str, ...] = ()
    """Only alerts of these codes and sites; none: all. What concerns no single site goes everywhere."""

    url: Annotated[str, AfterValidator(_url)] | None = None
    url_env: Variable | None = None
    url_file: PlacePath | None = None
    secret_env: Variable | None = None
    secret_file: PlacePath | None = None
    """The key with which Feishu's or DingTalk's robot wants messages signed."""

    path: PlacePath | None = None
    """A file that gets a JSON line for each message."""

    host: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: Literal["starttls", "ssl", "none"] = "starttls"
    user: str | None = None
    password_env: Variable | None = None
    password_file: PlacePath | None = None
    sender: Mail | None = None
    to: tuple[Mail, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Each kind has what it needs and nothing of the others."""
        for key in sorted(self.model_fields_set & _OWN.keys()):
            if self.kind not in _OWN[key]:
                raise ValueError(f'{key} goes with kind = "{_OWN[key][0]}", not with "{self.kind}"')
        if self.kind in ROBOTS and len({"url", "url_env", "url_file"} & self.model_fields_set) != 1:
            raise ValueError('needs its address, in one way; best is url_env = "NAME_OF_A_VARIABLE"')
        if len({"secret_env", "secret_file"} & self.model_fields_set) == 2:
            raise ValueError("has secret_env and secret_file; write one of them")
        if self.kind == "file" and self.path is None:
            raise ValueError('needs path, the file to write to: path = "alerts.jsonl"')
        if self.kind == "email":
            self._fits_mail()
        return self

    def _fits_mail(self) -> None:
        for key, example in (("host", '"smtp.example.org"'), ("sender", '"watch@example.org"'),
                             ("to", '["you@example.org"]')):  # fmt: skip
            if not getattr(self, key):
                raise ValueError(f"needs {key}, as in {key} = {example}")
        secrets = {"password_env", "password_file"} & self.model_fields_set
        if (self.user is None) == bool(secrets) or len(secrets) == 2:
            raise ValueError("needs user together with password_env or password_file, or none of them")
        if (
            self.user is not None
            and self.tls == "none"
            and self.host not in ("localhost", "127.0.0.1", "::1")
        ):
            raise ValueError('would send its password in the clear: write tls = "starttls" or "ssl"')


class WatchSection(Section):
    """The table, checked."""

    language: Language = "zh"
    """Of messages and digests."""
    remind: Annotated[int, Field(ge=0, le=365)] = 0
    """Days after which an open alert is told again; 0: never."""
    settle: Annotated[int, Field(ge=0, le=60)] = 1
    """Days for which a state must stay away before its alert is called resolved: what comes and goes is
    told once."""
    sites: tuple[str, ...] = ()
    """Only these sites; none: all of the archive."""
    mute: tuple[Code, ...] = ()
    """Codes that raise nothing; those that are open end untold."""
    channels: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")], Channel] = Field(
        default_factory=dict
    )
