"""The tables who may do what, row by row, each with a mail file; and the laws behind them."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.rules import CASES, PEOPLE, RULES, desk_for, filled, result, take, tickets
from tests.core.samples import KEYS, MemoryDesk, arrival, later, raw_mail
from tracker.core.mail import read_mail
from tracker.core.notices import due
from tracker.core.ticket import Ticket

NO_AUTHSERV = {"mailbox": {"authserv_id": ""}}
TOKENS = {KEYS.token(f"ACCREDO-{n}", who) for n in (7, 40, 42, 50, 51, 52, 53) for who in PEOPLE}


@pytest.mark.parametrize("name", CASES)
def test_every_row(name: str) -> None:
    folder = RULES / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    desk = desk_for(expected)
    before, files = desk.tickets(), dict(desk.files)
    outcome = take(desk, (folder / "in.eml").read_bytes())
    given = {key: expected[key] for key in ("mailbox", "stopped") if key in expected}
    assert given | result(desk, before, outcome) == expected
    for one in before.values():
        if one.id not in expected["tickets"]:
            path = f"tickets/000/{one.id}.md"
            assert desk.files[path] == files[path]


@pytest.mark.parametrize("name", CASES)
def test_the_same_mail_again_does_nothing(name: str) -> None:
    """Also a mail that was nothing but a command, and left no message behind."""
    folder = RULES / name
    desk = desk_for(json.loads((folder / "expected.json").read_text("utf-8")))
    raw = (folder / "in.eml").read_bytes()
    take(desk, raw)
    files = dict(desk.files)
    assert take(desk, raw).what == "ignored"
    assert desk.files == files
    batch = desk_for(json.loads((folder / "expected.json").read_text("utf-8")))
    mail = read_mail(filled(raw))
    assert batch.take(mail, mail)[1].what == "ignored"


@pytest.mark.parametrize("name", CASES)
def test_no_token_is_stored(name: str) -> None:
    folder = RULES / name
    desk = desk_for(json.loads((folder / "expected.json").read_text("utf-8")))
    take(desk, (folder / "in.eml").read_bytes())
    for path, content in desk.files.items():
        text = content.decode("utf-8", "replace").lower()
        assert not [one for one in TOKENS if one in text], path


def test_the_list_of_cases_is_complete() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", (RULES / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == CASES
    assert all((RULES / name / "expected.json").is_file() for name in listed)


# A hundred in a row


def letters_owed(desk: MemoryDesk) -> list[tuple[int, str, str]]:
    return [
        (n, one.entry, one.recipient) for n, each in desk.tickets().items() for one in due(each)
    ]


def test_a_hundred_absences_of_an_unknown_sender_are_one_ticket() -> None:
    desk, raw = desk_for({}), (RULES / "auto-reply-unknown" / "in.eml").read_text("utf-8")
    before = desk.tickets()
    mails = [filled(raw.replace("<auto-", f"<{n}-auto-").encode()) for n in range(100)]
    outcomes = [one.what for one in desk.take(*map(read_mail, mails))]
    assert outcomes == ["opened", *["commented"] * 99]
    assert set(desk.tickets()) - set(before) == {54}


@pytest.mark.parametrize(
    "name",
    [
        *("auto-reply-closed", "auto-reply-closed-long-ago", "auto-reply-agent"),
        *(
            "auto-reply-new",
            "auto-reply-number-stranger",
            "auto-reply-waiting",
            "auto-reply-stranger",
            "bounce-hard",
            "bounce-unknown",
        ),
    ],
)
def test_a_hundred_in_a_row_owe_no_letter_open_nothing_and_reopen_nothing(name: str) -> None:
    expected = json.loads((RULES / name / "expected.json").read_text("utf-8"))
    desk = desk_for(expected)
    before, owed = desk.tickets(), letters_owed(desk)
    raw = (RULES / name / "in.eml").read_text("utf-8")
    mails = []
    for n in range(100):
        again = re.sub(r"(?m)^(Message-ID: <)", rf"\g<1>{n}-", raw, count=1)
        mails.append(filled(again.encode()))
    outcomes = desk.take(*mails)
    assert {one.what for one in outcomes} == {expected["outcome"][0]}
    after = desk.tickets()
    assert set(after) == set(before)
    assert all(after[n].status == before[n].status for n in before)
    assert {one.event for each in after.values() for one in each.entries} <= {
        *(one.event for each in before.values() for one in each.entries),
        "bounced",
    }
    assert set(letters_owed(desk)) <= set(owed)


# Nothing that a stranger or a forger sends does anything to a ticket that is there

words = st.sampled_from(
    [
        "Текст.",
        "/close\nТекст.",
        "/закрыть",
        "/assign anna",
        "/cc mallory@elsewhere.example\nТекст.",
        "/stop",
        "/resume",
        "/note секрет",
        "/merge 7",
        "/spam",
        "",
    ]
)
numbers = st.sampled_from([7, 30, 31, 40, 42, 50, 51, 52, 53, 99])
subjects = st.one_of(
    st.sampled_from(["Вопрос", "Кабинет", "Fwd: Тайный вопрос", "Автоматический ответ: Кабинет"]),
    numbers.map(lambda n: f"Re: [ACCREDO-{n}] Кабинет"),
    numbers.map(lambda n: f"[ACCREDO-{n}] stop"),
    numbers.map(lambda n: f"[ACCREDO-{n}] возобновить"),
)
references = st.lists(
    st.one_of(
        st.builds(
            lambda n, who, word: KEYS.message_id(f"ACCREDO-{n}", word, who, "example.org"),
            numbers,
            st.sampled_from([who for who in PEOPLE if not who.startswith(("anna", "boris"))]),
            st.sampled_from(["a42", "e42", "e53", "root"]),
        ),
        numbers.map(lambda n: f"<{n}@example.org>"),
        st.just("<unknown@example.org>"),
    ),
    max_size=4,
)
extras = st.dictionaries(
    st.sampled_from(["Reply_To", "Cc", "Auto_Submitted", "X_Spam_Flag", "List_Id", "Sender"]),
    st.sampled_from(["anna@example.org", "mallory@elsewhere.example", "YES", "<l.example.org>"]),
    max_size=3,
)
FOREIGN = "mx.evil.example; dmarc=pass header.from=example.org"
FAILED = "mx.example.org; dmarc=fail header.from=%s"
strangers = st.sampled_from(["mallory@elsewhere.example", "old@example.org"])
agents = st.sampled_from(["anna@example.org", "boris@example.org", "Анна <ANNA@example.org>"])
forgers = st.one_of(
    st.tuples(strangers, st.sampled_from(["", FOREIGN]), st.booleans()),
    st.tuples(agents, st.sampled_from(["", FOREIGN]), st.booleans()),
    st.sampled_from(PEOPLE).map(lambda who: (who, FAILED % who.partition("@")[2], True)),
)


@given(forgers, subjects, words, references, extras, numbers, st.booleans())
def test_strangers_and_forgers_change_nothing(
    forger: tuple[str, str, bool],
    subject: str,
    text: str,
    answered: list[str],
    extra: dict[str, str],
    number: int,
    tag: bool,
) -> None:
    sender, results, authserv = forger
    desk = desk_for({} if authserv else NO_AUTHSERV)
    headers = {"References": " ".join(answered), "Authentication_Results": results, **extra}
    if tag:
        headers["Delivered_To"] = KEYS.tagged(
            "support@example.org", f"ACCREDO-{number}", "ivan@example.org"
        )
    encoded = f"=?utf-8?B?{base64.b64encode(subject.encode()).decode()}?="
    desk.take(raw_mail(sender, encoded, text, "<forged@mail.example>", **headers))
    after = desk.tickets()
    for one in tickets():
        assert seen(after[one.number]) == seen(one)
    opened = [each for n, each in after.items() if n > 53]
    assert all(each.participants == () for each in opened)
    assert not [one for each in opened for one in each.entries if one.event in ("closed", "joined")]


def seen(one: Ticket) -> object:
    """What of a ticket anybody but agents can see or hear of."""
    fields = (one.status, one.participants, one.muted, one.requester, one.title)
    inside = (one.assignee, one.labels, one.priority, one.merged_into, one.links)
    public = [each for each in one.entries if each.visibility == "public"]
    return fields, inside, public


def test_a_requester_who_passes_dmarc_may_do_what_the_forger_may_not() -> None:
    """So that the law above does not hold for the reason that nothing ever happens."""
    desk = desk_for({})
    results = "mx.example.org; dmarc=pass header.from=example.org"
    headers = {"Authentication_Results": results, "Cc": "olga@example.org"}
    desk.take(raw_mail(subject="[ACCREDO-50] x", text="/stop\nПривет", **headers))
    one = desk.tickets()[50]
    assert (one.status, one.muted) == ("open", ("ivan@example.org",))
    assert [who.key for who in one.participants] == ["petr@partner.example", "olga@example.org"]


def test_an_old_mail_lets_nobody_in() -> None:
    desk = desk_for({})
    results = "mx.example.org; dmarc=pass header.from=example.org"
    raw = raw_mail(Authentication_Results=results, Cc="olga@example.org")
    desk.take(raw, silent="older than the desk")
    assert desk.tickets()[54].participants == ()


def test_an_agent_s_token_ends_after_fourteen_days() -> None:
    letter = KEYS.message_id("ACCREDO-42", "a42", "anna@example.org", "example.org")
    raw = raw_mail("anna@example.org", "Re: x", "/close", In_Reply_To=letter)
    for days, status in ((13, "closed"), (13.01, "open")):  # it was told a day ago
        desk = desk_for(NO_AUTHSERV)
        batch = desk.intake()
        batch.take(arrival(raw, at=later(days=days)))
        desk.commit(batch)
        assert desk.tickets()[42].status == status
