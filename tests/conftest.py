"""Fixtures for every test: servers, fresh mailboxes, and no trace of the user's own settings."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.portal.browser import NAMED, find_chromium
from tests.servers import Dovecot, Mailbox, ServerMissingError, SmtpServer, TokenServer
from tests.servers.github import GitHubServer

_GIT_CONFIG = """\
[user]
\tname = Tester
\temail = tester@example.org
[init]
\tdefaultBranch = main
[commit]
\tgpgsign = false
[core]
\tfsync = none
"""

_USERS_OWN = ("TRACKER_", "GIT_", "GITHUB_", "EMAIL", "XDG_CONFIG_HOME")


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the run a home of its own: nobody's Git settings, secrets or language."""
    home = tmp_path_factory.mktemp("home")
    config = home / "gitconfig"
    config.write_text(_GIT_CONFIG)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # In the background of a script; what tests start would ignore Ctrl-C as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    template = home / "template"
    template.mkdir()  # without the samples of hooks: thirteen files for each of 1,500 repositories
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_USERS_OWN) and name != NAMED:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_TEMPLATE_DIR", str(template))
        patch.setenv("GIT_TERMINAL_PROMPT", "0")
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("NO_COLOR", "1")
        yield home


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot, plain, on loopback, for the whole run."""
    try:
        server = Dovecot()
    except ServerMissingError as problem:
        pytest.fail(str(problem), pytrace=False)
    with server:
        yield server


@pytest.fixture(scope="session")
def dovecot_tls() -> Iterator[Dovecot]:
    """A real Dovecot that also speaks imaps with a certificate nobody trusts."""
    try:
        server = Dovecot(tls=True)
    except ServerMissingError as problem:
        pytest.fail(str(problem), pytrace=False)
    with server:
        yield server


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    """A token server with a memory of its own; its behaviour can be switched."""
    with TokenServer() as server:
        yield server


@pytest.fixture
def dovecot_oauth(token_server: TokenServer) -> Iterator[Dovecot]:
    """A real Dovecot that takes what the token server gave out."""
    try:
        server = Dovecot(introspection=f"{token_server.url}/introspect")
    except ServerMissingError as problem:
        pytest.fail(str(problem), pytrace=False)
    with server:
        yield server


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """A fresh, empty mailbox on the real Dovecot."""
    return Mailbox(dovecot, dovecot.new_user())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome for Playwright's ``executable_path``."""
    found = find_chromium()
    if found is None:
        pytest.fail(
            "No Chromium is installed; get it with `tools/system-packages chromium`, or name one: "
            f"{NAMED}=/path/to/it",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    """The SMTP server of the whole run; tests take ``smtp``, which starts clean."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    """An SMTP server that takes everything, with no letter yet; its behaviour can be switched."""
    smtp_server.start()
    smtp_server.reset()
    return smtp_server


@pytest.fixture(scope="session")
def github_server() -> Iterator[GitHubServer]:
    """A GitHub of one repository; tests take ``github``, which starts empty."""
    with GitHubServer() as server:
        yield server


@pytest.fixture
def github(github_server: GitHubServer) -> GitHubServer:
    """A GitHub whose one repository, org/desk, is new and private."""
    github_server.reset()
    return github_server


# The short form of every law; the long one is run by the tests marked `soak`.
hypothesis.settings.register_profile(
    "short",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("short")
