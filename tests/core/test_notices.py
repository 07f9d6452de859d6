"""Who is owed a letter, and who is to be told of what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.core.samples import IVAN, NOW, MemoryDesk, entry, event, settings, ticket
from tracker.core.addresses import Address
from tracker.core.notices import Due, brought_about, due, with_audience, withheld
from tracker.core.ticket import Entry
from tracker.core.workspace import Workspace

AT = "2026-11-22T06:40:11Z"
ANNA = Address("Анна", "anna@example.org")
OLGA = Address("Ольга", "olga@example.org")
BORIS = '\n[agents.boris]\nname = "Борис"\nemails = ["boris@example.org"]\n'
BARE = '\n[agents.bare]\nname = "Без адреса"\nemails = []\n'
DESK = settings(BORIS)

told = entry(told={"ivan@example.org": AT})


def answer(number: str = "a1", **values: Any) -> Entry:
    """An agent's public answer."""
    given = {"author": ANNA, "role": "agent", "via": "cli", "message_id": "", "text": "Готово."}
    return entry(number, **(given | values))


def joined(who: Address = OLGA, **values: Any) -> Entry:
    return event("joined", data={"who": str(who)}, **values)


def owed(*entries: Entry, **values: Any) -> list[tuple[str, str, str]]:
    found = due(ticket(42, *entries, **values))
    return [(one.entry, one.recipient, one.what) for one in found]


def recipients(*entries: Entry, **values: Any) -> list[str]:
    return [one for _, one, _ in owed(*entries, **values)]


# The number


def test_the_requester_is_owed_the_number() -> None:
    assert list(due(ticket())) == [Due("e1", "ivan@example.org", "confirmation")]
    assert next(due(ticket(42, entry(data={"dmarc": "pass"})))).proven
    shouting = entry(author=Address("", "Ivan@Example.ORG"))
    assert recipients(shouting) == ["ivan@example.org"]


@pytest.mark.parametrize(
    "values",
    [
        {"told": {"ivan@example.org": AT}},
        {"bounced": {"ivan@example.org": "5.1.1 no such user"}},
        {"automatic": "auto-reply"},
        {"silent": "import"},
        {"silent": "asked for no answer"},
        {"visibility": "held"},
        {"kind": "note"},
        {"via": "phone"},
    ],
)
def test_nobody_is_told_of(values: dict[str, Any]) -> None:
    assert owed(entry(**values)) == []


def test_nothing_is_due_without_an_address_or_without_entries() -> None:
    assert owed(entry(author=Address("Иван", ""))) == []
    assert list(due(replace(ticket(), entries=()))) == []


def test_a_delayed_letter_is_still_due() -> None:
    delayed = "2026-11-22T06:45:11Z 1 450 greylisted"
    (one,) = due(ticket(42, entry(delayed={"ivan@example.org": delayed})))
    assert one.delayed == delayed


# What agents say and do


def test_an_answer_is_owed_to_requester_and_participants() -> None:
    wanted = [("a1", "ivan@example.org", "answer"), ("a1", "olga@example.org", "answer")]
    assert [one for one in owed(told, joined(), answer()) if one[0] == "a1"] == wanted


def test_who_joins_later_is_not_sent_the_answers_before() -> None:
    assert ("a1", "olga@example.org", "answer") not in owed(told, answer(), joined())


def test_who_was_taken_out_or_wants_no_letters_gets_none() -> None:
    left = event("left", data={"who": str(OLGA)})
    assert "olga@example.org" not in recipients(told, joined(), answer(), left)
    assert recipients(told, answer(), muted=("ivan@example.org",)) == []


def test_a_new_requester_is_told_from_then_on() -> None:
    changed = event("requester", data={"to": str(OLGA)})
    found = owed(told, answer("a1"), changed, answer("a2"))
    assert found == [("a1", "ivan@example.org", "answer"), ("a2", "olga@example.org", "answer")]


def test_nobody_is_told_of_their_own_answer() -> None:
    own = entry(author=ANNA, told={"anna@example.org": AT})
    assert recipients(own, answer(), requester=ANNA) == []


@pytest.mark.parametrize("name", ["closed", "reopened", "merged"])
def test_what_agents_do_is_told(name: str) -> None:
    assert recipients(told, event(name)) == ["ivan@example.org"]
    by_mail = event(name, role="requester", author=IVAN)
    assert recipients(told, by_mail) == []


@pytest.mark.parametrize(
    "name", ["waiting", "resumed", "assigned", "labelled", "bounced", "undelivered", "left"]
)
def test_other_events_are_told_to_nobody(name: str) -> None:
    assert recipients(told, event(name)) == []


def test_a_colleague_is_told_that_they_joined_and_so_is_the_requester() -> None:
    assert recipients(told, joined()) == ["ivan@example.org", "olga@example.org"]
    # The mail that added her may be forged.
    by_mail = joined(role="requester", author=IVAN)
    assert recipients(told, by_mail) == ["ivan@example.org", "olga@example.org"]
    assert {what for _, _, what in owed(told, joined())} == {"answer"}
    assert {what for _, _, what in owed(told, by_mail)} == {"joined"}
    petr = Address("Пётр", "petr@example.org")
    by_colleague = joined(petr, role="participant", author=OLGA)
    assert set(recipients(told, by_colleague)) == {
        "ivan@example.org",
        "olga@example.org",
        "petr@example.org",
    }


def test_letters_that_a_mail_brought_about() -> None:
    first = entry(told={"anna@example.org": AT})
    by_mail = joined(role="requester", author=IVAN)
    by_agent = joined(id="j2")
    one = ticket(42, first, by_mail, by_agent, answer())
    found = [brought_about(one, each) for each in one.entries]
    assert found == [("ivan@example.org",), ("ivan@example.org", "olga@example.org"), (), ()]


def test_a_correction_goes_to_those_who_had_the_answer() -> None:
    sent = answer(told={"ivan@example.org": AT, "olga@example.org": AT}, bounced={OLGA.key: "550"})
    corrected = event("correction", visibility="internal", data={"entry": "a1"})
    assert owed(told, sent, corrected) == [("evcorrection", "ivan@example.org", "answer")]
    # Whoever is sent the answer afterwards gets the new text at once.
    late = answer(told={"ivan@example.org": "2026-11-23T09:00:00Z"})
    assert owed(told, late, corrected) == []
    note = answer(kind="note", told={"ivan@example.org": AT})
    assert owed(told, note, corrected) == []


@pytest.mark.parametrize("visibility", ["held", "internal"])
def test_internal_and_held_text_is_told_to_nobody_outside(visibility: Any) -> None:
    assert recipients(told, answer(visibility=visibility), joined(visibility="held")) == []


def test_nothing_leaves_while_the_request_is_held() -> None:
    held = entry(visibility="held", data={"tell": "anna"})
    assert recipients(held, answer(), event("closed"), joined()) == []
    assert [(one.recipient, one.what) for one in withheld(ticket(42, held))] == [
        ("ivan@example.org", "held")
    ]
    refused = replace(held, data={"refused": "anna"})
    assert list(withheld(ticket(42, refused))) == list(withheld(ticket())) == []


def test_closing_as_spam_and_taking_that_back_is_told_to_nobody() -> None:
    entries = [told, event("spam"), event("closed"), event("not-spam"), event("reopened")]
    assert recipients(*entries) == []
    again = event("closed", id="again")
    assert owed(*entries, again) == [("again", "ivan@example.org", "answer")]


# Agents


def test_agents_are_told_as_the_entry_says() -> None:
    asked = replace(told, data={"tell": "anna boris"})
    assert recipients(asked) == ["@anna", "@boris"]
    assert recipients(replace(asked, told={**told.told, "@anna": AT})) == ["@boris"]
    assert recipients(replace(asked, silent="asked for no answer")) == ["@anna", "@boris"]
    assert recipients(replace(asked, silent="import")) == []
    assert recipients(replace(asked, visibility="held")) == []


def test_a_receipt_goes_to_the_agent_s_address_even_while_held() -> None:
    receipted = answer(data={"receipt": "Anna@example.org"}, visibility="held")
    assert owed(told, receipted) == [("a1", "anna@example.org", "receipt")]


def tell(one: Entry, assignee: str | None = None, by: str | None = None) -> str:
    on = ticket(42, assignee=assignee)
    return with_audience(one, on, settings(BORIS + BARE), by).data.get("tell", "")


@pytest.mark.parametrize("role", ["requester", "participant", "stranger"])
def test_a_message_is_for_the_assignee_or_all_agents(role: Any) -> None:
    assert tell(entry(role=role)) == "anna boris"
    assert tell(entry(role=role), assignee="boris") == "boris"
    assert tell(entry(role=role), assignee="gone") == "anna boris"
    assert tell(entry(role=role), by="anna") == "boris"


def test_an_assignee_without_an_address_keeps_it_from_nobody() -> None:
    assert tell(entry(), assignee="bare") == "anna boris"
    assert tell(joined(role="requester"), assignee="bare") == "anna boris"
    assert tell(answer(kind="note"), assignee="bare", by="anna") == "boris"


def test_a_note_is_for_the_others() -> None:
    note = answer(kind="note")
    assert tell(note, by="anna") == "boris"
    assert tell(note, by="anna", assignee="anna") == "boris"
    assert tell(note, by="boris", assignee="anna") == "anna"


def test_an_assignment_is_for_whom_it_names() -> None:
    assigned = event("assigned", data={"to": "boris"})
    assert tell(assigned, by="anna") == "boris"
    assert tell(assigned, by="boris") == ""
    assert tell(event("assigned"), by="anna") == ""


def test_a_new_participant_is_for_the_agents() -> None:
    assert tell(joined(), by="anna") == "boris"
    assert tell(joined(role="requester", author=IVAN)) == "anna boris"


@pytest.mark.parametrize(
    "one",
    [
        answer(),
        entry(automatic="auto-reply"),
        entry(silent="import"),
        event("closed"),
        event("bounced", role="system"),
    ],
)
def test_agents_are_not_told_of(one: Entry) -> None:
    assert tell(one) == ""


def test_the_audience_is_settled_once() -> None:
    settled = with_audience(entry(), ticket(), DESK, None)
    assert with_audience(settled, ticket(assignee="boris"), DESK, None) is settled
    assert settled.sum == entry().sum


# Where entries are written


def workspace(desk: MemoryDesk) -> Workspace:
    return Workspace(desk, desk.settings, NOW, desk.new_id)


def test_what_is_written_knows_its_audience() -> None:
    desk = MemoryDesk(ticket(42, told), with_settings=DESK)
    work = workspace(desk)
    work.add(work.need(42), [answer(kind="note"), entry("e2")])
    work.add(work.need(42), [entry("e3", via="phone")], by="boris")
    tells = [one.data.get("tell") for one in work.need(42).entries]
    assert tells == [None, "boris", "anna boris", "anna"]


def test_the_operator_of_a_call_is_not_told_of_it() -> None:
    work = workspace(MemoryDesk(with_settings=DESK))
    work.open(ticket(7, entry(via="phone"), event("opened")))
    first = work.need(7).entries[0]
    assert first.data["tell"] == "boris"
    assert first.data["title"] == "Кабинет"
    assert recipients(*work.need(7).entries) == ["@boris"]
