"""A conversation from end to end: mail in, number, answer by commit, letter, reply, closing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.replies import PROGRAMS, reply, whole, words_of
from tests.servers.smtp import Letter
from tracker.core.ticket import Ticket
from tracker.core.words import stems

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


def test_a_note_reaches_agents_and_nobody_else(desk_of: Callable[..., RealDesk]) -> None:
    desk = desk_of(settings='\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n')
    canary = "КАНАРЕЙКА-7391"
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    write_under_the_mark(desk, 1, f"/note\nОн звонил, {canary}.\n")
    desk.sync()
    assert desk.run("note", "1", "--as", "anna", "--text", f"Ещё {canary}.").returncode == 0
    write_under_the_mark(desk, 1, "Ответ для всех.\n")
    desk.sync()
    assert desk.run("build").returncode == 0
    told = [whole(one.message) for one in to(desk, "boris@example.org")]
    assert sum(canary in one for one in told) == 2
    outside = [whole(one.message) for one in to(desk, IVAN)]
    assert any("Ответ для всех" in one for one in outside)
    assert not any(canary in one for one in outside)
    site = {file: file.read_bytes() for file in (desk.root / "site").rglob("*") if file.is_file()}
    # What is published of the same ticket is found the same way: else this proves nothing.
    assert found_in(site, "Ответ для всех", "ответ")
    assert not found_in(site, canary, *stems(canary))


def found_in(site: dict[Path, bytes], text: str, *stems_of_it: str) -> set[Path]:
    """Return the files that hold a text, as it is or as JSON escapes it, or one of its stems."""
    escaped = json.dumps(text).strip('"')
    forms = [one.encode() for one in (text, text.lower(), escaped, *stems_of_it)]
    return {file for file, content in site.items() if any(one in content for one in forms)}


def test_a_reply_that_keeps_no_references_is_threaded_by_the_address_it_goes_to(
    desk_of: Callable[..., RealDesk],
) -> None:
    desk = desk_of()
    toml = desk.root / "tracker.toml"
    toml.write_text(toml.read_text("utf-8").replace("[mailbox]", "[mailbox]\nplus_tags = true", 1))
    desk.git("commit", "-qam", "Settings")
    desk.git("push", "-q", "origin", "main")
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    write_under_the_mark(desk, 1, "Попробуйте ещё раз.\n")
    desk.sync()
    answer_to = str(last_to(desk, IVAN).message["Reply-To"])
    assert answer_to.startswith("support+ACCREDO-1.")
    bare = letter("ivan", 2, subject="Спасибо").replace(b"To: support@example.org", b"To: ", 1)
    desk.mailbox.append(bare.replace(b"To: ", f"To: {answer_to}".encode(), 1))
    assert desk.sync()["ids"]["commented"] == ["ACCREDO-1"]
    assert answer_to.partition("@")[0].rpartition(".")[2] not in desk.git(
        "show", "origin/main:tickets/000/ACCREDO-1.md"
    )
