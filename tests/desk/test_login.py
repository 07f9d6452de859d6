"""Signing in once: the device flow, the consent page, and what is said when it fails."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Dovecot, TokenServer
from tests.servers.tokens import CLIENT, CLIENT_SECRET
from tracker.adapters.connections import MailServerError
from tracker.core.errors import TrackerError
from tracker.core.oauth import SignInError
from tracker.core.signing_in import DeviceCode
from tracker.desk.desk import Desk
from tracker.desk.login import Login, login_of, opens_mailbox

USER = "support@example.org"

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make(
    tmp_path: Path,
    token_server: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
) -> MakeDesk:
    """A desk whose mailbox signs in at the token server."""
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_ID", CLIENT)
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_SECRET", CLIENT_SECRET)

    def make(auth: str, imap: int = 0, more: str = "") -> Desk:
        subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
        port = f'imap = "imap://support%40example.org@127.0.0.1:{imap}"' if imap else ""
        (tmp_path / "tracker.toml").write_text(f"""
[desk]
name = "Desk"
prefix = "ACCREDO"
[mailbox]
address = "{USER}"
auth = "{auth}"
oauth_url = "{token_server.url}"
{port}
{more}
""")
        return Desk.open(tmp_path)

    return make


def decide(server: TokenServer, decision: str) -> Callable[[DeviceCode], None]:
    """The person decides as soon as the code is shown."""

    def show(code: DeviceCode) -> None:
        assert code.address == f"{server.url}/enter"
        (device,) = server.devices.values()
        assert code.user == device.user_code
        device.decision = decision

    return show


@pytest.mark.parametrize("auth", ["microsoft", "google"])
def test_the_device_flow_waits_as_it_is_told(
    make: MakeDesk, token_server: TokenServer, auth: str
) -> None:
    token_server.slow_down, token_server.interval = 2, 3
    pauses: list[float] = []
    token = login_of(make(auth)).by_device(decide(token_server, "allowed"), pauses.append)
    assert token.refresh in token_server.refresh
    assert pauses == [3, 8, 13]
    assert not any("canary" in path for path, _ in token_server.asked)


def test_a_network_that_is_away_for_a_moment(
    make: MakeDesk, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third question finds the network back."""
    from tracker.desk import login

    pauses: list[float] = []
    real = login.post_form

    def post(url: str, form: dict[str, str]) -> object:
        if len(pauses) in (1, 2):
            raise TrackerError("no network")
        return real(url, form)

    monkeypatch.setattr(login, "post_form", post)
    token = login_of(make("microsoft")).by_device(decide(token_server, "allowed"), pauses.append)
    assert token.refresh
    assert pauses == [5, 10, 20]


@pytest.mark.parametrize(
    ("decision", "words"),
    [("access_denied", "did not allow"), ("expired_token", "in time"), ("odd", "refuses")],
)
def test_a_person_who_does_not_allow_it(
    make: MakeDesk, token_server: TokenServer, decision: str, words: str
) -> None:
    with pytest.raises(SignInError, match=words) as caught:
        login_of(make("microsoft")).by_device(decide(token_server, decision), lambda _: None)
    assert caught.value.hint


def test_nobody_enters_the_code(make: MakeDesk, token_server: TokenServer) -> None:
    pauses: list[float] = []
    show = decide(token_server, "authorization_pending")
    with pytest.raises(SignInError, match="not entered in time"):
        login_of(make("microsoft")).by_device(show, pauses.append)
    assert sum(pauses) == 900


def test_the_consent_page_with_a_browser_of_this_machine(
    make: MakeDesk, token_server: TokenServer
) -> None:
    sent: list[str] = []

    def browser(address: str) -> None:
        sent.append(address)
        command = [sys.executable, "-c", BROWSE, address]
        children.append(subprocess.Popen(command))

    children: list[subprocess.Popen[bytes]] = []
    token = login_of(make("google")).by_browser(browser)
    assert children[0].wait(30) == 0
    assert token.refresh in token_server.refresh
    assert "code_challenge_method=S256" in sent[0]
    assert "access_type=offline" in sent[0]
    assert "login_hint=support%40example.org" in sent[0]


BROWSE = """
import sys, urllib.error, urllib.request
address = sys.argv[1]
with urllib.request.urlopen(address) as page:
    assert page.status == 200
"""


def ended_at(address: str) -> str:
    """Where a browser on another machine ends: at an address that does not answer."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(address)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError


def test_the_consent_page_with_a_browser_elsewhere(
    make: MakeDesk, token_server: TokenServer
) -> None:
    login = login_of(make("google"))
    assert login.by_pasting(lambda address: f" {ended_at(address)}\n").refresh
    with pytest.raises(SignInError, match="does not belong to this sign-in"):
        login.by_pasting(lambda _: "http://127.0.0.1:1/?code=x&state=other")
    with pytest.raises(SignInError, match="does not belong to this sign-in"):
        login.by_pasting(lambda _: "")

    def refuse(address: str) -> str:
        state = re.findall(r"state=([^&]+)", address)[0]
        return f"http://127.0.0.1:1/?error=access_denied&state={state}"

    with pytest.raises(SignInError, match="did not allow it"):
        login.by_pasting(refuse)


def test_a_desk_that_needs_no_login(make: MakeDesk) -> None:
    with pytest.raises(TrackerError, match="signs in with a password"):
        login_of(make("password"))
    with pytest.raises(TrackerError, match="nobody has to log in"):
        login_of(make("google", more='oauth_grant = "client-credentials"'))


def test_secrets_of_a_login_are_not_printed_by_accident(make: MakeDesk) -> None:
    assert "canary" not in repr(login_of(make("microsoft")))


@pytest.mark.servers
def test_the_mailbox_is_tried(
    make: MakeDesk, token_server: TokenServer, dovecot_oauth: Dovecot
) -> None:
    desk = make("microsoft", dovecot_oauth.port)
    login: Login = login_of(desk)
    token = login.by_device(decide(token_server, "allowed"), lambda _: None)
    opens_mailbox(desk, login, token)
    token_server.user = "anna@example.org"
    with pytest.raises(MailServerError, match="refuses the access token for user support"):
        opens_mailbox(desk, login, token)


@pytest.mark.servers
@pytest.mark.parametrize("more", [(), ("--github",), ("--json",)])
def test_the_command(
    make: MakeDesk, token_server: TokenServer, dovecot_oauth: Dovecot, more: tuple[str, ...]
) -> None:
    token_server.interval = 1
    token_server.slow_down = 0
    root = make("microsoft", dovecot_oauth.port).root
    if "--github" in more:
        inbox = root / ".github/workflows/inbox.yml"
        inbox.parent.mkdir(parents=True)
        inbox.write_text("jobs:\n  inbox:\n    environment: desk\n")
    command = [sys.executable, "-m", "tracker", "-C", str(root), "login", *more]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = (process.stdout if "--json" in more else process.stderr).readline()
        (device,) = token_server.devices.values()
        assert device.user_code in first
        assert f"{token_server.url}/enter" in first
        device.decision = "allowed"
        out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    (refresh,) = re.findall(r"canary-refresh-\d+", out)
    assert refresh in token_server.refresh
    assert "canary" not in first + said
    assert "The mailbox opens with it." in said
    if "--json" in more:
        assert json.loads(out)["refresh_token"] == refresh
    elif "--github" in more:
        assert "gh secret set TRACKER_OAUTH_REFRESH_TOKEN --env desk\n" in said
    else:
        assert f"export TRACKER_OAUTH_REFRESH_TOKEN={refresh}" in out
