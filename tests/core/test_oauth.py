"""OAuth: what is asked, and whatever a token server may answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.errors import TrackerError
from tracker.core.oauth import Provider, SignInError, oauthbearer, provider_of, read_token, xoauth2
from tracker.core.settings import SettingsError, read_settings

GOOGLE = Provider("google", "https://t.example", "", "", "mail", False)
HEAD = """
[desk]
name = "Desk"
prefix = "ACCREDO"
[mailbox]
address = "support@example.org"
"""


def provider(text: str) -> Provider:
    return provider_of(read_settings(HEAD + text).mailbox)


def test_where_tokens_come_from() -> None:
    google = provider('auth = "google"')
    assert google.token_url == "https://oauth2.googleapis.com/token"
    assert google.scope == "https://mail.google.com/"
    microsoft = provider('auth = "microsoft"\noauth_tenant = "example.onmicrosoft.com"')
    root = "https://login.microsoftonline.com/example.onmicrosoft.com/oauth2/v2.0"
    assert microsoft.token_url == f"{root}/token"
    assert microsoft.device_url == f"{root}/devicecode"
    assert "offline_access" in microsoft.scope
    cloud = provider(
        'auth = "microsoft"\noauth_url = "https://login.microsoftonline.us/"\n'
        'oauth_scope = "https://outlook.office365.us/.default"'
    )
    assert cloud.token_url.startswith("https://login.microsoftonline.us/organizations/")
    assert cloud.scope == "https://outlook.office365.us/.default"


def test_what_the_settings_lack() -> None:
    with pytest.raises(TrackerError, match="signs in with a password"):
        provider("")
    with pytest.raises(TrackerError, match="need the tenant"):
        provider('auth = "microsoft"\noauth_grant = "client-credentials"')


@pytest.mark.parametrize(
    "line",
    [
        'auth = "yahoo"',
        'oauth_url = "http://login.example.org"',
        'oauth_tenant = "a/b"',
        'oauth_scope = "a\\u0000b"',
        'oauth_token = "x"',
    ],
)
def test_settings_that_are_wrong(line: str) -> None:
    with pytest.raises(SettingsError):
        read_settings(HEAD + line)


def test_the_words_of_sasl() -> None:
    assert xoauth2("a@b.org", "t") == "user=a@b.org\x01auth=Bearer t\x01\x01"
    said = oauthbearer("a=,b@b.org", "imap.b.org", 993, "t")
    assert said == "n,a=a=3D=2Cb@b.org,\x01host=imap.b.org\x01port=993\x01auth=Bearer t\x01\x01"


@pytest.mark.parametrize("seconds", [0, -5, "3600", "x", None, float("nan"), float("inf"), 10**9])
def test_any_lifetime_gives_a_time_to_ask_again(seconds: Any) -> None:
    token = read_token(GOOGLE, 200, {"access_token": "t", "expires_in": seconds}, 1000.0)
    assert 1000.0 <= token.until <= 1000.0 + 24 * 3600


def test_a_token_is_never_shown() -> None:
    token = read_token(GOOGLE, 200, {"access_token": "canary", "refresh_token": "canary"}, 0)
    assert "canary" not in repr(token)


@pytest.mark.parametrize("access", [None, "", 5, "a\x01b", "a b", "a\r\nb", "я"])
def test_a_token_that_could_break_out_of_its_field_is_none(access: Any) -> None:
    with pytest.raises(SignInError, match="without a usable access token"):
        read_token(GOOGLE, 200, {"access_token": access}, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(
            "access_token expires_in refresh_token token_type error error_description x".split()
        ),
        JSON,
    ),
)
def test_whatever_a_server_answers_is_a_token_or_an_error(
    status: int, answer: dict[str, Any]
) -> None:
    try:
        token = read_token(GOOGLE, status, answer, 0.0)
    except SignInError as error:
        assert error.hint
        assert "\n" not in error.message
    else:
        assert token.access
