"""Accounts from the command line: invite, reset, revoke, add an address, rotate, forget."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.pages.make import IVAN, answer, entry, ticket
from tests.desk.private import NOW, SECRET, PrivateDesk
from tests.portal.desks import DeskFolder
from tracker.core import state
from tracker.core.accounts.coding import from_b64
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.posts import is_new, lacks_link
from tracker.core.accounts.records import Record, write_record
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.suppression import Suppressed
from tracker.core.ticket import Attachment
from tracker.core.tokens import Keys
from tracker.desk import accounts
from tracker.desk.accounts import Rotated
from tracker.desk.desk import Desk
from tracker.desk.finding import search_tickets
from tracker.desk.forget import forget

MARIA = Address("Мария", "maria@example.org")
FILE = Attachment("справка.pdf", "tickets/000/ACCREDO-1/справка.pdf", 3, "application/pdf")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateDesk:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    desk = PrivateDesk(tmp_path / "desk")
    desk.put(ticket(1, entry("от Ивана")))
    desk.commit()
    return desk


def opened(desk: PrivateDesk) -> Desk:
    return Desk.open(desk.root)


def records(desk: PrivateDesk) -> list[Record]:
    return accounts.accounts(opened(desk))


def log(desk: PrivateDesk) -> str:
    command = ["git", "-C", str(desk.root), "log", "--format=%an %ae %s"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_invitation_makes_an_account_and_its_link_opens_it(desk: PrivateDesk) -> None:
    record, link = accounts.invited(opened(desk), "Ivan@Example.org", "Иван")
    assert records(desk) == [record]
    assert (record.addresses, record.role) == (("ivan@example.org",), "requester")
    site, _, token = link.partition("access/#a=")
    assert site == "https://help.example.org/desk/"
    assert from_b64(token) == desk.ring.current.token(record.account, 1, 1)
    again, other = accounts.invited(opened(desk), "ivan@example.org", "")
    assert (again.account, again.invitation, again.name) == (record.account, 2, "Иван")
    assert other != link
    assert "ivan" not in log(desk).lower() and record.account[:8] in log(desk)


def test_an_agent_of_the_settings_gets_an_agents_account(desk: PrivateDesk) -> None:
    assert accounts.invited(opened(desk), "anna@example.org", "")[0].role == "agent"


@pytest.mark.parametrize("by_mail", [False, True])
def test_who_wrote_before_becoming_an_agent_gets_an_agents_account(
    desk: PrivateDesk, by_mail: bool
) -> None:
    before = desk.account("anna@example.org")
    desk.commit()
    after, _ = accounts.invited(opened(desk), "anna@example.org", "", by_mail=by_mail)
    assert (after.account, after.role, after.epoch) == (before.account, "agent", 2)
    assert not set(after.logins) & set(before.logins), "no requester's password opens it"
    again, _ = accounts.invited(opened(desk), "anna@example.org", "", by_mail=by_mail)
    assert (again.role, again.epoch) == ("agent", 2), "an agent's passwords stay"
    desk.seal()
    assert desk.bundle(again, "agent")["role"] == "agent"


def test_a_reset_makes_an_agents_account_of_it_too(desk: PrivateDesk) -> None:
    desk.account("anna@example.org")
    desk.account()
    desk.commit()
    assert accounts.reset(opened(desk), "anna@example.org")[0].role == "agent"
    assert accounts.reset(opened(desk), IVAN.email)[0].role == "requester"
    assert accounts.invited(opened(desk), IVAN.email, "")[0].role == "requester"


def test_reset_and_revoke_void_everything(desk: PrivateDesk) -> None:
    before = desk.account()
    desk.commit()
    after, link = accounts.reset(opened(desk), IVAN.email)
    assert (after.epoch, after.invitation) == (before.epoch + 1, 1)
    assert not {one.locator for one in after.logins} & {one.locator for one in before.logins}
    gone = accounts.revoke(opened(desk), after.account[:6] + after.account[6:])
    assert gone.revoked and not gone.logins and gone.epoch == after.epoch + 1
    with pytest.raises(TrackerError, match="revoked"):
        accounts.invited(opened(desk), IVAN.email, "")
    back, new = accounts.reset(opened(desk), IVAN.email)
    assert not back.revoked and new != link


def test_an_alias_belongs_to_one_account_only(desk: PrivateDesk) -> None:
    desk.account()
    desk.account("maria@example.org")
    desk.commit()
    one = accounts.alias(opened(desk), IVAN.email, "Ivan@Work.example")
    assert one.addresses == ("ivan@example.org", "ivan@work.example")
    assert accounts.account(opened(desk), "ivan@work.example") == one
    assert accounts.alias(opened(desk), IVAN.email, "ivan@work.example") == one
    for wrong in ("maria@example.org", "nobody", ""):
        with pytest.raises(TrackerError):
            accounts.alias(opened(desk), IVAN.email, wrong)


def test_who_wrote_from_two_addresses_has_one_account_after_a_merge(desk: PrivateDesk) -> None:
    first = desk.account()
    desk.account("ivan@work.example")
    desk.commit()
    one = accounts.alias(opened(desk), IVAN.email, "ivan@work.example", merge=True)
    assert records(desk) == [one]
    assert one.addresses == ("ivan@example.org", "ivan@work.example")
    assert (one.account, one.epoch, one.logins) == (first.account, 1, first.logins)


def test_an_agents_account_takes_in_no_requesters(desk: PrivateDesk) -> None:
    desk.account()
    desk.account("anna@example.org", role="agent")
    desk.commit()
    with pytest.raises(TrackerError, match="can't become one"):
        accounts.alias(opened(desk), "anna@example.org", IVAN.email, merge=True)
    assert len(records(desk)) == 2


def test_taking_an_address_away_voids_what_it_may_have_opened(desk: PrivateDesk) -> None:
    desk.account()
    desk.commit()
    accounts.alias(opened(desk), IVAN.email, "typo@elsewhere.example")
    one = accounts.unalias(opened(desk), IVAN.email, "typo@elsewhere.example")
    assert (one.addresses, one.epoch) == (("ivan@example.org",), 1), "nobody was invited there"
    accounts.alias(opened(desk), IVAN.email, "typo@elsewhere.example")
    accounts.invited(opened(desk), "typo@elsewhere.example", "")
    one = accounts.unalias(opened(desk), IVAN.email, "typo@elsewhere.example")
    assert (one.epoch, one.logins, one.invitation) == (2, (), 0)


def test_taking_an_address_away_voids_a_password_whoever_chose_it(desk: PrivateDesk) -> None:
    ivan = desk.account(addresses=("ivan@example.org", "ivan@work.example"))
    desk.file(
        ivan.path, write_record(replace(ivan, logins=(replace(ivan.logins[0], kind="chosen"),)))
    )
    desk.commit()
    assert accounts.unalias(opened(desk), IVAN.email, "ivan@work.example").logins == ()


def test_the_only_address_stays(desk: PrivateDesk) -> None:
    desk.account()
    desk.commit()
    for wrong in (IVAN.email, "maria@example.org"):
        with pytest.raises(TrackerError):
            accounts.unalias(opened(desk), IVAN.email, wrong)


def test_a_link_by_mail_is_owed_and_not_printed(desk: PrivateDesk) -> None:
    record, link = accounts.invited(opened(desk), IVAN.email, "", by_mail=True)
    assert (link, record.invitation) == ("", 0)
    assert [(one.kind, one.to, one.is_due) for one in record.posts] == [
        ("activation", "ivan@example.org", True)
    ]
    record, link = accounts.reset(opened(desk), IVAN.email, by_mail=True)
    assert (link, record.epoch, len(record.posts)) == ("", 2, 1)
    accounts.revoke(opened(desk), IVAN.email)
    assert not records(desk)[0].posts, "a letter that would carry a void link is not sent"
    with pytest.raises(TrackerError, match="revoked"):
        accounts.invited(opened(desk), IVAN.email, "", by_mail=True)


def test_rotation_rewrites_what_the_former_secret_wrote(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ivan = desk.account()
    gone = desk.account("maria@example.org", revoked="2026-11-25T12:00:00Z")
    desk.commit()
    monkeypatch.setenv("TRACKER_SECRET", "the new secret of the desk")
    with pytest.raises(TrackerError, match="TRACKER_SECRET"):
        accounts.rotate(opened(desk))
    monkeypatch.setenv("TRACKER_SECRET_OLD", SECRET)
    assert accounts.rotate(opened(desk)) == Rotated(accounts=2)
    assert accounts.rotate(opened(desk)) == Rotated()
    new = Ring.of_secrets("the new secret of the desk").current
    found = {one.account: one for one in records(desk)}
    assert {one.key for one in found.values()} == {new.id}
    risen = found[ivan.account]
    assert (risen.epoch, risen.invitation, risen.logins, risen.posts) == (2, 0, (), ())
    assert is_new(risen, NOW), "whoever writes next is sent a link"
    assert found[gone.account].revoked and not found[gone.account].logins


def test_with_the_former_secret_lost_rotation_goes_on_when_told_so(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.account()
    desk.commit()
    monkeypatch.setenv("TRACKER_SECRET", "the new secret of the desk")
    assert accounts.rotate(opened(desk), lost=True) == Rotated(accounts=1)


def test_who_is_owed_a_link_gets_it_after_a_rotation(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.account()
    desk.commit()
    before, _ = accounts.invited(opened(desk), IVAN.email, "", by_mail=True)
    monkeypatch.setenv("TRACKER_SECRET_OLD", SECRET)
    monkeypatch.setenv("TRACKER_SECRET", "the new secret of the desk")
    told = desk.run("account", "rotate", "--yes")
    assert told.stdout == "1 accounts rewritten, 0 pseudonyms\n"
    assert "writes next" in told.stderr
    (after,) = records(desk)
    assert after.posts == before.posts and lacks_link(after, after.posts[0], NOW)


# Forgetting


def file(desk: PrivateDesk, path: str) -> str:
    return (desk.root / path).read_text("utf-8")


def test_a_person_is_gone_and_history_told_honestly(desk: PrivateDesk) -> None:
    mine = entry("ИВАНТЕКСТ", message_id="<a@host>", digest="ab", attachments=(FILE,))
    desk.put(ticket(1, mine, answer("Ответ"), title="ИВАНТЕМА"))
    asked = entry("Мой вопрос, пишет и ivan@example.org", author=MARIA)
    desk.put(ticket(2, asked, requester=MARIA))
    desk.put(ticket(3, entry("Другое, xivan@example.org", author=MARIA), requester=MARIA))
    desk.file(FILE.path, b"pdf")
    account = desk.account(addresses=("ivan@example.org", "ivan@work.example"))
    desk.commit()
    done = forget(opened(desk), "Ivan@example.org")
    assert done.tickets == ["ACCREDO-1", "ACCREDO-2"]
    assert (done.files, done.accounts) == ([FILE.path], [account.account])
    assert done.addresses == ["ivan@example.org", "ivan@work.example"]
    for path in (desk.root / "tickets").rglob("*"):
        text = path.read_text("utf-8") if path.is_file() else ""
        assert "ИВАН" not in text and "ivan@" not in text.replace("xivan@", ""), path
    assert "Мой вопрос" in file(desk, "tickets/000/ACCREDO-2.md")
    assert not (desk.root / FILE.path).exists() and not (desk.root / account.path).exists()
    seen = "".join(one.read_text() for one in (desk.root / "tickets/.desk/seen").iterdir())
    assert Keys(SECRET).seen("<a@host> ivan@example.org ab") in seen
    assert "ivan" not in log(desk).lower()
    listed = (desk.root / done.blobs).read_text().split()
    assert done.kept == len(listed) >= 4
    old = b"".join(
        subprocess.run(
            ["git", "-C", str(desk.root), "cat-file", "blob", one], capture_output=True, check=True
        ).stdout
        for one in listed
    ).decode()
    assert "ИВАНТЕКСТ" in old and "ivan@work.example" in old
    assert forget(opened(desk), "ivan@example.org").tickets == []


def test_nothing_a_server_said_of_them_stays(desk: PrivateDesk) -> None:
    """Lists of former times hold the address as the server that refused it wrote it."""
    held = Suppressed.read(None, Keys(SECRET))
    held.add(IVAN.email, "5.1.1", "ACCREDO-1", NOW)
    said = f'"550 <{IVAN.email}>: User ivan unknown"'.encode()
    desk.file(state.SUPPRESSED, held.write().replace(b'"5.1.1"', said))
    desk.commit()
    done = forget(opened(desk), IVAN.email)
    left = (desk.root / state.SUPPRESSED).read_bytes()
    assert b"ivan" not in left
    assert Suppressed.read(left, Keys(SECRET)).reason(IVAN.email), "still not written to"
    oids = (desk.root / done.blobs).read_text().split()
    shown = ["git", "-C", str(desk.root), "cat-file", "-p"]
    old = [subprocess.run([*shown, one], capture_output=True, check=True).stdout for one in oids]
    assert any(said in one for one in old), "history is told of"


def test_what_is_sealed_afterwards_holds_nothing_of_them(desk: PrivateDesk) -> None:
    desk.put(ticket(2, entry("для двоих ИВАНТЕКСТ"), participants=(MARIA,)))
    maria = desk.account("maria@example.org")
    desk.account()
    desk.commit()
    forget(opened(desk), IVAN.email)
    desk.seal()
    found = json.dumps(desk.bundle(maria), ensure_ascii=False)
    assert "ИВАН" not in found and "ivan@" not in found and "ACCREDO-2" in found


def test_the_index_and_a_public_site_hold_nothing_of_them_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    desk = DeskFolder(tmp_path / "desk")
    desk.put(ticket(1, entry("ИВАНТЕКСТ", attachments=(FILE,)), title="ИВАНТЕМА"))
    desk.put(ticket(2, entry("Мой вопрос", author=MARIA), requester=MARIA))
    desk.file(FILE.path, b"pdf")
    desk.commit()

    def found(word: str) -> list[str]:
        opened = Desk.open(desk.root)
        try:
            return [one.id for one in search_tickets(opened, word)]
        finally:
            opened.index.close()

    def shown() -> str:
        assert desk.build().returncode == 0
        files = [one for one in desk.site.rglob("*") if one.is_file()]
        names = "\n".join(one.relative_to(desk.site).as_posix() for one in files)
        return names + "".join(one.read_bytes().decode("utf-8", "replace") for one in files)

    before = shown()
    assert "ИВАНТЕКСТ" in before and "справка" in before and found("ИВАНТЕКСТ") == ["ACCREDO-1"]
    forget(Desk.open(desk.root), IVAN.email)
    after = shown()
    assert not [word for word in ("ИВАН", "справка", "Иван Петров", "ivan@") if word in after]
    assert "Мой вопрос" in after and found("вопрос") == ["ACCREDO-2"]
    for word in ("ИВАНТЕКСТ", "ИВАНТЕМА", "ivan@example.org", "справка"):
        assert found(word) == [], word


def test_an_answer_not_taken_in_yet_is_not_lost(desk: PrivateDesk) -> None:
    path = desk.root / "tickets/000/ACCREDO-1.md"
    path.write_text(path.read_text("utf-8") + "\nЯ как раз пишу.\n", "utf-8")
    desk.commit()
    with pytest.raises(TrackerError, match="ACCREDO-1"):
        forget(opened(desk), IVAN.email)
    assert "Я как раз пишу." in path.read_text("utf-8")


def test_a_ticket_that_cant_be_read_is_told(desk: PrivateDesk) -> None:
    desk.file("tickets/000/ACCREDO-9.md", b"---\nrequester: ivan@example.org\n")
    desk.commit()
    done = forget(opened(desk), IVAN.email)
    assert done.tickets == ["ACCREDO-1"] and "ACCREDO-9" in done.faults[0]


@pytest.mark.parametrize("written", ["anna@example.org", "ivan", ""])
def test_no_agent_and_no_word_is_erased(desk: PrivateDesk, written: str) -> None:
    with pytest.raises(TrackerError):
        forget(opened(desk), written)


def test_the_commands_print_what_they_did(desk: PrivateDesk) -> None:
    desk.account()
    desk.commit()
    listed = desk.run("account", "list")
    assert "ivan@example.org" in listed.stdout and "passphrase" in listed.stdout
    shown = json.loads(desk.run("account", "show", IVAN.email, "--json").stdout)
    assert shown["logins"] == ["passphrase"] and "wrap" not in json.dumps(shown)
    assert desk.run("account", "show", "x@example.org").returncode == 1
    asked = desk.run("account", "reset", IVAN.email)
    assert asked.returncode == 1 and "Every password and link" in asked.stdout
    assert json.loads(desk.run("account", "show", IVAN.email, "--json").stdout)["epoch"] == 1
    assert "#a=" in desk.run("account", "reset", IVAN.email, "--yes").stdout
    added = desk.run("account", "alias", IVAN.email, "ivan@work.example", "--yes", "--json")
    assert json.loads(added.stdout)["addresses"] == ["ivan@example.org", "ivan@work.example"]
    linked = desk.run("account", "invite", IVAN.email, "--mail", "--json")
    assert json.loads(linked.stdout)["link"] == ""
    assert (
        "letter: activation to ivan@example.org: waits"
        in desk.run("account", "show", IVAN.email).stdout
    )
    done = desk.run("account", "erase", IVAN.email, "--yes")
    assert done.returncode == 0, done.stderr
    for words in ("1 tickets", "git filter-repo --strip-blobs-with-ids", "mailbox"):
        assert words in done.stdout
    assert desk.run("account", "list").stderr.startswith("There are no accounts")


def test_a_broken_record_is_named(desk: PrivateDesk) -> None:
    record = desk.account()
    desk.file(record.path, write_record(record).replace(b'"v": 1', b'"v": 7'))
    desk.commit()
    done = desk.run("account", "list")
    assert done.returncode == 1 and record.path in done.stderr
