"""Channels, against real servers that answer as the services do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from crawler.errors import ChannelError
from crawler.watch.alert import Alert
from crawler.watch.channels.send import send
from crawler.watch.message import Message, message
from crawler.watch.settings import Channel
from crawler.watch.state import Known, News
from tests.replica.certificates import Authority
from tests.watch.services import Answer, Service, coded, service

NOW = datetime(2026, 2, 10, 2, 30, tzinfo=UTC)
TOKEN = "0123456789abcdef"
ALERT = Alert("host-gone", "bjxch", "h", NOW, "西城区 <h> 无法访问。", "h & g cannot be reached.", {"n": 1})


@pytest.fixture
def played() -> Iterator[Service]:
    with service(f"/hook/{TOKEN}") as found:
        yield found


def said(count: int = 1) -> Message:
    return message(News(tuple(Known(ALERT, NOW) for _ in range(count))), "zh", "./archive")


def channel(kind: str, url: str, **more: Any) -> Channel:
    return Channel.model_validate({"kind": kind, "url": url, **more})


def deliver(found: Channel, text: Message | None = None) -> str | None:
    return send(found, text or said(), NOW, pause=0.001)


def test_a_generic_webhook_gets_everything(played: Service) -> None:
    assert deliver(channel("webhook", played.url)) is None
    (asked,) = played.asked
    assert asked.body["title"] == "[Gongkai] 新增 1 条：主机无法访问"
    assert asked.body["raised"] == [ALERT.to_json()]
    assert asked.body["schema"] == "gongkai.message/1"


def test_feishu(played: Service) -> None:
    played.answers(coded("code", 0))
    deliver(channel("feishu", played.url))
    (asked,) = played.asked
    assert asked.body == {"msg_type": "text", "content": {"text": said().text}}


def test_feishu_signed(played: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    played.answers(coded("code", 0))
    monkeypatch.setenv("KEY", "a key")
    deliver(channel("feishu", played.url, secret_env="KEY"))
    (asked,) = played.asked
    stamp = str(int(NOW.timestamp()))
    made = hmac.new(f"{stamp}\na key".encode(), b"", hashlib.sha256).digest()
    assert asked.body["timestamp"] == stamp
    assert asked.body["sign"] == base64.b64encode(made).decode()


def test_dingtalk_signed(played: Service, tmp_path: Path) -> None:
    played.answers(coded("errcode", 0))
    (tmp_path / "key").write_text("SEC0123\n")
    sent = {"kind": "dingtalk", "url": f"{played.url}?access_token={TOKEN}", "secret_file": tmp_path / "key"}
    deliver(Channel.model_validate(sent))
    (asked,) = played.asked
    stamp = str(int(NOW.timestamp()) * 1000)
    made = hmac.new(b"SEC0123", f"{stamp}\nSEC0123".encode(), hashlib.sha256).digest()
    signed = {"access_token": TOKEN, "timestamp": stamp, "sign": base64.b64encode(made).decode()}
    assert asked.query == signed
    assert asked.body == {"msgtype": "text", "text": {"content": said().text}}


def test_wecom_gets_no_more_at_once_than_it_takes(played: Service) -> None:
    played.answers(coded("errcode", 0))
    long = Message("[Gongkai]", tuple(f"· 第 {n} 个单位逾期未公开年报" for n in range(2000)))
    deliver(channel("wecom", played.url), long)
    texts = [asked.body["text"]["content"] for asked in played.asked]
    assert len(texts) == 5
    assert all(len(text.encode()) <= 2048 for text in texts)
    assert texts[-1].endswith("…")


def test_slack_reads_markup(played: Service) -> None:
    deliver(channel("slack", played.url))
    (asked,) = played.asked
    assert "西城区 &lt;h&gt; 无法访问。" in asked.body["text"]


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("feishu", coded("code", 19021, "sign match fail"), "sign match fail"),
        ("feishu", coded("code", 19024, "Key Words Not Found"), "Key Words Not Found"),
        ("feishu", Answer(200, "<html>a proxy's page"), "a proxy's page"),
        ("feishu", Answer(200, "[]"), "refuses"),
        ("wecom", coded("errcode", 93000, "invalid webhook url"), "invalid webhook url"),
        ("wecom", coded("errcode", 45009, "api freq out of limit"), "api freq"),
        ("dingtalk", coded("errcode", 310000, "keywords not in content"), "keywords"),
        ("dingtalk", coded("errcode", 130101, "send too fast"), "too fast"),
        ("slack", Answer(404, "no_service"), "no_service"),
        ("slack", Answer(302, "", {"Location": "https://elsewhere.example/"}), "302"),
        ("webhook", Answer(403, f"no {TOKEN} here"), "403"),
    ],
)
def test_what_no_second_try_will_mend_is_said_at_once(
    played: Service, kind: str, answer: Answer, words: str
) -> None:
    played.answers(answer)
    with pytest.raises(ChannelError) as caught:
        deliver(channel(kind, played.url))
    assert words in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert len(played.asked) == 1


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("slack", Answer(429, "rate_limited", {"Retry-After": "0"})),
        ("slack", Answer(503, "no")),
        ("feishu", coded("code", 11232, "frequency limited")),
        ("wecom", coded("errcode", -1, "system busy")),
    ],
)
def test_what_passes_is_tried_again(played: Service, kind: str, answer: Answer) -> None:
    well = Answer() if kind == "slack" else coded("code" if kind == "feishu" else "errcode", 0)
    played.answers(answer, answer, well)
    deliver(channel(kind, played.url))
    assert len(played.asked) == 3


def test_tries_end(played: Service) -> None:
    played.answers(Answer(500, "no"))
    with pytest.raises(ChannelError, match="answers 500"):
        deliver(channel("webhook", played.url))
    assert len(played.asked) == 4


def test_a_service_that_wants_to_be_left_alone_for_long_is(played: Service) -> None:
    played.answers(Answer(429, "later", {"Retry-After": "600"}))
    with pytest.raises(ChannelError):
        deliver(channel("slack", played.url))
    assert len(played.asked) == 1


def test_a_dead_service_is_named_without_its_token() -> None:
    with service(f"/hook/{TOKEN}") as gone:
        url = gone.url
    with pytest.raises(ChannelError) as caught:
        deliver(channel("webhook", f"{url}?key={TOKEN}"))
    assert "127.0.0.1 cannot be reached" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("kind", ["webhook", "dingtalk"])
def test_no_log_has_a_token_however_much_is_logged(
    played: Service, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    played.answers(coded("errcode", 0))
    deliver(channel(kind, f"{played.url}?access_token={TOKEN}"))
    assert TOKEN not in caplog.text


def test_secrets_come_from_where_they_are_kept(
    played: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Channel.model_validate({"kind": "webhook", "url_env": "HOOK"})
    with pytest.raises(ChannelError, match="HOOK, which is not set"):
        deliver(named)
    monkeypatch.setenv("HOOK", f" {played.url}\n")
    deliver(named)
    kept = Channel.model_validate({"kind": "webhook", "url_file": tmp_path / "hook"})
    with pytest.raises(ChannelError, match="hook cannot be read"):
        deliver(kept)
    (tmp_path / "hook").write_text("")
    with pytest.raises(ChannelError, match="hook is empty"):
        deliver(kept)
    (tmp_path / "hook").write_text(played.url)
    deliver(kept)
    assert len(played.asked) == 2


@pytest.mark.parametrize("address", ["hooks.slack.com/x", "https://[x/", "https:// x", "ftp://x/"])
def test_an_address_that_is_none_is_said_without_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HOOK", address)
    with pytest.raises(ChannelError, match="should begin with https://") as caught:
        deliver(Channel.model_validate({"kind": "webhook", "url_env": "HOOK"}))
    assert "x" not in str(caught.value).replace("should begin with https://", "")


def test_a_bug_in_one_channel_is_that_channels_trouble(
    played: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise RuntimeError(played.url)

    monkeypatch.setattr("crawler.watch.channels.robots.post", stumble)
    with pytest.raises(ChannelError, match="RuntimeError") as caught:
        deliver(channel("webhook", played.url))
    assert TOKEN not in str(caught.value)


def test_a_password_that_mail_cannot_carry_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "密码")

    def check(*_: Any) -> AuthResult:
        return AuthResult(success=True, handled=False)

    plain = {"authenticator": check, "auth_require_tls": False}
    with post_office(Postman(), **plain) as port, pytest.raises(ChannelError, match="ASCII"):
        deliver(mail_channel(port, user="me", password_env="WORD"))


def test_a_file_gets_a_line_for_each_message(tmp_path: Path) -> None:
    kept = Channel.model_validate({"kind": "file", "path": tmp_path / "new" / "alerts.jsonl"})
    deliver(kept)
    deliver(kept)
    lines = [json.loads(line) for line in (tmp_path / "new" / "alerts.jsonl").read_text("utf-8").splitlines()]
    assert [line["raised"][0]["key"] for line in lines] == [ALERT.key] * 2
    assert lines[0]["at"] == "2026-02-10T02:30:00.000000+00:00"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChannelError, match="cannot be written"):
        deliver(Channel.model_validate({"kind": "file", "path": tmp_path / "file" / "alerts.jsonl"}))


class Postman:
    """Takes mail, refusing whom it is told to."""

    def __init__(self, *refused: str, busy: int = 0) -> None:
        self.mails: list[EmailMessage] = []
        self.refused = refused
        self.busy = busy

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.busy:
            self.busy -= 1
            return "451 try again"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def post_office(postman: Postman, **options: Any) -> Iterator[int]:
    """A mail server; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mail_channel(port: int, **more: Any) -> Channel:
    usual = {"kind": "email", "host": "127.0.0.1", "port": port, "tls": "none"}
    people = {"sender": "watch@example.org", "to": ("a@example.org", "b@example.org")}
    return Channel.model_validate(usual | people | more)


def test_mail() -> None:
    postman = Postman()
    with post_office(postman) as port:
        assert deliver(mail_channel(port)) is None
    (mail,) = postman.mails
    assert mail["Subject"] == "[Gongkai] 新增 1 条：主机无法访问"
    assert mail["To"] == "a@example.org, b@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "西城区 <h> 无法访问。" in mail.get_content()
    assert "Message-ID" in mail
    assert "Date" in mail


def test_one_refused_recipient_does_not_have_the_others_told_again() -> None:
    postman = Postman("b@example.org")
    with post_office(postman) as port:
        remark = deliver(mail_channel(port))
    assert remark is not None
    assert "b@example.org" in remark
    assert len(postman.mails) == 1


def test_mail_that_nobody_takes_fails_and_a_busy_server_is_tried_again() -> None:
    refusing = Postman("a@example.org", "b@example.org")
    with post_office(refusing) as port, pytest.raises(ChannelError, match="takes no recipient"):
        deliver(mail_channel(port))
    postman = Postman(busy=2)
    with post_office(postman) as port:
        deliver(mail_channel(port))
    assert len(postman.mails) == 1


def test_mail_with_tls_and_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    monkeypatch.setenv("WORD", "right")
    postman = Postman()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password == b"right", handled=False)

    secure = {"authenticator": check, "tls_context": authority.context("localhost")}
    with post_office(postman, **secure, auth_required=True, require_starttls=True) as port:
        known = {"host": "localhost", "tls": "starttls", "user": "me", "password_env": "WORD"}
        deliver(mail_channel(port, **known))
        assert len(postman.mails) == 1
        monkeypatch.setenv("WORD", "wrong-password")
        with pytest.raises(ChannelError) as caught:
            deliver(mail_channel(port, **known))
        assert "535" in str(caught.value)
        assert "wrong-password" not in str(caught.value)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(ChannelError, match=r"(?i)certificate"):
            deliver(mail_channel(port, **known))


def test_a_server_without_tls_is_not_sent_to_in_the_clear() -> None:
    postman = Postman()
    with post_office(postman) as port:
        with pytest.raises(ChannelError, match="tls"):
            deliver(mail_channel(port, tls="starttls"))
        with pytest.raises(ChannelError, match=r"(?i)tls"):
            deliver(mail_channel(port, tls="ssl"))
    assert postman.mails == []


def test_no_mail_server() -> None:
    with post_office(Postman()) as port:
        pass
    with pytest.raises(ChannelError, match="cannot be reached"):
        deliver(mail_channel(port))
