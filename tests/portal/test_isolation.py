"""200 accounts: no one's keys open anything of another, and the site shows no word of a ticket."""

from __future__ import annotations

import gzip
import html
import io
import json
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.core.pages.make import ANNA, answer, entry, ticket
from tests.desk.private import SECRET, PrivateDesk
from tracker.core.accounts.activation import activation_link
from tracker.core.accounts.bundles import Owner
from tracker.core.accounts.coding import from_b64
from tracker.core.accounts.keys import blob_key, blob_name
from tracker.core.accounts.layout import activation_path, bundle_path, login_path
from tracker.core.accounts.logins import wrapping_key
from tracker.core.accounts.records import Record
from tracker.core.accounts.sealed import Place, SealError, open_bytes, open_sealed
from tracker.core.addresses import Address
from tracker.core.pages.site import Desk as PageDesk
from tracker.core.ticket import Attachment, Ticket
from tracker.desk.desk import load_settings

COUNT = 200
LATIN, CYRILLIC = "zqxkanareika", "щъыканарейка"
"""Every canary holds one of these, and no page of a portal does."""
HIDDEN = ("note", "held", "held2", "reason", "assignee", "phone", "extra", "agentmail")
"""Canaries in what not even the requester may see."""


def latin(number: int, field: str) -> str:
    return f"{LATIN}{number}x{field}x"


def cyrillic(number: int, field: str) -> str:
    return f"{CYRILLIC}{number}x{field}x"


def request(number: int) -> Ticket:
    """A ticket with a canary in every field."""
    who = Address(cyrillic(number, "name"), f"{latin(number, 'mail')}@{LATIN}.example")
    folder = f"tickets/{number // 1000:03d}/ACCREDO-{number}"
    name = f"{latin(number, 'file')}.pdf"
    files = (Attachment(name, f"{folder}/{name}", 9, "application/pdf"),)
    agent = Address("Анна", f"{latin(number, 'agentmail')}@example.org")
    return ticket(
        number,
        entry(
            f"{cyrillic(number, 'text')} и {latin(number, 'text')}\n> {cyrillic(number, 'cite')}",
            author=who,
            quoted=cyrillic(number, "quoted"),
            attachments=files,
            message_id=f"<{latin(number, 'id')}@host.example>",
        ),
        answer(f"*{cyrillic(number, 'answer')}*", format="markdown", author=agent),
        answer(cyrillic(number, "note"), 2, kind="note", author=ANNA),
        entry(cyrillic(number, "held"), 3, visibility="held", role="stranger", author=who),
        answer("", 4, kind="event", event="bounced", data={"reason": latin(number, "reason")}),
        title=cyrillic(number, "title"),
        requester=who,
        labels=(cyrillic(number, "label"),),
        participants=(),
        assignee=latin(number, "assignee"),
        phone=latin(number, "phone"),
        extra={"x-more": latin(number, "extra")},
    )


@dataclass(frozen=True)
class Built:
    """A private desk that was built, its accounts, and what the build said."""

    desk: PrivateDesk
    accounts: list[Record]
    said: str

    def owner(self, record: Record) -> Owner:
        page = PageDesk.of(load_settings(self.desk.root))
        return Owner(record, self.desk.ring.current, "requester", page)

    def files(self, kind: str) -> dict[str, bytes]:
        folder = self.desk.site / "private" / kind
        return {f"private/{kind}/{one.name}": one.read_bytes() for one in folder.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_SECRET", SECRET)
        desk = PrivateDesk(tmp_path_factory.mktemp("isolation") / "desk")
        accounts = []
        for number in range(1, COUNT + 1):
            one = request(number)
            desk.put(one)
            (file,) = one.entries[0].attachments
            desk.file(file.path, latin(number, "content").encode())
            accounts.append(desk.account(one.requester.email, expires="2099-01-01T00:00:00Z"))
        desk.put(ticket(900, entry(cyrillic(900, "held2"), visibility="held")))
        desk.commit()
        done = desk.run("build")
        assert done.returncode == 0, done.stderr
        yield Built(desk, accounts, done.stdout + done.stderr)


def test_each_account_sees_its_own_and_no_word_of_another(built: Built) -> None:
    site = built.files("b")
    assert len(site) == COUNT
    for number, record in enumerate(built.accounts, 1):
        owner = built.owner(record)
        path = bundle_path(owner.names(1)[0])
        text = open_sealed(owner.key, owner.place("bundle", path), site[path]).decode()
        bundle = json.loads(text)
        assert [one["number"] for one in bundle["tickets"]] == [number]
        for field in ("name", "text", "cite", "quoted", "answer", "title", "label"):
            assert cyrillic(number, field) in text, field
        for stem in (LATIN, CYRILLIC):
            count = text.count(stem)
            own = text.count(f"{stem}{number}x") + text.count(f"@{LATIN}.example") * (stem == LATIN)
            assert count == own, f"{number} holds another one's word"
        assert not [one for one in HIDDEN if f"{number}x{one}x" in text and one != "assignee"]


def test_no_key_opens_anything_of_another(built: Built) -> None:
    """Every key on every file, wherever it may be put: 40,000 attempts a kind, and 200 succeed."""
    bundles, logins = built.files("b"), built.files("l")
    blobs, attachments = built.files("a"), built.files("f")
    assert len(logins) == len(blobs) == len(attachments) == COUNT
    site = "https://help.example.org/desk/"
    for number, record in enumerate(built.accounts, 1):
        owner = built.owner(record)
        own = bundle_path(owner.names(1)[0])
        assert opened(owner.key, bundles, lambda path, o=owner: o.place("bundle", path)) == [own]
        (login,) = record.logins
        key = wrapping_key(built.desk.ring.current, record, login)
        assert opened(key, logins, lambda path: Place("login", site, path)) == [
            login_path(login.locator)
        ]
        token = from_b64(activation_link(record, built.desk.ring, site).partition("#a=")[2])
        assert opened(blob_key(token), blobs, lambda path: Place("activation", site, path)) == [
            activation_path(blob_name(token))
        ]
        (file,) = request(number).entries[0].attachments
        path, key = owner.attachment(file.path)
        place = owner.place("attachment", path)
        assert open_sealed(key, place, attachments[path]) == latin(number, "content").encode()
        assert opened(key, attachments, lambda one, o=owner: o.place("attachment", one)) == [path]
        # Nor does a bundle's key open what is not a bundle.
        for others in (logins, blobs, attachments):
            assert not opened(owner.key, others, lambda one, o=owner: o.place("bundle", one))


def opened(key: bytes, files: dict[str, bytes], place: object) -> list[str]:
    found = []
    for path, data in files.items():
        try:
            open_bytes(key, place(path).associated, data)  # type: ignore[operator]
        except SealError:
            continue
        found.append(path)
    return found


# Nothing in plain sight, in any writing


def writings(word: str) -> set[bytes]:
    """A word as pages, scripts, indexes and feeds could hold it."""
    raw = word.encode()
    found = {
        raw,
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        json.dumps(word).strip('"').encode(),
        json.dumps(word).strip('"').upper().replace("\\U", "\\u").encode(),
        html.escape(word).encode(),
        "".join(f"&#{ord(one)};" for one in word).encode(),
        "".join(f"&#x{ord(one):x};" for one in word).encode(),
        "".join(f"&#x{ord(one):X};" for one in word).encode(),
        quote(word).encode(),
        quote(word).lower().encode(),
        quote_plus(word).encode(),
        "".join(f"%{one:02X}" for one in raw).encode(),
        raw.hex().encode(),
    }
    for shift in range(3):  # base64 of the word within something longer
        for encode in (b64encode, urlsafe_b64encode):
            for text in (raw, word.encode("utf-16-le")):
                coded = encode(bytes(shift) + text)
                begin = (shift * 8 + 5) // 6
                end = (shift + len(text)) * 8 // 6
                found.add(coded[begin:end])
    return found


NEEDLES = {one for stem in (LATIN, CYRILLIC) for one in writings(stem)}


def unpacked(data: bytes) -> Iterator[bytes]:
    """A file, and what is compressed in it, whole or as a member."""
    yield data
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            yield from (packed.read(one) for one in packed.namelist())
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            yield zlib.decompressobj(window).decompress(data)
        except zlib.error:
            continue


def shown(data: bytes) -> set[bytes]:
    return {one for text in unpacked(data) for one in NEEDLES if one in text}


@pytest.mark.parametrize(
    "data",
    [
        f"<p>{CYRILLIC}7xtextx</p>".encode(),
        json.dumps({"text": f"{CYRILLIC}7x"}).encode(),
        "".join(f"&#{ord(one)};" for one in f"{CYRILLIC}7x").encode(),
        quote(f"https://x/?q={CYRILLIC}7x").encode(),
        b64encode(f"<p>{LATIN}7xtextx</p>".encode()),
        b64encode(f"ab{CYRILLIC}7xtextx".encode()),
        gzip.compress(f"<p>{LATIN}7xtextx</p>".encode(), mtime=0),
        zlib.compress(f"<p>{CYRILLIC}7xtextx</p>".encode()),
        f"{LATIN}7xfilex.pdf".encode("utf-16-le"),
    ],
)
def test_the_search_finds_a_word_in_every_writing(data: bytes) -> None:
    assert shown(data)


def test_no_file_of_the_site_shows_a_word(built: Built) -> None:
    site = built.desk.site
    files = [one for one in site.rglob("*") if one.is_file()]
    assert len(files) > 4 * COUNT
    assert not [str(one) for one in files if shown(str(one.relative_to(site)).encode())]
    assert not [str(one) for one in files if shown(one.read_bytes())]


def test_the_build_and_the_waiting_files_say_no_word(built: Built) -> None:
    """The log of the build, what the sealing remembers, and what the scan prints."""
    assert not shown(built.said.encode())
    sealed = built.desk.root / ".tracker" / "sealed"
    for one in sealed.rglob("*"):
        if one.is_file():
            assert not shown(one.read_bytes()), one.name
    scanned = built.desk.run("scan", "--json")
    assert scanned.returncode == 0
    assert not shown(scanned.stdout.encode() + scanned.stderr.encode())


def test_nothing_lists_the_sealed_files(built: Built) -> None:
    """No page, script or sitemap names one: who knows no name can't fetch it."""
    site: Path = built.desk.site
    names = {one.name for one in (site / "private").rglob("*") if one.is_file()}
    for one in site.rglob("*"):
        if one.is_file() and "private" not in one.relative_to(site).parts:
            text = one.read_bytes().decode("utf-8", "replace")
            assert not [name for name in names if name in text], one.name
