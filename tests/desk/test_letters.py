"""Answers, notices and events as letters: to each who must know, once, and to nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, act, answer, run
from tests.servers.smtp import Letter
from tracker.adapters.smtp import Sender
from tracker.core import operations, state
from tracker.core.addresses import Address
from tracker.core.fields import Fields
from tracker.core.ticket import Attachment, Entry

pytestmark = pytest.mark.servers
OLGA = Address("Ольга", "olga@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'


def words(one: Letter) -> str:
    """The text of a letter."""
    part = one.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def one(desk: RealDesk) -> RealDesk:
    """A request that was confirmed, a colleague on it; no letter is left."""
    return _confirmed(desk)


def _confirmed(desk: RealDesk) -> RealDesk:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    act(desk, lambda work, who: operations.join(work, 1, who, [OLGA]))
    run(desk)
    desk.smtp.reset()
    return desk


def test_a_colleague_who_was_added_is_told_and_so_is_the_requester(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    run(desk)
    desk.smtp.reset()
    act(desk, lambda work, who: operations.join(work, 1, who, [OLGA]))
    assert run(desk).sent == ["ACCREDO-1", "ACCREDO-1"]
    texts = {each.recipients[0]: words(each) for each in desk.smtp.letters()}
    assert "вы подключены к обращению ACCREDO-1" in texts["olga@example.org"]
    assert "подключён участник Ольга" in texts["ivan@example.org"]


def test_an_answer_reaches_requester_and_participants_once(one: RealDesk) -> None:
    act(one, answer)
    assert run(one).sent == ["ACCREDO-1", "ACCREDO-1"]
    letters = one.smtp.letters()
    assert Counter(each.recipients[0] for each in letters) == {
        "ivan@example.org": 1,
        "olga@example.org": 1,
    }
    for each in letters:
        assert each.sender == "support@example.org"  # so that it comes back if it must
        assert each.message["Auto-Submitted"] is None
        assert words(each).startswith("Готово.")
    assert set(one.tickets()["ACCREDO-1"].entries[-1].told) == {
        "ivan@example.org",
        "olga@example.org",
    }
    assert run(one, timedelta(days=1)).sent == []


def test_an_answer_that_closes_is_one_letter(one: RealDesk) -> None:
    def close(work: operations.Workspace, who: operations.Actor) -> None:
        answer(work, who)
        operations.set_status(work, 1, who, "closed")

    act(one, close)
    run(one)
    (to_ivan,) = one.smtp.letters_to("ivan@example.org")
    assert "Готово." in words(to_ivan)
    assert "Обращение ACCREDO-1 закрыто." in words(to_ivan)
    entries = one.tickets()["ACCREDO-1"].entries[-2:]
    assert [set(each.told) for each in entries] == [{"ivan@example.org", "olga@example.org"}] * 2
    one.smtp.reset()
    act(one, lambda work, who: operations.set_status(work, 1, who, "open"))
    run(one)
    (to_ivan,) = one.smtp.letters_to("ivan@example.org")
    assert "снова открыто" in words(to_ivan)
    assert (to_ivan.sender, to_ivan.message["Auto-Submitted"]) == ("", "auto-generated")


def test_an_answer_before_the_confirmation_tells_the_number_too(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    desk.smtp.kill()
    run(desk)
    act(desk, answer)
    desk.smtp.start()
    run(desk)
    (to_ivan,) = desk.smtp.letters_to("ivan@example.org")
    assert "Готово." in words(to_ivan)
    assert all("ivan@example.org" in each.told for each in desk.tickets()["ACCREDO-1"].entries)


def test_a_note_reaches_the_other_agents_alone(desk_of: Callable[..., RealDesk]) -> None:
    desk = _confirmed(desk_of(settings=BORIS))
    act(desk, lambda work, who: answer(work, who, text="КАНАРЕЙКА", kind="note"))
    run(desk)
    (notice,) = desk.smtp.letters()
    assert notice.recipients == ("boris@example.org",)
    assert "Внутренняя заметка" in words(notice)
    assert "КАНАРЕЙКА" in words(notice)
    act(desk, answer)
    run(desk)
    for each in (*desk.smtp.letters_to("ivan@example.org"), *desk.smtp.letters_to(OLGA.key)):
        assert "КАНАРЕЙКА" not in words(each)


def test_agents_hear_of_a_new_request_and_the_assignee_of_replies(
    desk_of: Callable[..., RealDesk],
) -> None:
    desk = desk_of(settings=BORIS)
    desk.mailbox.append(letter("ivan"))
    run(desk)
    for agent in (ANNA, "boris@example.org"):
        (notice,) = desk.smtp.letters_to(agent)
        assert "это ivan, письмо 0" in words(notice)
        assert notice.sender == ""
    act(desk, lambda work, who: _assign(work, who, "boris"))
    desk.mailbox.append(letter("ivan", 1, subject="Re: [ACCREDO-1]"))
    desk.smtp.reset()
    run(desk)
    (notice,) = desk.smtp.letters()
    assert notice.recipients == ("boris@example.org",)
    assert "исполнитель — boris" in words(notice)
    assert "это ivan, письмо 1" in words(notice)


def _assign(work: operations.Workspace, who: operations.Actor, handle: str) -> None:
    wanted = replace(Fields.of(work.need(1)), assignee=handle)
    operations.change(work, 1, who, wanted)


def test_who_muted_the_request_gets_no_letter(one: RealDesk) -> None:
    act(one, lambda work, who: operations.mute(work, 1, who, "olga@example.org"))
    act(one, answer)
    run(one)
    assert [each.recipients[0] for each in one.smtp.letters()] == ["ivan@example.org"]


def test_attachments_go_along_and_large_ones_are_linked(one: RealDesk) -> None:
    folder = "tickets/000/ACCREDO-1"
    contents = {"малый.pdf": b"%PDF" * 100, "large.bin": b"\0" * (9 << 20)}

    def attach(work: operations.Workspace, who: operations.Actor) -> None:
        files = tuple(
            Attachment(name, f"{folder}/{name}", len(content), "application/pdf")
            for name, content in contents.items()
        )
        work.files.update({f"{folder}/{name}": content for name, content in contents.items()})
        answer(work, who, attachments=files)

    act(one, attach)
    run(one)
    (to_ivan,) = one.smtp.letters_to("ivan@example.org")
    (file,) = to_ivan.message.iter_attachments()
    assert file.get_filename() == "малый.pdf"
    assert file.get_payload(decode=True) == contents["малый.pdf"]
    assert "http://127.0.0.1:8000/tickets/ACCREDO-1/large.bin" in words(to_ivan)


def test_a_correction_is_mailed_to_those_who_had_the_answer(one: RealDesk) -> None:
    found: list[str] = []
    act(one, lambda work, who: found.append(answer(work, who)))
    run(one)
    one.smtp.reset()
    file = one.root / "tickets/000/ACCREDO-1.md"
    file.write_text(file.read_text().replace("Готово.", "Почти готово."))
    one.git("commit", "-qam", "Correct", "--author", f"Анна <{ANNA}>")
    one.git("push", "-q", "origin", "main")

    def correct(work: operations.Workspace, who: operations.Actor) -> None:
        made = operations.event(work, who, "correction", {"entry": found[0]})
        work.add(work.need(1), [made])

    act(one, correct, timedelta(minutes=1))
    run(one, timedelta(minutes=1))
    assert {each.recipients[0] for each in one.smtp.letters()} == {
        "ivan@example.org",
        "olga@example.org",
    }
    for each in one.smtp.letters():
        assert "Исправление нашего ответа" in words(each)
        assert "Почти готово." in words(each)


def test_an_agent_gets_a_receipt(one: RealDesk) -> None:
    act(one, lambda work, who: answer(work, who, data={"receipt": ANNA}))
    run(one)
    (receipt,) = one.smtp.letters_to(ANNA)
    assert "Ваш ответ на ACCREDO-1 принят." in words(receipt)


def test_nothing_leaves_a_request_that_is_held(desk: RealDesk) -> None:
    desk.mailbox.append(letter("spam", extra="X-Spam-Flag: YES\r\n"))
    run(desk)
    act(desk, answer)
    assert run(desk).sent == []
    assert desk.smtp.letters() == []


# What goes wrong


def test_an_address_that_does_not_exist_is_not_written_to_again(one: RealDesk) -> None:
    one.smtp.refuse_recipient("olga@example.org", "550 5.1.1 No such user")
    act(one, answer)
    assert len(run(one).failed) == 1
    one.smtp.reset()
    act(one, lambda work, who: answer(work, who, text="Ещё."))
    report = run(one)
    assert [each.recipients[0] for each in one.smtp.letters()] == ["ivan@example.org"]
    assert "no longer written to: 550 5.1.1" in report.failed[0]
    entries = one.tickets()["ACCREDO-1"].entries
    assert [each.event for each in entries].count("undelivered") == 2
    assert "olga@example.org" not in one.git("show", "HEAD:tickets/.desk/suppressed.json")
    assert one.run("outbox", "allow", "olga@example.org").returncode == 0
    act(one, lambda work, who: answer(work, who, text="И ещё."))
    run(one)
    assert len(one.smtp.letters_to("olga@example.org")) == 1
    assert run(one).failed == []


@pytest.mark.parametrize("words", ["554 5.7.1 Blocked", "550 5.7.1 Listed at a blocklist"])
def test_a_policy_that_refuses_a_letter_does_not_give_up_the_address(
    one: RealDesk, words: str
) -> None:
    one.smtp.refuse_recipient("olga@example.org", words)
    act(one, answer)
    run(one)
    one.smtp.reset()
    act(one, lambda work, who: answer(work, who, text="Ещё."))
    run(one)
    assert len(one.smtp.letters_to("olga@example.org")) == 1


def test_a_refused_letter_delays_no_other(one: RealDesk) -> None:
    one.smtp.refuse_recipient("olga@example.org", "451 4.3.0 Later")
    act(one, answer)
    run(one)
    act(one, lambda work, who: answer(work, who, text="Ещё."), timedelta(minutes=1))
    report = run(one, timedelta(minutes=1))
    assert (report.sent, report.waiting) == (["ACCREDO-1"], ["ACCREDO-1"])
    one.smtp.reset()
    for minutes in (5, 6):
        run(one, timedelta(minutes=minutes))
    first, second = one.smtp.letters()
    assert first.recipients == second.recipients == ("olga@example.org",)
    assert ("Готово." in words(first), "Ещё." in words(first)) == (True, False)
    assert ("Готово." in words(second), "Ещё." in words(second)) == (False, True)


def test_two_machines_at_once_send_no_letter_twice(one: RealDesk) -> None:
    one.mailbox.append_many(letter(f"m{n}") for n in range(4))
    for n in range(4):
        act(one, lambda work, who, n=n: answer(work, who, text=f"Ответ {n}"))  # type: ignore[misc]
    other = one.clone("other")
    runs = [one.start("sync", root=root) for root in (one.root, other)]
    for process in runs:
        _, err = process.communicate()
        assert process.returncode in (0, 3), err
    one.sync()
    letters = one.smtp.letters()
    ids = Counter(str(each.message["Message-ID"]) for each in letters)
    assert set(ids.values()) == {1}
    told = Counter(each.recipients[0] for each in letters)
    assert (told["ivan@example.org"], told["olga@example.org"]) == (1, 1)
    assert all(told[f"m{n}@example.org"] == 1 for n in range(4))
    seen = [words(each) for each in one.smtp.letters_to(ANNA)]
    assert all(sum(f"это m{n}," in text for text in seen) == 1 for n in range(4))


def test_what_another_machine_sent_since_we_looked_is_not_sent_again(
    one: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(one, answer)
    other = one.clone("other")
    check = Sender.check

    def late(sender: Sender) -> None:
        check(sender)
        if not one.smtp.letters():
            assert one.run("sync", root=other).returncode == 0

    monkeypatch.setattr(Sender, "check", late)
    assert run(one).sent == []
    assert len(one.smtp.letters()) == 2
    assert state.LEASE not in one.git("ls-tree", "-r", "--name-only", "origin/main")


def test_an_old_lease_of_ours_is_taken_again_before_anything_goes(one: RealDesk) -> None:
    act(one, answer)
    one.crash("before:send:1", "sync")
    assert state.LEASE in one.git("ls-tree", "-r", "--name-only", "origin/main")
    other = one.clone("other")
    # The lease was taken by the real clock, ``NOW`` is when the tests began.
    after = timedelta(hours=3)
    assert run(one, after, other).sent == ["ACCREDO-1", "ACCREDO-1"]
    assert run(one, after).sent == []
    assert len(one.smtp.letters()) == 2


@pytest.mark.parametrize("point", ["after:send:1", "before:note:2"])
def test_killed_between_acceptance_and_record_the_same_letter_goes_again(
    one: RealDesk, point: str
) -> None:
    act(one, _with_file)
    one.crash(point, "sync")
    one.sync()
    letters = one.smtp.letters()
    assert len(letters) == 3
    by_id: dict[str, set[bytes]] = {}
    for each in letters:
        by_id.setdefault(str(each.message["Message-ID"]), set()).add(each.raw)
    assert sorted(map(len, by_id.values())) == [1, 1]
    one.sync()
    assert len(one.smtp.letters()) == 3


def _with_file(work: operations.Workspace, who: operations.Actor) -> None:
    path = "tickets/000/ACCREDO-1/a.pdf"
    work.files[path] = b"%PDF"
    answer(work, who, attachments=(Attachment("a.pdf", path, 4, "application/pdf"),))


def test_an_entry_whose_letter_is_in_flight_may_be_taken_out(one: RealDesk) -> None:
    act(one, answer)
    one.crash("after:note:2", "sync")
    clone = type(one)(one.clone("other"), one.mailbox, one.smtp, one.remote)
    file = clone.root / "tickets/000/ACCREDO-1.md"
    text = file.read_text()
    start = text.rindex("<!-- entry ")
    file.write_text(text[:start] + text[text.index("<!-- reply") :])
    clone.git("commit", "-qam", "Take it out")
    clone.git("push", "-q", "origin", "main")
    assert one.sync()["failed"] == 0
    assert len(one.smtp.letters()) == 2


def test_entries_are_written_with_their_audience(one: RealDesk) -> None:
    def call(work: operations.Workspace, who: operations.Actor) -> None:
        spoken = Entry(work.new_id(), who.at, OLGA, "participant", "phone", "Звонит.")
        work.add(work.need(1), [spoken], by=who.handle)

    act(one, call)
    assert run(one).sent == []
