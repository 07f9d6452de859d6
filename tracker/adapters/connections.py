"""What can go wrong between here and a mail server, as a message with its mend."""

from __future__ import annotations

import socket
import ssl

from tracker.core.endpoint import Endpoint
from tracker.core.errors import TrackerError


class MailServerError(TrackerError):
    """A mail server can't be used. The next run tries again."""


class SignInRefused(MailServerError):
    """The server knows us not: trying again soon would be in vain, and may lock the account."""


def refused(what: str, endpoint: Endpoint, *, by_token: bool) -> SignInRefused:
    """Return the error for a user whom a mail server does not let in."""
    key = what.lower()
    if by_token:
        return SignInRefused(
            f"{what}: {endpoint.host} refuses the access token for user {endpoint.user}",
            f"The user in `mailbox.{key}` must be the one who signed in with `tracker login`, and "
            f"{what} must be allowed for this mailbox at the provider.",
        )
    return SignInRefused(
        f"{what}: {endpoint.host} refuses user {endpoint.user} or the password",
        f"Check the user in `mailbox.{key}` and the variable TRACKER_{what}_PASSWORD; "
        "many providers want an app password.",
    )


def odd_password(variable: str) -> MailServerError:
    """Return the error for a user or password that the protocol can't carry."""
    return MailServerError(
        f"The user name or {variable} holds letters other than Latin ones",
        "Type it again with the other keyboard layout, or take an app password.",
    )


def connection_error(what: str, endpoint: Endpoint, error: Exception) -> MailServerError:
    """Turn a failure to talk to ``endpoint`` into a message; ``what`` is IMAP or SMTP."""
    where = f"{endpoint.host}:{endpoint.port}"
    key = what.lower()
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailServerError(
            f"{what}: the certificate of {where} is not trusted: {error.verify_message}",
            f"Check the host name in `mailbox.{key}`; a private authority goes into SSL_CERT_FILE.",
        )
    if isinstance(error, ssl.SSLError):
        return MailServerError(
            f"{what}: no TLS with {where}: {error.reason or error}",
            f"`{key}s://` is TLS from the start, `{key}://` STARTTLS: check `mailbox.{key}`.",
        )
    if isinstance(error, socket.gaierror):
        return MailServerError(
            f"{what}: the host {endpoint.host} is not known",
            f"Check the network, and the host in `mailbox.{key}` of tracker.toml.",
        )
    if isinstance(error, TimeoutError):
        return MailServerError(
            f"{what}: {where} does not answer", "Check the network and firewall, then try again."
        )
    if isinstance(error, ConnectionRefusedError):
        return MailServerError(
            f"{what}: {where} refuses the connection",
            f"Check host and port in `mailbox.{key}` of tracker.toml.",
        )
    return MailServerError(f"{what}: {where}: {error}", "Try again; nothing is lost.")
