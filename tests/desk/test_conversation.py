"""A conversation from end to end: mail in, number, answer by commit, letter, reply, closing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.replies import PROGRAMS, reply, words_of
from tests.servers.smtp import Letter
from tracker.core.ticket import Ticket

pytestmark = pytest.mark.servers
IVAN, ANNA = "ivan@example.org", "anna@example.org"


def write_under_the_mark(
    desk: RealDesk, number: int, text: str, *, author: str = f"Anna <{ANNA}>"
) -> None:
    """Do as an agent with an editor does: write below the last line, commit, push."""
    file = desk.root / f"tickets/000/ACCREDO-{number}.md"
    file.write_text(file.read_text("utf-8") + text, "utf-8")
    desk.git("commit", "-qam", "Answer", "--author", author)
    desk.git("push", "-q", "origin", "HEAD:main")


def to(desk: RealDesk, address: str) -> list[Letter]:
    return desk.smtp.letters_to(address)


def last_to(desk: RealDesk, address: str) -> Letter:
    return to(desk, address)[-1]


def only(desk: RealDesk) -> Ticket:
    (ticket,) = desk.tickets().values()
    return ticket


def words(one: Letter) -> str:
    return words_of(one.message)


@pytest.mark.parametrize("program", PROGRAMS)
def test_from_the_first_mail_to_the_reopening(desk: RealDesk, program: str) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    (confirmation,) = to(desk, IVAN)
    assert "ACCREDO-1" in str(confirmation.message["Subject"])
    (notice,) = to(desk, ANNA)
    assert "это ivan, письмо 0" in words(notice)

    write_under_the_mark(desk, 1, "Попробуйте **ещё раз**, пожалуйста.\n")
    report = desk.sync()
    assert report["stamped"] == 1
    answer = last_to(desk, IVAN)
    assert "Попробуйте **ещё раз**" in words(answer)
    assert "/tickets/ACCREDO-1/" in words(answer)
    assert (answer.sender, answer.message["Auto-Submitted"]) == ("support@example.org", None)
    assert "Анна" in str(answer.message["From"])

    desk.mailbox.append(reply(program, answer.message, IVAN, "Теперь всё открывается."))
    report = desk.sync()
    assert report["ids"]["commented"] == ["ACCREDO-1"]
    comment = only(desk).entries[-1]
    assert comment.text.strip() == "Теперь всё открывается."
    assert "ещё раз" in comment.quoted
    assert (comment.role, comment.visibility) == ("requester", "public")
    assert "Теперь всё открывается." in words(last_to(desk, ANNA))

    write_under_the_mark(desk, 1, "Отлично.\n\n/закрыть\n")
    desk.sync()
    assert only(desk).status == "closed"
    closing = last_to(desk, IVAN)
    assert "Отлично." in words(closing)
    assert "закры" in words(closing).lower()
    assert "/закрыть" not in words(closing)
    assert desk.run("list", "--status", "open").stdout == ""

    again = reply(program, closing.message, IVAN, "Опять не открывается.", n=2)
    desk.mailbox.append(again)
    desk.sync()
    ticket = only(desk)
    assert ticket.status == "open"
    assert [one.event for one in ticket.entries if one.kind == "event"] == ["closed", "reopened"]
    assert "Опять не открывается." in words(last_to(desk, ANNA))

    quiet = desk.sync()
    assert (quiet["fetched"], quiet["sent"], quiet["stamped"], quiet["pushed"]) == (0, 0, 0, 0)
    assert len(to(desk, IVAN)) == 3
    assert desk.git("status", "--porcelain") == ""


def test_letters_about_one_request_are_one_thread(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    for text in ("Первый ответ.\n", "Второй ответ.\n"):
        write_under_the_mark(desk, 1, text)
        desk.sync()
    letters = [one.message for one in to(desk, IVAN)]
    assert len(letters) == 3
    threads = [set(str(one["References"]).split()) for one in letters]
    assert set.intersection(*threads)
    assert all("<ivan-0@example.org>" in one for one in threads)
    assert len({str(one["Message-ID"]) for one in letters}) == 3
    assert all("[ACCREDO-1]" in str(one["Subject"]) for one in letters)


def test_a_note_reaches_agents_and_nobody_else(desk_of: object, tmp_path: Path) -> None:
    desk = desk_of(  # type: ignore[operator]
        settings='\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
    )
    canary = "КАНАРЕЙКА-7391"
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    write_under_the_mark(desk, 1, f"/note\nОн звонил, {canary}.\n")
    desk.sync()
    assert desk.run("note", "1", "--as", "anna", "--text", f"Ещё {canary}.").returncode == 0
    write_under_the_mark(desk, 1, "Ответ для всех.\n")
    desk.sync()
    assert desk.run("build").returncode == 0
    assert canary in words(last_to(desk, "boris@example.org")) or any(
        canary in words(one) for one in to(desk, "boris@example.org")
    )
    assert all(canary not in words(one) for one in to(desk, IVAN))
    assert all(canary.encode() not in one.raw for one in to(desk, IVAN))
    site = desk.root / "site"
    for file in site.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert canary.encode() not in content, file
            escaped = canary.encode("unicode_escape").replace(b"\\\\", b"\\")
            assert escaped not in content, file
            assert b"7391" not in content, file
