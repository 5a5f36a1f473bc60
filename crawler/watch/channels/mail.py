"""The channel `email`: a plain text mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from crawler.errors import ChannelError
from crawler.watch.message import Message
from crawler.watch.secrets import masked, secret
from crawler.watch.settings import PORTS, Channel

TIMEOUT = 30.0
"""Seconds for each answer of the server."""


def send(channel: Channel, message: Message, now: datetime) -> str | None:
    """Sends the message to all recipients; a sentence where the server refused some of them.

    Raises:
        ChannelError: where the server cannot be reached, does not know us, or takes none of them.
    """
    password = secret(channel, "password")
    host, port = str(channel.host), channel.port or PORTS[channel.tls]
    try:
        with _connected(channel, host, port) as server:
            if channel.user is not None and password is not None:
                server.login(channel.user, password)
            refused = server.send_message(_mail(channel, message, now))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise ChannelError(f"{host} takes no recipient", again=all(400 <= c < 500 for c in codes)) from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else ""
        again = 400 <= error.smtp_code < 500
        raise ChannelError(
            masked(f"{host} answers {error.smtp_code} {said}", password), again=again
        ) from None
    except ssl.SSLError as error:
        raise ChannelError(f"{host}:{port}: {error.reason or 'no TLS'} (see tls and port)") from None
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelError(f"{host}:{port}: {error} (see tls and port)") from None
    except UnicodeError:
        raise ChannelError(f"{host}: user and password should be ASCII") from None
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError(f"{host}:{port} cannot be reached ({type(error).__name__})", again=True) from None
    if refused:
        return f"{host} refuses {', '.join(sorted(refused))}; the others have it"
    return None


def _connected(channel: Channel, host: str, port: int) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if channel.tls == "ssl":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if channel.tls == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _mail(channel: Channel, message: Message, now: datetime) -> EmailMessage:
    mail = EmailMessage()
    sender = str(channel.sender)
    mail["Subject"] = message.title
    mail["From"] = sender
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content("\n".join(message.lines).strip() + "\n")
    return mail
