"""Accounts by mail on real servers: activate, restore access, choose a password, kill -9."""

from __future__ import annotations

import json
import re
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.core.registrations import SMALL
from tests.core.registrations import letter as plain_mail
from tests.desk.conftest import SECRET, RealDesk, letter
from tests.desk.helpers import ANNA, NOW, act, everybody, outside, run
from tests.servers.smtp import Letter
from tracker.core.accounts.blocks import write_block
from tracker.core.accounts.coding import from_b64
from tracker.core.accounts.keys import Ring, blob_key, blob_name
from tracker.core.accounts.layout import SEALED, activation_path, login_path
from tracker.core.accounts.logins import derive
from tracker.core.accounts.records import Record
from tracker.core.accounts.registration import seal_registration
from tracker.core.accounts.sealed import Place, open_sealed
from tracker.core.operations import Actor, event
from tracker.core.workspace import Workspace
from tracker.desk import accounts
from tracker.desk.seal import seal

pytestmark = pytest.mark.servers
RING = Ring.of_secrets(SECRET)
SITE = "http://127.0.0.1:8000/"
MONTH = timedelta(days=30)


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    return desk_of(visibility="private")


def believe(desk: RealDesk) -> None:
    """Let the desk believe what the mail server ``mx.test`` says of DMARC."""
    path = desk.root / "tracker.toml"
    text = path.read_text()
    assert 'visibility = "private"' in text
    path.write_text(text.replace("[mailbox]\n", '[mailbox]\nauthserv_id = "mx.test"\n'))


def records(desk: RealDesk) -> list[Record]:
    opened = desk.open()
    try:
        opened.repository.fetch()
        return accounts.accounts(opened)
    finally:
        opened.index.close()


def of(desk: RealDesk, name: str = "ivan") -> Record:
    return next(one for one in records(desk) if f"{name}@example.org" in one.addresses)


def invitations(desk: RealDesk) -> list[Letter]:
    return [one for one in outside(desk) if link_in(one.message)]


def link_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    found = re.search(r"http\S+/access/#a=([\w-]{43})", body.get_content() if body else "")
    return found[1] if found else ""


def sealed(desk: RealDesk, after: timedelta = timedelta()) -> set[str]:
    """Seal, as the job does after ``sync``; return the paths that the site would have."""
    opened = desk.open()
    opened.clock = lambda: NOW + after
    try:
        seal(opened)
    finally:
        opened.index.close()
    top = desk.root / SEALED
    return {one.relative_to(top).as_posix() for one in (top / "private").rglob("*")}


def blob(desk: RealDesk, token: str) -> dict[str, object]:
    """Open what a link leads to, as the viewer does."""
    path = activation_path(blob_name(from_b64(token)))
    data = (desk.root / SEALED / path).read_bytes()
    opened = open_sealed(blob_key(from_b64(token)), Place("activation", SITE, path), data)
    result: dict[str, object] = json.loads(opened)
    return result


def test_the_first_contact_brings_two_letters(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    report = run(desk)
    assert report.opened == ["ACCREDO-1"]
    first, second = outside(desk)
    assert "ACCREDO-1" in str(first.message["Subject"])
    assert second.recipients == ("ivan@example.org",)
    assert str(second.message["Subject"]) == "Активировать личный кабинет: Служба поддержки"
    assert second.sender == ""
    assert second.message["Auto-Submitted"] == "auto-generated"
    html = second.message.get_body(("html",))
    assert html is not None
    token = link_in(second.message)
    assert f'href="{SITE}access/#a={token}"' in html.get_content()
    one = of(desk)
    assert report.sent[1] == f"{one.account[:8]} activation"
    assert from_b64(token) == RING.current.token(one.account, 1, 1)
    assert [post.kind for post in one.posts if post.told] == ["activation"]
    sealed(desk)
    told = blob(desk, token)
    assert (told["address"], told["account"]) == ("ivan@example.org", one.account)
    login = derive(str(told["passphrase"]), "ivan@example.org", SITE)
    assert (desk.root / SEALED / login_path(login.locator)).is_file()
    assert not run(desk).sent


def test_nothing_of_a_letter_stands_in_the_repository_but_that_it_went(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    token = link_in(invitations(desk)[0].message)
    history = desk.git("log", "--all", "-p", "--format=%B%an%ae%cn%ce")
    assert token not in history
    assert "-" not in str(of(desk).logins[0].locator)
    assert token not in (desk.root / ".tracker" / "index.sqlite").read_bytes().decode("latin-1")
    subjects = desk.git("log", "--all", "--format=%s%n%b")
    assert "ivan" not in subjects


def test_one_letter_until_it_expires_and_then_one_more(desk: RealDesk) -> None:
    for n, after in enumerate((0, 1, 6.9, 7.1, 8)):
        desk.mailbox.append(letter("ivan", n))
        run(desk, timedelta(days=after))
    assert everybody(desk) == {"ivan@example.org": 7}
    tokens = [link_in(one.message) for one in invitations(desk)]
    assert len(set(tokens)) == 2
    assert of(desk).invitation == 2
    paths = sealed(desk, timedelta(days=8))
    assert activation_path(blob_name(from_b64(tokens[1]))) in paths
    assert activation_path(blob_name(from_b64(tokens[0]))) not in paths


def test_who_chose_a_password_is_never_invited_again(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    register(desk, "mine")
    run(desk)
    desk.mailbox.append(letter("ivan", 2))
    run(desk, MONTH)
    assert len(invitations(desk)) == 1


@pytest.mark.parametrize(
    "extra",
    [
        "Auto-Submitted: auto-replied\r\n",
        "List-Id: <news.example.org>\r\n",
        "Precedence: bulk\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "X-Spam-Flag: YES\r\n",
        "Authentication-Results: mx.test; dmarc=fail header.from=example.org\r\n",
    ],
)
def test_nobody_is_invited_who_gets_no_confirmation(
    desk_of: Callable[..., RealDesk], extra: str
) -> None:
    desk = desk_of(visibility="private")
    believe(desk)
    desk.mailbox.append(letter("ivan", extra=extra))
    run(desk)
    assert outside(desk) == []
    assert records(desk) == []


def test_who_is_accepted_in_review_is_invited_then(desk: RealDesk) -> None:
    believe(desk)
    fail = "Authentication-Results: mx.test; dmarc=fail header.from=example.org\r\n"
    desk.mailbox.append(letter("ivan", extra=fail))
    run(desk)
    assert desk.run("review", "1", "--accept", "--as", "anna").returncode == 0
    run(desk, timedelta(minutes=1))
    assert everybody(desk) == {"ivan@example.org": 2}
    assert len(invitations(desk)) == 1


def test_agents_are_invited_by_hand_alone(desk: RealDesk) -> None:
    believe(desk)
    passed = "Authentication-Results: mx.test; dmarc=pass header.from=example.org\r\n"
    desk.mailbox.append(letter("anna", extra=passed))
    run(desk)
    assert records(desk) == []


def test_a_flood_invites_nobody_more_than_the_breaker_lets(
    desk_of: Callable[..., RealDesk],
) -> None:
    limit = "\n[limits]\nconfirmations_an_hour = 3\n"
    desk = desk_of(visibility="private", settings=limit)
    desk.mailbox.append_many(letter(f"bot{n}") for n in range(6))
    run(desk)
    assert len(outside(desk)) == 3
    assert records(desk) != [] and len(records(desk)) == 3
    assert invitations(desk) == []
    run(desk, timedelta(hours=3))
    run(desk, timedelta(hours=6))
    assert Counter(one.recipients[0] for one in invitations(desk)) == {
        f"bot{n}@example.org": 1 for n in range(6)
    }


def test_a_letter_that_the_server_will_not_take_yet_goes_later(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.refuse_recipient("ivan@example.org", "451 4.3.0 Try again later")
    run(desk)
    assert outside(desk) == []
    desk.smtp.reset(letters=False)
    run(desk, timedelta(hours=1))
    assert everybody(desk) == {"ivan@example.org": 2}
    assert len(invitations(desk)) == 1


def test_an_address_that_is_not_there_is_invited_by_nobody(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.refuse_recipient("ivan@example.org")
    run(desk)
    desk.smtp.reset(letters=False)
    desk.mailbox.append(letter("ivan", 2))
    run(desk, MONTH)
    assert outside(desk) == []


POINTS = [
    f"{when}:{step}:{n}"
    for step, times in (("commit", 3), ("publish", 3), ("send", 3), ("note", 3), ("clear", 1))
    for n in range(1, times + 1)
    for when in ("before", "after")
]


SHORT = ("after:commit:2", "before:publish:2", "after:send:1", "after:send:2", "before:note:3")
"""The account is made, its letter goes, and is noted: what `make test` kills at."""


@pytest.mark.parametrize("point", SHORT)
def test_killed_at_a_letter_and_run_again_it_went_once(desk: RealDesk, point: str) -> None:
    _went_once(desk, point)


@pytest.mark.soak
@pytest.mark.parametrize("point", sorted({*POINTS} - {*SHORT}))
def test_killed_anywhere_and_run_again_it_went_once(desk: RealDesk, point: str) -> None:
    _went_once(desk, point)


def _went_once(desk: RealDesk, point: str) -> None:
    desk.mailbox.append(letter("ivan"))
    assert desk.crash(point, "sync") == -signal.SIGKILL, f"{point} was never reached"
    assert desk.sync()["failed"] == 0
    assert desk.sync()["sent"] == 0
    found = [one for one in desk.smtp.letters() if one.recipients != (ANNA,)]
    ids = Counter(str(one.message["Message-ID"]) for one in found)
    assert len(ids) == 2
    links = {link_in(one.message) for one in found} - {""}
    assert len(links) == 1, "a letter sent again is the same letter"
    in_flight = point.startswith(("after:send", "before:note"))
    assert ids.total() == 2 or (in_flight and ids.total() == 3)
    assert [post.kind for post in of(desk).posts if post.told] == ["activation"]


# Restoring access, and passwords of one's own


def ask(desk: RealDesk, n: int = 0, name: str = "ivan") -> None:
    mail = (
        f"From: {name} <{name}@example.org>\r\nTo: support@example.org\r\nSubject: /access\r\n"
        f"Message-ID: <ask{name}{n}@example.org>\r\nContent-Type: text/plain\r\n\r\n\r\n"
    )
    desk.mailbox.append(mail.encode())


def register(
    desk: RealDesk, password: str, name: str = "ivan", epoch: int = 0, n: int = 0, mail: str = ""
) -> bytes:
    """Send a registration as the browser makes it; return the mail."""
    one = of(desk, name)
    epoch = epoch or one.epoch
    key = RING.current.account_key(one.account, epoch)
    found = derive(password, one.addresses[0], SITE, SMALL)
    nonces = (bytes(12), bytes([n]) * 16)
    block = seal_registration(one.account, epoch, key, SITE, found, nonces)
    raw = plain_mail(
        write_block(block),
        sender=f"{name} <{name}@example.org>",
        name=f"reg-{name}-{password}-{n}{mail}",
    )
    desk.mailbox.append(raw)
    return raw


def test_the_whole_journey_by_mail(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    first = link_in(invitations(desk)[0].message)
    sealed(desk)
    passphrase = derive(str(blob(desk, first)["passphrase"]), "ivan@example.org", SITE).locator
    chosen = derive("mine", "ivan@example.org", SITE, SMALL).locator

    register(desk, "mine")
    report = run(desk, timedelta(minutes=1))
    assert report.account == [f"{of(desk).account[:8]}: password set"]
    assert report.opened == []
    last = outside(desk)[-1].message
    assert str(last["Subject"]) == "Пароль установлен: Служба поддержки"
    paths = sealed(desk)
    assert login_path(chosen) in paths
    assert login_path(passphrase) not in paths
    assert activation_path(blob_name(from_b64(first))) not in paths

    ask(desk)
    run(desk, timedelta(minutes=2))
    letters = invitations(desk)
    assert str(letters[-1].message["Subject"]) == "Новая ссылка: Служба поддержки"
    second = link_in(letters[-1].message)
    assert second != first
    assert login_path(chosen) in sealed(desk), "nothing is lost until a new password is set"

    register(desk, "other", n=1)
    run(desk, timedelta(minutes=3))
    paths = sealed(desk)
    assert login_path(derive("other", "ivan@example.org", SITE, SMALL).locator) in paths
    assert login_path(chosen) not in paths
    assert activation_path(blob_name(from_b64(second))) not in paths
    assert sorted(desk.tickets()) == ["ACCREDO-1"]


def test_a_registration_leaves_no_trace(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    raw = register(desk, "mine")
    done = desk.run("sync", "--json")
    lines = re.findall(rb"[A-Za-z0-9_-]{20,}", raw.partition(b"\r\n\r\n")[2])
    kept = desk.git("log", "--all", "-p", "--format=%B").encode()
    kept += b"".join(one.read_bytes() for one in (desk.root / ".tracker").rglob("*.sqlite*"))
    kept += (done.stdout + done.stderr).encode()
    kept += b"".join(one.raw for one in desk.smtp.letters())
    assert not [one for one in lines if one in kept]
    assert json.loads(done.stdout)["account"] == 1


def test_replayed_late_and_second_registrations_change_nothing(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    register(desk, "mine")
    run(desk)
    before = of(desk)
    register(desk, "mine", epoch=1, mail="again")
    register(desk, "second", epoch=1, n=2)
    report = run(desk, timedelta(minutes=1))
    assert [one.partition(": ")[2] for one in report.ignored] == [
        "registration: it was used before",
        "registration: it is older than the account's last change",
    ]
    after = of(desk)
    assert (after.epoch, after.logins, after.nonces) == (2, before.logins, before.nonces)
    assert str(outside(desk)[-1].message["Subject"]) == "Пароль не установлен: Служба поддержки"


def test_an_answer_to_the_letter_brings_no_link_into_the_ticket(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    invitation = invitations(desk)[0].message
    body = invitation.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {line}\r\n" for line in body.get_content().splitlines())
    mail = letter("ivan", 3, extra=f"In-Reply-To: {invitation['Message-ID']}\r\n")
    desk.mailbox.append(mail + b"\r\n" + quoted.encode())
    run(desk, timedelta(minutes=20))
    assert link_in(invitation) not in desk.git("log", "--all", "-p")
    assert len(desk.tickets()) == 2


def test_the_letter_waits_in_the_outbox_and_says_why(desk_of: Callable[..., RealDesk]) -> None:
    limit = "\n[limits]\nconfirmations_an_hour = 1\n"
    desk = desk_of(visibility="private", settings=limit)
    desk.mailbox.append_many(letter(name) for name in ("ivan", "olga"))
    run(desk)
    rows = json.loads(desk.run("outbox", "--json").stdout)
    assert {(one["kind"], one["state"]) for one in rows} >= {("account", "breaker")}


def test_a_public_desk_invites_nobody(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of()
    desk.mailbox.append(letter("ivan"))
    run(desk)
    assert len(outside(desk)) == 1
    assert records(desk) == []


def test_a_merged_away_or_withdrawn_request_still_counts_once(desk: RealDesk) -> None:
    """Spam that was withdrawn brings no second letter when it is taken back."""
    desk.mailbox.append(letter("ivan"))
    run(desk)

    def withdraw(work: Workspace, who: Actor) -> None:
        work.add(work.need(1), [event(work, who, "spam", {})])

    act(desk, withdraw, timedelta(minutes=1))
    run(desk, timedelta(minutes=2))
    assert len(invitations(desk)) == 1
