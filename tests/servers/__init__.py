"""Real servers for the tests: Dovecot for IMAP, a scriptable SMTP server, and others."""

from __future__ import annotations

from .dovecot import Dovecot, Mailbox
from .installed import ServerMissingError
from .proxy import Proxy
from .smtp import Letter, SmtpServer
from .tokens import TokenServer

__all__ = [
    "Dovecot",
    "Letter",
    "Mailbox",
    "Proxy",
    "ServerMissingError",
    "SmtpServer",
    "TokenServer",
]
