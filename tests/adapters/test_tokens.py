"""Access tokens from a real token server, shown to a real Dovecot and to an SMTP server."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers import Dovecot, SmtpServer, TokenServer
from tests.servers.tokens import CLIENT, CLIENT_SECRET, REFRESH
from tracker.adapters.connections import MailServerError, SignInRefused
from tracker.adapters.imap import Mailbox
from tracker.adapters.smtp import Sender
from tracker.adapters.tokens import Tokens
from tracker.core.endpoint import endpoint
from tracker.core.letters import Letter
from tracker.core.oauth import JWT_GRANT, provider_of
from tracker.core.settings import read_settings

USER = "support@example.org"


def tokens(server: TokenServer, auth: str = "google", more: str = "", **changed: str) -> Tokens:
    text = f"""
[desk]
name = "Desk"
prefix = "ACCREDO"
[mailbox]
address = "{USER}"
imap = "imap://support%40example.org@127.0.0.1"
auth = "{auth}"
oauth_url = "{server.url}"
{more}
"""
    provider = provider_of(read_settings(text).mailbox)
    values = {"client": CLIENT, "secret": CLIENT_SECRET, "refresh": REFRESH} | changed
    return Tokens(provider, **values)


def imap(dovecot: Dovecot, shown: Tokens) -> Mailbox:
    url = f"imap://support%40example.org@127.0.0.1:{dovecot.port}"
    return Mailbox(endpoint(url, "imap"), shown, "INBOX")


def smtp(server: SmtpServer, shown: Tokens) -> Sender:
    url = f"smtp://support%40example.org@127.0.0.1:{server.port}"
    return Sender(endpoint(url, "smtp"), shown, USER)


def letter() -> Letter:
    return Letter("ivan@example.org", "<x@y.org>", b"To: ivan@example.org\r\n\r\nHello\r\n")


@pytest.fixture
def smtp_oauth(smtp: SmtpServer, token_server: TokenServer) -> SmtpServer:
    smtp.demand_token(USER, f"{token_server.url}/introspect")
    return smtp


@pytest.mark.servers
def test_one_token_opens_the_mailbox_many_times_and_sends(
    token_server: TokenServer, dovecot_oauth: Dovecot, smtp_oauth: SmtpServer
) -> None:
    shown = tokens(token_server)
    for _ in range(3):
        with imap(dovecot_oauth, shown) as box:
            assert box.waiting(0) == []
    with smtp(smtp_oauth, shown) as sender:
        assert sender.send(letter()).outcome == "accepted"
    assert token_server.grants() == ["refresh_token"]
    assert [one.user for one in smtp_oauth.letters()] == [USER]
    assert set(token_server.shown) == token_server.good


@pytest.mark.servers
def test_a_server_that_knows_only_the_old_way(token_server: TokenServer) -> None:
    """As Exchange does: XOAUTH2 alone; and a reason for refusing, which wants an answer."""
    extra = "auth_mechanisms = plain login xoauth2\n"
    with Dovecot(introspection=f"{token_server.url}/introspect", extra=extra) as server:
        shown = tokens(token_server)
        with imap(server, shown) as box:
            assert box.waiting(0) == []
        token_server.user = "other@example.org"
        with pytest.raises(SignInRefused), imap(server, shown):
            raise AssertionError


@pytest.mark.servers
def test_microsoft_s_way_of_asking(token_server: TokenServer, dovecot_oauth: Dovecot) -> None:
    with imap(dovecot_oauth, tokens(token_server, "microsoft")) as box:
        assert box.uidvalidity > 0
    ((path, form),) = token_server.asked
    assert path == "/organizations/oauth2/v2.0/token"
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in form["scope"]
    more = 'oauth_grant = "client-credentials"\noauth_tenant = "example.org"'
    with imap(dovecot_oauth, tokens(token_server, "microsoft", more)) as box:
        assert box.uidvalidity > 0
    path, form = token_server.asked[-1]
    assert path == "/example.org/oauth2/v2.0/token"
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == "https://outlook.office365.com/.default"
    assert "refresh_token" not in form


@pytest.mark.servers
def test_a_token_that_the_servers_refuse_is_renewed_once(
    token_server: TokenServer, dovecot_oauth: Dovecot, smtp_oauth: SmtpServer
) -> None:
    shown = tokens(token_server)
    first = shown.access()
    token_server.revoke_access()
    with imap(dovecot_oauth, shown) as box:
        assert box.waiting(0) == []
    token_server.revoke_access()
    with smtp(smtp_oauth, shown) as sender:
        assert sender.send(letter()).outcome == "accepted"
    assert shown.access() != first
    assert token_server.grants() == ["refresh_token"] * 3


@pytest.mark.servers
def test_a_user_who_is_not_the_token_s_is_refused_after_one_retry(
    token_server: TokenServer, dovecot_oauth: Dovecot, smtp_oauth: SmtpServer
) -> None:
    token_server.user = "other@example.org"
    shown = tokens(token_server)
    with pytest.raises(SignInRefused) as caught, imap(dovecot_oauth, shown):
        raise AssertionError
    assert "refuses the access token for user support@example.org" in caught.value.message
    assert token_server.grants() == ["refresh_token"] * 2
    with pytest.raises(SignInRefused) as caught, smtp(smtp_oauth, shown) as sender:
        sender.check()
    said = str(vars(caught.value))
    assert "must be allowed for this mailbox" in said
    assert "canary" not in said


def test_a_token_lives_as_long_as_the_server_says(token_server: TokenServer) -> None:
    now = [1000.0]
    shown = tokens(token_server)
    shown.clock = lambda: now[0]
    token_server.lifetime = 600
    first = shown.access()
    now[0] += 470  # two minutes before its end it is not begun with any more
    assert shown.access() == first
    now[0] += 20
    assert shown.access() != first
    assert token_server.grants() == ["refresh_token"] * 2


def test_a_new_refresh_token_is_used_from_then_on_and_told(token_server: TokenServer) -> None:
    token_server.rotate = token_server.revoke_rotated = True
    shown = tokens(token_server)
    first = shown.access()
    assert shown.rotated
    shown.drop(first)
    assert shown.access() != first
    sent = [form["refresh_token"] for _, form in token_server.asked]
    assert sent[0] == REFRESH
    assert sent[1] != REFRESH
    with pytest.raises(SignInRefused, match="no longer good"):
        tokens(token_server).access()


def test_what_is_dropped_late_does_no_harm(token_server: TokenServer) -> None:
    shown = tokens(token_server)
    first = shown.access()
    shown.drop("another")
    assert shown.access() == first


@pytest.mark.parametrize(
    ("refuse", "kind", "words"),
    [
        ((400, "invalid_grant", "Token has been revoked"), SignInRefused, "tracker login"),
        ((400, "invalid_grant", "AADSTS65001: consent"), SignInRefused, "administrator grant"),
        ((400, "invalid_grant", "AADSTS700082 inactive"), SignInRefused, "no longer good"),
        ((401, "invalid_client", "AADSTS7000222"), SignInRefused, "secret has expired"),
        ((400, "unauthorized_client", "x"), SignInRefused, "public client flows"),
        ((503, "temporarily_unavailable", "x"), MailServerError, "not well"),
        ((500, "", "x"), MailServerError, "not well"),
        ((400, "invalid_grant", "check your iat and exp values"), SignInRefused, "clock"),
        ((400, "odd canary", "x"), MailServerError, "status 400"),
    ],
)
def test_what_the_token_server_says_comes_with_the_mend(
    token_server: TokenServer,
    refuse: tuple[int, str, str],
    kind: type[MailServerError],
    words: str,
) -> None:
    status, code, said = refuse
    token_server.refuse = (status, code, f"{said} canary-refresh-0")
    with pytest.raises(MailServerError) as caught:
        tokens(token_server).access()
    assert type(caught.value) is kind
    assert words in caught.value.message + caught.value.hint
    assert caught.value.hint
    assert "canary" not in caught.value.message + caught.value.hint


def test_a_server_that_is_not_there(token_server: TokenServer) -> None:
    shown = tokens(token_server, "google", 'oauth_scope = "x"')
    for url, words in (
        ("http://127.0.0.1:1/token", "ConnectionRefusedError"),
        ("https://no-such-host.invalid/token", "is not known"),
        (f"https://127.0.0.1:{token_server.port}/token", "can't be asked"),
    ):
        shown.provider = type(shown.provider)("google", url, "", "", "x", False)
        with pytest.raises(MailServerError, match=words):
            shown.access()


def test_a_form_follows_no_redirection(token_server: TokenServer) -> None:
    """The consent page answers 302; whoever sends it a form does not go where it points."""
    query = "redirect_uri=http://127.0.0.1:1/x&state=s&code_challenge=c"
    shown = tokens(token_server)
    url = f"{token_server.url}/authorize?{query}"
    shown.provider = type(shown.provider)("google", url, "", "", "x", False)
    with pytest.raises(MailServerError, match="status 404"):
        shown.access()


def test_a_service_account_of_google(token_server: TokenServer) -> None:
    key = rsa.generate_private_key(65537, 2048)
    encoding = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    held = json.dumps({"client_email": "desk@project.example", "private_key": private})
    more = 'oauth_grant = "client-credentials"'
    shown = tokens(token_server, "google", more, client=USER, secret=held, refresh="")
    assert shown.access() in token_server.good
    ((_, sent),) = token_server.asked
    assert sent["grant_type"] == JWT_GRANT
    claims = jwt.decode(
        sent["assertion"], key.public_key(), ["RS256"], audience=f"{token_server.url}/token"
    )
    assert (claims["iss"], claims["sub"]) == ("desk@project.example", USER)
    assert claims["scope"] == "https://mail.google.com/"
    assert claims["exp"] - claims["iat"] == 3600
    for wrong in ("", "{}", "canary", json.dumps({"client_email": "x", "private_key": "canary"})):
        shown = tokens(token_server, "google", more, client=USER, secret=wrong, refresh="")
        with pytest.raises(MailServerError, match="no key of a service account") as caught:
            shown.access()
        assert "canary" not in caught.value.message
