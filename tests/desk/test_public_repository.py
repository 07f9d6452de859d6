"""A desk whose repository is public: no address in any commit, and mail still reaches everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.conftest import SECRET, RealDesk, letter
from tests.desk.helpers import ANNA, everybody, outside, run
from tracker.core import state
from tracker.core.retries import read_delay
from tracker.core.settings import SettingsError
from tracker.desk.desk import Desk

pytestmark = pytest.mark.servers
LATER = timedelta(minutes=30)


@pytest.fixture
def desk(desk_of: Callable[..., RealDesk]) -> RealDesk:
    desk = desk_of()
    edit(desk, "[desk]\n", '[desk]\nrepository = "public"\n')
    edit(desk, "[mailbox]\n", '[mailbox]\nauthserv_id = "mx.test"\n')
    desk.git("commit", "-qam", "Settings")
    desk.git("push", "-q", "origin", "main")
    return desk


def edit(desk: RealDesk, before: str, after: str) -> None:
    path = desk.root / "tracker.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def history(desk: RealDesk) -> str:
    return desk.git("log", "--all", "-p", "--format=%B%an%ae%cn%ce")


def passed(name: str = "example.org") -> str:
    return f"Authentication-Results: mx.test; dmarc=pass header.from={name}\r\n"


def test_no_address_is_committed_and_the_conversation_goes_on(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan", subject="Пишите на ivan@example.org"))
    report = run(desk)
    assert report.opened == ["ACCREDO-1"]
    assert everybody(desk) == {"ivan@example.org": 1}
    (one,) = desk.tickets().values()
    assert one.requester.email.endswith("@sealed")
    assert "@sealed" in one.title
    assert next(iter(one.entries[0].told)).endswith("@sealed")

    done = desk.run("reply", "1", "--as", "anna", "--text", "Готово.")
    assert done.returncode == 0, done.stderr
    run(desk, LATER)
    last = outside(desk)[-1]
    assert last.recipients == ("ivan@example.org",)
    answered = f"In-Reply-To: {last.message['Message-ID']}\r\n"
    desk.mailbox.append(letter("ivan", 2, extra=answered))
    report = run(desk, 2 * LATER)
    assert report.commented == ["ACCREDO-1"]
    assert [entry.role for entry in desk.tickets()["ACCREDO-1"].entries] == [
        *("requester", "agent", "requester"),
    ]
    assert "ivan@example.org" not in history(desk)
    assert "<ivan-0@example.org>" not in history(desk)
    notices = [one for one in desk.smtp.letters() if one.recipients == (ANNA,)]
    assert notices, "agents are told as always"
    assert desk.run("check").returncode == 0, desk.run("check").stdout
    quiet = run(desk, 3 * LATER)
    assert (quiet.sent, quiet.stamped, quiet.fetched) == ([], [], 0)


def test_the_same_mail_again_is_known(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    desk.mailbox.reset_uidvalidity()
    report = run(desk, LATER)
    assert report.ignored == ["1: duplicate"]


REFUSED = "<{0}>: Recipient address rejected: User {0} unknown in local recipient table"


def test_a_server_that_repeats_the_address_puts_it_into_no_commit(desk: RealDesk) -> None:
    """Postfix says the address in its refusal."""
    desk.mailbox.append_many([letter("ivan"), letter("olga")])
    desk.smtp.refuse_recipient(
        "olga@example.org", f"550 5.1.1 {REFUSED}".format("olga@example.org")
    )
    report = run(desk)
    assert len(report.failed) == 1
    assert "olga@" not in history(desk)
    listed = json.loads(desk.git("show", f"origin/main:{state.SUPPRESSED}"))
    assert [one["reason"][:9] for one in listed.values()] == ["550 5.1.1"]
    desk.smtp.reset()
    desk.smtp.refuse_recipient(
        "ivan@example.org", f"450 4.2.0 {REFUSED}".format("ivan@example.org")
    )
    assert desk.run("reply", "1", "--as", "anna", "--text", "Готово.").returncode == 0
    for tries in (1, 2):
        run(desk, tries * LATER)
        (said,) = desk.tickets()["ACCREDO-1"].entries[-1].delayed.values()
        delay = read_delay(said)
        assert delay is not None and (delay.count, delay.reason[:9]) == (tries, "450 4.2.0")
    assert "ivan@" not in history(desk)
    assert desk.run("check").returncode == 0, desk.run("check").stdout


def test_one_person_has_one_pseudonym(desk: RealDesk) -> None:
    desk.mailbox.append_many([letter("ivan"), letter("ivan", 1), letter("olga")])
    run(desk)
    one, two, other = desk.tickets().values()
    assert one.requester.email == two.requester.email != other.requester.email
    desk.mailbox.append(letter("ivan", 2))
    run(desk, LATER)
    assert desk.tickets()["ACCREDO-4"].requester.email == one.requester.email


def test_with_the_secret_agents_see_who_it_is_and_without_it_a_pseudonym(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    shown = json.loads(desk.run("show", "1", "--json").stdout)
    assert shown["requester"]["email"] == "ivan@example.org"
    monkeypatch.delenv("TRACKER_SECRET")
    shown = json.loads(desk.run("show", "1", "--json").stdout)
    assert shown["requester"]["email"].endswith("@sealed")
    assert desk.run("close", "1", "--as", "anna").returncode == 0
    done = desk.run("cc", "1", "olga@example.org", "--as", "anna")
    assert done.returncode == 1
    assert "TRACKER_SECRET" in done.stderr
    assert "olga" not in history(desk)


def test_notes_are_refused_with_the_reason(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    for command in (["note", "1"], ["reply", "1", "--note"]):
        done = desk.run(*command, "--as", "anna", "--text", "Тайна.")
        assert done.returncode == 1
        assert "the repository is public" in done.stderr
    assert "Тайна" not in history(desk)


def test_what_is_held_and_agents_notes_stay_in_the_mailbox(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    fail = "Authentication-Results: mx.test; dmarc=fail header.from=example.org\r\n"
    note = letter("anna", 1, subject="[ACCREDO-1] x", extra=passed())
    desk.mailbox.append_many(
        [letter("olga", 1, extra=fail), note.replace("Здравствуйте, ".encode(), b"/note ")]
    )
    report = run(desk, LATER)
    assert len(report.quarantined) == 2
    assert all("the repository is public" in one for one in report.quarantined)
    assert "olga" not in history(desk)
    assert sorted(desk.tickets()) == ["ACCREDO-1"]
    assert len(desk.tickets()["ACCREDO-1"].entries) == 1


def test_an_answer_in_the_file_is_stamped_once(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    path = desk.root / "tickets" / "000" / "ACCREDO-1.md"
    path.write_text(path.read_text() + "\nОтвет из файла.\n")
    desk.git("-c", f"user.email={ANNA}", "-c", "user.name=Анна", "commit", "-qam", "Answer")
    desk.git("push", "-q", "origin", "main")
    report = run(desk, LATER)
    assert report.stamped == ["ACCREDO-1"]
    assert outside(desk)[-1].recipients == ("ivan@example.org",)
    events = [one.event for one in desk.tickets()["ACCREDO-1"].entries if one.event]
    assert events == [], "that addresses are sealed is no change of a field"
    assert run(desk, 2 * LATER).stamped == []


def test_a_call_is_registered_under_a_pseudonym(desk: RealDesk) -> None:
    done = desk.run(
        *("new", "--as", "anna", "--from", "Пётр Иванов <petr@example.org>"),
        *("--title", "Звонок", "--text", "Не работает."),
    )
    assert done.returncode == 0, done.stderr
    assert "petr@" not in history(desk)
    assert "Иванов" not in history(desk)
    assert "Пётр И." in history(desk)


def test_check_finds_what_may_not_stand_there(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    path = desk.root / "tickets" / "000" / "ACCREDO-1.md"
    text = path.read_text()
    pseudonym = desk.tickets()["ACCREDO-1"].requester.email
    path.write_text(text.replace(pseudonym, "ivan@example.org"))
    done = desk.run("check", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)["faults"]
    assert "a mail address" in found[0]["message"]
    lines = text.split("\n")
    assert [lines[one["line"] - 1].partition(" ")[0] for one in found] == ["requester:", "<!--"]


def test_who_is_erased_leaves_a_name_without_a_person(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    assert list((desk.root / "accounts" / "people").rglob("*.json"))
    done = desk.run("account", "erase", "ivan@example.org", "--yes")
    assert done.returncode == 0, done.stderr
    assert not list((desk.root / "accounts" / "people").rglob("*.json"))
    assert run(desk, LATER).sent == []


OTHER_SECRET = "fedcba9876543210fedcba9876543210"


def test_a_new_secret_keeps_the_pseudonyms(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    monkeypatch.setenv("TRACKER_SECRET_OLD", SECRET)
    monkeypatch.setenv("TRACKER_SECRET", OTHER_SECRET)
    done = desk.run("account", "rotate", "--yes")
    assert (done.returncode, done.stdout) == (0, "0 accounts rewritten, 1 pseudonyms\n")
    monkeypatch.delenv("TRACKER_SECRET_OLD")
    assert desk.run("reply", "1", "--as", "anna", "--text", "Готово.").returncode == 0
    desk.mailbox.append(letter("ivan", 1))
    run(desk, LATER)
    assert everybody(desk)["ivan@example.org"] == 3, "two confirmations and the answer"
    first, second = desk.tickets().values()
    assert first.requester.email == second.requester.email


def test_without_the_lost_secret_the_desk_goes_on_and_knows_nobody(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    monkeypatch.setenv("TRACKER_SECRET", OTHER_SECRET)
    stopped = desk.run("account", "rotate", "--yes")
    assert (stopped.returncode, "TRACKER_SECRET_OLD" in stopped.stderr) == (1, True)
    done = desk.run("account", "rotate", "--lost", "--yes")
    assert done.returncode == 0, done.stderr
    assert "1 pseudonyms were of the lost secret" in done.stderr
    assert desk.run("reply", "1", "--as", "anna", "--text", "Готово.").returncode == 0
    desk.mailbox.append(letter("ivan", 1))
    run(desk, LATER)
    assert everybody(desk)["ivan@example.org"] == 2, "two confirmations, and no answer"
    first, second = desk.tickets().values()
    assert first.requester.email != second.requester.email


@pytest.mark.parametrize("option", ['repository = "public"', 'addresses = "sealed"'])
def test_private_tickets_are_refused_with_the_reason(
    desk_of: Callable[..., RealDesk], option: str
) -> None:
    desk = desk_of(remote=False, visibility="private")
    edit(desk, "[desk]\n", f"[desk]\n{option}\n")
    with pytest.raises(SettingsError) as error:
        Desk.open(desk.root)
    assert "public" in str(error.value)


def test_what_an_export_holds_is_not_taken_in_unsealed(desk: RealDesk, tmp_path: Path) -> None:
    (tmp_path / "github.json").write_text("[]", "utf-8")
    refused = desk.run("import", "github", str(tmp_path / "github.json"))
    assert refused.returncode == 1
    assert "seals mail addresses" in refused.stderr


def test_mails_of_an_archive_are_sealed(desk: RealDesk, tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_bytes(
        b"From: Ivan <ivan@mail.example>\r\nTo: support@example.org\r\nSubject: Old\r\n"
        b"Message-ID: <old@mail.example>\r\n\r\nWrite to ivan@mail.example.\r\n"
    )
    assert desk.run("import", "eml", str(tmp_path)).returncode == 0
    (path,) = (desk.root / "tickets").rglob("*.md")
    assert b"ivan@mail.example" not in path.read_bytes()
