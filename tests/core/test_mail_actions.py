"""Commands, copies and stopped letters by mail, where no single mail file shows it."""

from __future__ import annotations

from tests.core.samples import (
    IVAN,
    PASS,
    MemoryDesk,
    entry,
    event,
    our_letter,
    raw_mail,
    ticket,
)
from tracker.core.addresses import Address

ANNA = "Anna <anna@example.org>"
TAG = "Re: [ACCREDO-42] x"


def desk(**values: object) -> MemoryDesk:
    return MemoryDesk(ticket(42, **values), ticket(7, entry("x", message_id="<x@x>")))


def events(one: MemoryDesk, number: int = 42) -> list[str]:
    return [each.event for each in one.tickets()[number].entries if each.kind == "event"]


def agent(text: str, subject: str = TAG, **headers: str) -> bytes:
    return raw_mail(ANNA, subject, text, "<agent@x>", Authentication_Results=PASS, **headers)


def test_an_agent_merges_and_links_by_mail() -> None:
    one = desk()
    (outcome,) = one.take(agent("/merge 7"))
    assert (outcome.what, outcome.detail) == ("commented", "ACCREDO-42")
    assert one.tickets()[42].merged_into == "ACCREDO-7"
    assert one.take(agent("/merge 7"))[0].detail == "duplicate"
    two = desk()
    two.take(agent("/link ACCREDO-7\n\nСм. также."))
    assert two.tickets()[7].links == ("ACCREDO-42",)


def test_a_link_that_stands_here_already_still_makes_the_mail_known() -> None:
    linked = ticket(42, entry(), event("linked", data={"to": "ACCREDO-7"}))
    one = MemoryDesk(linked, ticket(7, entry("x", message_id="<x@x>")))
    assert one.take(agent("/link 7"))[0].what == "ignored"
    assert one.tickets()[7].links == ("ACCREDO-42",)
    assert one.take(agent("/link 7"))[0].detail == "duplicate"


def test_a_ticket_can_t_be_merged_in_a_circle() -> None:
    merged = ticket(7, entry("x", message_id="<x@x>"), event("merged", data={"into": "ACCREDO-42"}))
    one = MemoryDesk(ticket(42), merged)
    one.take(agent("/merge 7"))
    assert events(one) == ["misunderstood"]


def test_a_command_with_an_attachment_leaves_a_message() -> None:
    one = desk()
    raw = agent("").replace(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n'
        b"\r\n/close\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment;"
        b' filename="a.png"\r\n\r\nPNG\r\n--b--\r\n',
    )
    one.take(raw)
    last = one.tickets()[42].entries[1]
    assert (last.kind, last.text, len(last.attachments)) == ("message", "", 1)
    assert events(one) == ["closed"]


def test_an_agent_who_is_the_requester_may_both_reopen_and_command() -> None:
    values = {"requester": Address("Anna", "anna@example.org"), "status": "closed"}
    one = desk(**values)
    one.take(agent("Ещё раз."))
    assert (one.tickets()[42].entries[1].role, events(one)) == ("requester", ["reopened"])
    two = desk(**values | {"status": "waiting"})
    two.take(agent("/close\nСпасибо."))
    assert events(two) == ["closed"]


def test_a_note_by_mail_stays_a_note_and_opens_nothing() -> None:
    one = desk(status="closed")
    one.take(agent("/note Не забыть"))
    last = one.tickets()[42].entries[-1]
    assert (last.kind, last.text, one.tickets()[42].status) == ("note", "Не забыть", "closed")


def test_a_guarded_stroke_is_a_word() -> None:
    one = desk()
    one.take(agent("\\/close закрывает"))
    assert one.tickets()[42].entries[-1].text == "/close закрывает"
    two = desk()
    two.take(agent("\\/close"))
    assert (two.tickets()[42].entries[-1].text, two.tickets()[42].status) == ("/close", "open")


def test_the_stop_of_another_ticket_stops_nothing() -> None:
    """The subject says 7, the token 42: neither is meant for sure."""
    one = desk()
    one.take(raw_mail(subject="[ACCREDO-7] stop", In_Reply_To=our_letter()))
    assert all(each.muted == () for each in one.tickets().values())


def test_the_stop_of_a_merged_ticket_stops_the_one_that_took_it() -> None:
    merged = ticket(7, entry("x", message_id="<x@x>"), event("merged", data={"into": "ACCREDO-42"}))
    one = MemoryDesk(ticket(42), merged)
    one.take(raw_mail(subject="[ACCREDO-7] stop"))
    assert one.tickets()[42].muted == (IVAN.email,)


def test_what_is_marked_as_spam_stays_closed_and_unseen() -> None:
    spam = ticket(42, entry(visibility="held"), event("spam"), event("closed"), status="closed")
    one = MemoryDesk(spam)
    one.take(raw_mail(subject=TAG, message_id="<again@x>"))
    assert one.tickets()[42].status == "closed"
    assert one.tickets()[42].entries[-1].visibility == "held"


def test_commands_in_a_first_mail() -> None:
    one = MemoryDesk()
    one.take(raw_mail(text="/stop\n/cc olga@example.org\n\nВопрос"))
    opened = one.tickets()[1]
    assert (opened.muted, opened.participants) == (("ivan@example.org",), ())
    assert [each.event for each in opened.entries] == ["", "muted", "proposed"]
    assert opened.entries[0].text == "Вопрос"


def test_an_agent_s_faulty_first_mail_is_a_note() -> None:
    one = MemoryDesk()
    one.take(agent("/asign anna\nСекрет", subject="x"))
    assert [each.event or each.kind for each in one.tickets()[1].entries] == [
        "note",
        "misunderstood",
    ]
    assert not one.tickets()[1].accepted


def test_an_agent_s_forward_of_a_colleague_proposes_nobody() -> None:
    one = MemoryDesk()
    text = "---------- Forwarded message ---------\nFrom: <anna@example.org>\nDate: x\n\nДа"
    one.take(agent(text, subject="Fwd: x"))
    assert events(one, 1) == []


def test_a_forward_with_the_number_is_a_comment_and_proposes_nobody() -> None:
    one = desk()
    text = "---------- Forwarded message ---------\nFrom: <client@bank.example>\nDate: x\n\nДа"
    one.take(agent(text, subject="Fwd: [ACCREDO-42] x"))
    assert events(one) == []


def test_whom_a_participant_copies_each_time_is_proposed_once() -> None:
    one = desk(participants=(Address("", "petr@x.example"),))
    for n in range(3):
        one.take(raw_mail("petr@x.example", TAG, f"{n}", f"<{n}@x>", Cc="olga@x.example"))
    assert [each.key for each in one.tickets()[42].participants] == ["petr@x.example"]
    assert events(one) == ["proposed"]
