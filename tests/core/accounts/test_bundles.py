"""Bundles: exactly what an account may see, and no key of one opens anything of another."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.viewer import tickets
from tests.core.pages.make import ANNA, IVAN, START, answer, desk, entry, ticket
from tests.portal.desks import SETTINGS
from tracker.core.accounts.activation import activation_file, new_record
from tracker.core.accounts.bundles import (
    Owner,
    PieceWriter,
    attachment_file,
    bundle_file,
    bundle_text,
)
from tracker.core.accounts.coding import from_b64
from tracker.core.accounts.keys import Master, Ring, blob_key, bundle_key
from tracker.core.accounts.layout import bundle_path, login_path
from tracker.core.accounts.logins import Derived, keep, login_file
from tracker.core.accounts.records import Record
from tracker.core.accounts.sealed import Kind, Place, SealError, open_sealed
from tracker.core.accounts.staff import staff_members
from tracker.core.accounts.visible import CHUNK, Facts, Shelf, chunks_of, facts_of, role_of
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.settings import read_settings
from tracker.core.sla import Targets
from tracker.core.ticket import Attachment, Ticket

RING = Ring.of_secrets("correct horse battery staple")
MASTER = RING.current
NOW = START + timedelta(days=1)
SLA = '\n[sla]\nfirst_answer = "2h"\n'
MARIA = Address("Мария", "maria@example.org")
PICTURE = Attachment("снимок.png", "tickets/000/ACCREDO-42/снимок.png", 3, "image/png")


def account(address: str = IVAN.email, number: int = 1) -> Record:
    return new_record(RING, f"{number:032x}", [address], "", "requester", NOW)


def owner(record: Record | None = None, role: Any = "requester") -> Owner:
    return Owner(record or account(), MASTER, role, desk())


def bundle(*tickets: Ticket, published: set[str] | None = None, role: Any = "requester") -> Any:
    writer, one = PieceWriter(desk()), owner(role=role)
    pieces = [piece for piece in map(writer.piece, tickets) if piece]
    return json.loads(bundle_text(one, 0, one.names(1), pieces, published or set()))


def test_a_bundle_says_what_the_specification_lists() -> None:
    found = bundle(ticket(42, entry("Здравствуйте!"), answer("Добрый день!"), labels=("vpn",)))
    assert set(found) == set(
        "v account epoch address name role agent chunk chunks made desk tickets".split()
    )
    assert found["desk"]["url"] == "https://help.example.org/"
    assert set(found["desk"]) == set("name language address phone hours prefix url".split())
    (one,) = found["tickets"]
    assert set(one) == set(
        "id number title status created updated requester labels card text files".split()
    )
    assert (one["id"], one["number"], one["labels"]) == ("ACCREDO-42", 42, ["vpn"])
    assert "Здравствуйте!" in one["text"] and "<article" in one["card"]
    assert found["made"] == one["updated"]


def test_its_owner_reads_addresses_and_numbers_unmasked() -> None:
    (one,) = bundle(ticket(42, entry("Пишите на maria@example.org, +7 912 345-67-89")))["tickets"]
    assert "maria@example.org" in one["card"] and "345-67-89" in one["card"]


def test_notes_held_entries_and_reasons_stop_at_the_gate() -> None:
    inside = [
        answer("СЕКРЕТ-заметка", 1, kind="note"),
        entry("СЕКРЕТ-чужой", 2, role="stranger", visibility="held"),
        answer("", 3, kind="event", event="bounced", data={"reason": "СЕКРЕТ-причина"}),
    ]
    one = ticket(42, entry("Здравствуйте!"), *inside, phone="+7 000 СЕКРЕТ")
    for role in ("requester", "agent"):
        assert "СЕКРЕТ" not in json.dumps(bundle(one, role=role), ensure_ascii=False)


def test_what_is_not_accepted_is_in_nobodys_bundle() -> None:
    held = ticket(42, entry("СПАМ", visibility="held"))
    assert PieceWriter(desk()).piece(held) is None
    assert facts_of(held, MASTER.person) is None


def test_a_hostile_text_is_sanitised_when_it_is_built() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    for form in ("text", "markdown"):
        one = ticket(42, entry(hostile, format=form), title=hostile)
        card = bundle(one)["tickets"][0]["card"]
        assert "<script" not in card and "<img" not in card and 'href="javascript' not in card


def test_an_attachment_has_its_place_and_key_in_each_account() -> None:
    files = {PICTURE.path}
    one = ticket(42, entry("со снимком", attachments=(PICTURE,)))
    (file,) = bundle(one, published=files)["tickets"][0]["files"]
    assert set(file) == set("name size type href path key".split())
    assert (file["name"], file["type"]) == ("снимок.png", "image/png")
    assert f'href="{file["href"]}"' in bundle(one)["tickets"][0]["card"]
    path, key = owner().attachment(PICTURE.path)
    assert (file["path"], from_b64(file["key"])) == (path, key)
    data = attachment_file(owner(), PICTURE.path, b"png")
    assert open_sealed(key, owner().place("attachment", path), data) == b"png"
    assert bundle(one)["tickets"][0]["files"] == []
    other = owner(account("maria@example.org", 2))
    assert other.attachment(PICTURE.path) != (path, key)


def test_what_a_browser_could_run_is_told_as_neutral() -> None:
    page = Attachment("x.html", "tickets/000/ACCREDO-42/x.html", 3, "text/html")
    one = ticket(42, entry("страница", attachments=(page,)))
    (file,) = bundle(one, published={page.path})["tickets"][0]["files"]
    assert file["type"] == "application/octet-stream" and file["href"].endswith(".bin")


@pytest.mark.parametrize(
    ("more", "last", "queues"),
    [
        ({}, entry("a"), ["unassigned", "to-answer"]),
        ({"assignee": "anna"}, entry("a"), ["to-answer"]),
        ({"assignee": "anna"}, answer("b", 2), ["waiting"]),
        ({"status": "waiting"}, entry("a", 3), ["unassigned", "waiting"]),
        ({"status": "closed"}, entry("a"), []),
        ({}, answer("auto", 2, automatic="auto-reply"), ["unassigned", "to-answer"]),
    ],
)
def test_queues_tell_agents_who_is_to_act(
    more: dict[str, Any], last: Any, queues: list[str]
) -> None:
    given = ticket(42, entry("сначала"), replace(last, id="zz"), **more)
    (one,) = bundle(given, role="agent")["tickets"]
    assert (one["queues"], one["assignee"]) == (queues, more.get("assignee", ""))
    (theirs,) = bundle(given)["tickets"]
    assert set(one) - set(theirs) == {"queues", "assignee", "due"}


def test_agents_see_when_a_ticket_is_overdue() -> None:
    settings = read_settings(SETTINGS.format(language="ru", visibility="private") + SLA)
    targets = Targets.of(settings)
    late, closed = ticket(42), ticket(43, status="closed")
    assert staff_members(late, targets)["due"] == "2026-11-23T08:00:00Z"
    assert staff_members(closed, targets)["due"] == ""
    assert staff_members(late, None)["due"] == ""


def test_a_bundle_of_twenty_tickets_is_small_over_the_wire() -> None:
    writer, one = PieceWriter(desk()), owner()
    given = tickets()
    sizes = [len(render(one, "ru").encode()) for one in given]
    assert len(sizes) == 20 and sum(sizes) / 20 > 1_850
    pieces = [piece for piece in map(writer.piece, given) if piece]
    (name,) = one.names(1)
    assert len(bundle_file(one, name, bundle_text(one, 0, [name], pieces, set()))) <= 12_000


# Who sees what


def shelf(*tickets: Ticket, now: datetime = NOW) -> Shelf:
    found = (facts_of(one, MASTER.person) for one in tickets)
    return Shelf.of([one for one in found if one], now)


def numbers(tickets: list[Facts]) -> list[int]:
    return [one.number for one in tickets]


def test_requesters_and_participants_see_a_ticket_and_nobody_else() -> None:
    merged = entry("", 2, kind="event", event="merged", data={"into": "ACCREDO-3"})
    kept = shelf(
        ticket(1),
        ticket(2, requester=MARIA, participants=(replace(IVAN, email="IVAN@example.org"),)),
        ticket(3, requester=MARIA),
        ticket(4, entry("a"), merged, status="closed"),
        ticket(5, entry("x", visibility="held")),
    )
    assert numbers(kept.of_people([MASTER.person("ivan@example.org")])) == [4, 2, 1]
    assert numbers(kept.of_people([MASTER.person("maria@example.org")])) == [3, 2]
    assert numbers(kept.of_people([MASTER.person("other@example.org")])) == []
    both = [MASTER.person("maria@example.org"), MASTER.person("ivan@example.org")]
    assert numbers(kept.of_people(both)) == [4, 3, 2, 1]


def test_somebody_without_an_address_shares_no_ticket() -> None:
    caller = Address("Звонил", "")
    assert numbers(shelf(ticket(1, requester=caller)).of_people([MASTER.person("")])) == []


def test_agents_see_what_is_open_or_recent_and_their_own() -> None:
    old = START + timedelta(days=200)
    kept = shelf(
        ticket(1, status="closed", requester=ANNA),
        ticket(2, status="closed"),
        ticket(3),
        ticket(4, entry("a", 24 * 150), status="closed"),
        now=old,
    )
    assert numbers(kept.of_agent([MASTER.person(ANNA.email)])) == [4, 3, 1]
    assert kept.of_agent([MASTER.person("boris@example.org")]) is kept.for_agents


def test_who_is_no_agent_any_more_sees_as_a_requester() -> None:
    text = '[desk]\nname = "x"\nprefix = "AB"\n[mailbox]\naddress = "s@example.org"\n'
    agents = '[agents.anna]\nname = "Anna"\nemails = ["anna@example.org"]\n'
    record = replace(account(ANNA.email), role="agent")
    assert role_of(record, read_settings(text + agents)) == "agent"
    assert role_of(record, read_settings(text)) == "requester"
    assert role_of(replace(record, role="requester"), read_settings(text + agents)) == "requester"


def test_chunks_hold_a_hundred_the_newest_first() -> None:
    facts = [Facts(number, (), True, 0, ()) for number in range(250, 0, -1)]
    chunks = chunks_of(facts)
    assert [len(one) for one in chunks] == [CHUNK, CHUNK, 50]
    assert chunks[0][0].number == 250 and chunks[2][-1].number == 1
    assert chunks_of([]) == [()]


def test_twenty_tickets_weigh_little() -> None:
    """1.9 KB each: at most 12 KB over the wire."""
    rng = random.Random(4)
    words = "принтер кабинет пароль сервер письмо заявка документ ошибка файл доступ".split()

    def text(count: int) -> str:
        return " ".join(
            f"{rng.choice(words)}{rng.choice(['', 'ами', 'ов', 'у'])}" for _ in range(count)
        )

    tickets = [
        ticket(n, entry(text(70)), answer(text(30), 1, format="markdown"), title=text(5))
        for n in range(1, 21)
    ]
    writer, one = PieceWriter(desk()), owner()
    pieces = [piece for piece in map(writer.piece, tickets) if piece]
    file = bundle_file(one, one.names(1)[0], bundle_text(one, 0, one.names(1), pieces, set()))
    assert len(file) <= 12_000


# Isolation


class Keys:
    """Everything one account's owner ever holds, or can derive from it."""

    def __init__(self, record: Record, found: Derived) -> None:
        self.record, self.found = record, found
        self.account = MASTER.account_key(record.account, record.epoch)
        self.token = MASTER.token(record.account, record.epoch, record.invitation)
        bundle = bundle_key(self.account)
        attachment = owner(record).attachment(PICTURE.path)[1]
        self.all = [
            self.account, self.token, bundle, blob_key(self.token), found.wrapping, attachment,
        ]  # fmt: skip


def files_of(keys: Keys) -> list[tuple[Kind, str, bytes]]:
    """All files that the site has for an account: kind, path, bytes."""
    one = owner(keys.record)
    name = one.names(1)[0]
    login = keep(MASTER, keys.record.account, keys.record.epoch, keys.found, "passphrase")
    blob_path, blob = activation_file(keys.record, RING, desk().url)
    return [
        ("bundle", bundle_path(name), bundle_file(one, name, f"of {keys.record.account}")),
        ("login", login_path(login.locator), login_file(MASTER, desk().url, keys.record, login)),
        ("activation", blob_path, blob),
        ("attachment", one.attachment(PICTURE.path)[0], attachment_file(one, PICTURE.path, b"x")),
    ]


def opens(keys: Keys, whose: Keys, kind: Kind, path: str, data: bytes) -> bool:
    """Whether any key opens a file, told that it is the holder's own or that it is ``whose``."""
    url = desk().url
    for account_, epoch in ((keys.record.account, 1), (whose.record.account, 1), ("", "")):
        for key in keys.all:
            try:
                open_sealed(key, Place(kind, url, path, account_, epoch), data)
            except SealError:
                continue
            return True
    return False


def test_no_key_of_two_hundred_accounts_opens_anything_of_another() -> None:
    rng = random.Random(5)
    everybody = []
    for number in range(200):
        record = replace(account(f"u{number}@example.org", number), invitation=1, to="")
        found = Derived(f"{rng.getrandbits(128):032x}", rng.randbytes(32))
        everybody.append(Keys(record, found))
    files = {keys.record.account: files_of(keys) for keys in everybody}
    paths = [path for some in files.values() for _, path, _ in some]
    assert len(set(paths)) == 4 * 200
    for keys in everybody:
        own = files[keys.record.account]
        assert all(opens(keys, keys, *one) for one in own)
        others = rng.sample(everybody, 12)
        for other in others:
            if other is not keys:
                found = [one for one in files[other.record.account] if opens(keys, other, *one)]
                assert found == []


def test_a_bundle_of_former_epochs_does_not_open_now() -> None:
    record = account()
    risen = record.with_epoch(MASTER.id)
    old, new = owner(record), owner(risen)
    assert not set(old.names(3)) & set(new.names(3))
    data = bundle_file(old, old.names(1)[0], "x")
    for place in (
        new.place("bundle", bundle_path(old.names(1)[0])),
        old.place("bundle", bundle_path(old.names(1)[0])),
    ):
        with pytest.raises(SealError):
            open_sealed(new.key, place, data)


def test_another_secret_opens_nothing() -> None:
    data = bundle_file(owner(), "x", "words")
    key = bundle_key(Master("another secret of a desk").account_key(account().account, 1))
    with pytest.raises(SealError):
        open_sealed(key, owner().place("bundle", bundle_path("x")), data)
