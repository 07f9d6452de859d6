"""``sync`` against real servers: every mail once, whatever the host and the mailbox do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import NOW, REFUSES_POISON, everybody, hook, outside, run
from tracker.adapters.git import GitError
from tracker.core import state
from tracker.core.errors import TrackerError
from tracker.desk.quarantine import quarantined, retry
from tracker.desk.write import PushRefusedError

pytestmark = pytest.mark.servers
MAILS = Path(__file__).parent.parent / "mails"
SPECIAL = ("loop-header", "bounce", "nul-bytes")
Make = Callable[..., RealDesk]


def mixed(count: int) -> list[bytes]:
    """That many odd mails of ``tests/mails``, each a message of its own."""
    paths = sorted(MAILS.glob("*/in.eml"))
    kept = [path for path in paths if not path.parent.name.startswith(SPECIAL)]
    return [path.read_bytes() for path in kept[:count]]


def test_forty_mixed_mails_make_forty_entries_and_again_none(desk: RealDesk) -> None:
    desk.mailbox.append_many(mixed(40))
    report = run(desk)
    assert report.fetched == 40
    assert report.quarantined == []
    entries = [
        one for ticket in desk.tickets().values() for one in ticket.entries if one.kind == "message"
    ]
    assert len(entries) + len(report.ignored) == 40
    assert len(report.ignored) <= 1
    head = desk.git("rev-parse", "origin/main")
    again = run(desk)
    assert (again.fetched, again.sent, again.pushed) == (0, [], 0)
    assert desk.git("rev-parse", "origin/main") == head
    assert desk.git("status", "--porcelain") == ""


def test_another_uidvalidity_takes_nothing_twice(desk: RealDesk) -> None:
    nameless = letter("nobody").replace(b"Message-ID: <nobody-0@example.org>\r\n", b"")
    desk.mailbox.append_many([letter("ivan"), letter("olga"), nameless])
    run(desk)
    before = desk.tickets()
    sent = len(outside(desk))
    desk.mailbox.reset_uidvalidity()
    desk.mailbox.append(letter("petr"))
    report = run(desk, timedelta(minutes=1))
    assert (report.fetched, len(report.ignored), report.opened) == (4, 3, ["ACCREDO-4"])
    assert {number: one for number, one in desk.tickets().items() if number in before} == before
    assert len(outside(desk)) == sent + 1
    assert run(desk).fetched == 0


def test_a_mail_that_was_only_a_command_is_known_again(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    stop = letter("ivan", 1).replace("Вопрос 1".encode(), b"[ACCREDO-1] stop")
    desk.mailbox.append(stop)
    run(desk)
    before = desk.tickets()["ACCREDO-1"]
    assert before.muted == ("ivan@example.org",)
    assert [one.event for one in before.entries] == ["", "muted"]
    desk.mailbox.reset_uidvalidity()
    report = run(desk, timedelta(minutes=1))
    assert (report.fetched, len(report.ignored)) == (2, 2)
    assert desk.tickets()["ACCREDO-1"] == before


def old_and_new(desk: RealDesk) -> None:
    desk.mailbox.append(letter("old"), datetime(2020, 5, 1, tzinfo=UTC))
    desk.mailbox.append(letter("new"), NOW)


def test_the_first_run_on_an_old_inbox_answers_nobody(desk: RealDesk) -> None:
    old_and_new(desk)
    assert run(desk).opened == ["ACCREDO-1", "ACCREDO-2"]
    assert [one.recipients for one in outside(desk)] == [("new@example.org",)]
    assert desk.tickets()["ACCREDO-1"].entries[0].silent == "older than the desk"
    run(desk)
    assert len(outside(desk)) == 1


def test_the_first_run_can_leave_old_mail(desk: RealDesk) -> None:
    toml = desk.root / "tracker.toml"
    toml.write_text(toml.read_text().replace("[mailbox]\n", '[mailbox]\nbacklog = "leave"\n'))
    old_and_new(desk)
    assert run(desk).opened == ["ACCREDO-1"]
    assert desk.tickets()["ACCREDO-1"].requester.email == "new@example.org"
    assert run(desk).fetched == 0


# Quarantine


def limit(desk: RealDesk, mib: int) -> None:
    (desk.root / "tracker.toml").write_text(
        (desk.root / "tracker.toml").read_text().partition("\n[limits]")[0]
        + f"\n[limits]\nmessage_mib = {mib}\n"
    )


def test_a_giant_is_quarantined_and_taken_in_when_the_limit_grows(desk: RealDesk) -> None:
    limit(desk, 1)
    giant = letter("giant") + b"x" * 75 * 14_000
    desk.mailbox.append_many([letter("ivan"), giant, letter("olga")])
    report = run(desk)
    assert (len(report.opened), len(report.quarantined), report.exit_code) == (2, 1, 3)
    (record,) = quarantined(desk.open())
    assert record.reason == "larger than 1 MiB"
    assert retry(desk.open(), []).quarantined == [f"{record.uid}: larger than 1 MiB"]
    assert len(quarantined(desk.open())) == 1
    limit(desk, 5)
    assert retry(desk.open(), [record.uid + 1]).fetched == 0
    assert retry(desk.open(), [record.uid]).opened == ["ACCREDO-3"]
    assert quarantined(desk.open()) == []
    assert set(run(desk).sent) == {"ACCREDO-3"}


@pytest.mark.parametrize(
    ("words", "told"), [("not allowed here", "not allowed here"), ("found POISON", "refuses it")]
)
def test_a_mail_that_the_host_refuses_is_quarantined_and_the_rest_goes_in(
    desk: RealDesk, words: str, told: str
) -> None:
    """Also where the host's own words hold what it refuses, as a secret scanner's may."""
    names = [f"m{n}" for n in range(7)]
    poison = letter("bad", subject="POISON")
    desk.mailbox.append_many([*map(letter, names[:3]), poison, *map(letter, names[3:])])
    unhook = hook(desk, REFUSES_POISON.format(words=words))
    report = run(desk)
    assert len(report.opened) == 7
    assert len(report.quarantined) == 1
    assert told in report.quarantined[0]
    assert sorted(one.number for one in desk.tickets().values()) == list(range(1, 8))
    assert set(everybody(desk)) == {f"{name}@example.org" for name in names}
    assert run(desk).fetched == 0
    still = retry(desk.open(), [])
    assert len(still.quarantined) == 1
    unhook()
    assert retry(desk.open(), []).opened == ["ACCREDO-8"]
    assert quarantined(desk.open()) == []


def test_a_host_that_refuses_everything_stops_the_run_with_its_own_words(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(f"m{n}") for n in range(3))
    unhook = hook(desk, "echo 'the quota is used up' >&2; exit 1")
    before = desk.git("rev-parse", "origin/main")
    with pytest.raises(PushRefusedError, match="the quota is used up"):
        run(desk)
    assert desk.smtp.letters() == []
    assert desk.tickets() == {}
    unhook()
    assert len(run(desk).opened) == 3
    assert desk.git("rev-parse", "origin/main") != before
    assert sorted(desk.tickets()) == ["ACCREDO-1", "ACCREDO-2", "ACCREDO-3"]


def test_an_unreachable_remote_loses_nothing(desk: RealDesk) -> None:
    assert desk.remote is not None
    desk.mailbox.append(letter("ivan"))
    away = desk.remote.with_name("away.git")
    desk.remote.rename(away)
    with pytest.raises(GitError):
        run(desk)
    assert desk.smtp.letters() == []
    away.rename(desk.remote)
    assert run(desk).opened == ["ACCREDO-1"]


def test_a_rewritten_remote_stops_the_desk_until_recover(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    clone = desk.clone("somebody")
    other = type(desk)(clone, desk.mailbox, desk.smtp, desk.remote)
    other.git("commit", "-q", "--amend", "-m", "Rewritten")
    other.git("push", "-q", "--force", "origin", "main")
    desk.mailbox.append(letter("olga"))
    with pytest.raises(GitError, match="its history was rewritten") as caught:
        run(desk)
    assert "tracker recover" in caught.value.hint
    desk.git("fetch", "-q")
    desk.git("reset", "-q", "--hard", "origin/main")
    desk.open().repository.recover()
    assert run(desk).opened == ["ACCREDO-2"]


# Without a remote, and with people's own work in the folder


def test_without_a_remote_everything_works_on_the_local_branch(desk_of: Make) -> None:
    desk = desk_of(remote=False)
    desk.mailbox.append_many([letter("ivan"), letter("olga")])
    report = run(desk)
    assert (len(report.opened), len(report.sent), report.pushed) == (2, 4, 0)
    assert (desk.root / "tickets/000/ACCREDO-2.md").is_file()
    assert desk.git("status", "--porcelain") == ""
    assert run(desk).fetched == 0


@pytest.mark.parametrize("remote", [True, False])
def test_an_unsaved_edit_survives_and_is_reported(desk_of: Make, remote: bool) -> None:
    desk = desk_of(remote=remote)
    desk.mailbox.append(letter("ivan"))
    run(desk)
    file = desk.root / "tickets/000/ACCREDO-1.md"
    edited = file.read_text() + "Уже смотрю.\n"
    file.write_text(edited)
    desk.mailbox.append(letter("ivan", 1, subject="Re: [ACCREDO-1]"))
    report = run(desk)
    assert report.commented == ["ACCREDO-1"]
    assert any("tickets/000/ACCREDO-1.md" in note for note in report.notes)
    assert file.read_text() == edited
    shown = desk.run("show", "1").stdout
    assert "письмо 1" in shown


def test_a_local_commit_is_joined_with_what_the_desk_did_meanwhile(desk_of: Make) -> None:
    desk = desk_of(remote=False)
    desk.mailbox.append(letter("ivan"))
    run(desk)
    page = desk.root / "docs" / "index.md"
    page.write_text("# Своё\n")
    file = desk.root / "tickets/000/ACCREDO-1.md"
    file.write_text(file.read_text() + "Черновик\n")
    desk.mailbox.append(letter("ivan", 1, subject="Re: [ACCREDO-1]"))
    assert run(desk).notes
    desk.git("commit", "-qm", "A page", "docs/index.md")
    desk.git("checkout", "-q", "--", "tickets")
    desk.mailbox.append(letter("olga"))
    assert run(desk).notes == []
    assert page.read_text() == "# Своё\n"
    assert len(desk.tickets()["ACCREDO-1"].entries) == 2
    assert "ACCREDO-2" in desk.tickets()


def test_a_broken_ticket_file_is_left_and_stops_nothing(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    file = desk.root / "tickets/000/ACCREDO-1.md"
    broken = file.read_bytes().replace(b"status: open", b"status: \xff\xfe")
    file.write_bytes(broken)
    desk.git("commit", "-qam", "Break it")
    desk.git("push", "-q", "origin", "main")
    desk.mailbox.append(letter("ivan", 1, subject="Re: [ACCREDO-1]"))
    assert run(desk).opened == ["ACCREDO-2"]
    assert file.read_bytes() == broken


def test_commit_messages_hold_no_word_of_a_mail(desk: RealDesk) -> None:
    desk.mailbox.append_many(letter(f"kanari{n}", subject="Канарейка") for n in range(5))
    run(desk)
    log = desk.git("log", "--format=%an %ae %B")
    assert "анарейка" not in log
    assert "kanari" not in log
    assert "ACCREDO-5" in log


def test_a_seen_flag_is_never_set(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    with desk.mailbox.client() as client:
        client.select_folder("INBOX", readonly=True)
        flags = client.get_flags(client.search())
    assert all(b"\\Seen" not in one for one in flags.values())


def test_a_broken_record_is_named_and_nothing_is_done(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    (desk.root / state.MAILBOX).write_text("{")
    desk.git("commit", "-qam", "Break it")
    desk.git("push", "-q", "origin", "main")
    with pytest.raises(TrackerError, match=r"tickets/\.desk/mailbox\.json is not what"):
        run(desk)
