"""Makes the vectors that Python and JavaScript pass: ``python -m tests.core.accounts.vectors``.

Every input is fixed, so that the file is the same each time.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

from tests.core.pages.make import desk
from tracker.core.accounts import keys as schedule
from tracker.core.accounts.activation import activation_file, activation_link
from tracker.core.accounts.blocks import write_block
from tracker.core.accounts.bundles import Owner, attachment_file, bundle_file
from tracker.core.accounts.coding import b64
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.logins import Cost, derive, keep, login_file, salt
from tracker.core.accounts.packing import pack, padme
from tracker.core.accounts.records import Record, write_record
from tracker.core.accounts.registration import seal_registration

FILE = Path(__file__).with_name("vectors.json")
SECRET = "correct horse battery staple"
SITE = "https://help.example.org/"
ACCOUNT = "000102030405060708090a0b0c0d0e0f"
ADDRESS = "иван@example.org"
STORED = "tickets/000/ACCREDO-1/снимок.png"
SMALL = Cost(memory=64, passes=1)
PASSWORDS = ("пароль, длинный и свой", "ﬁve ½ Å", "e\u0301")
TEXT = '{"v":1,"text":"Здравствуйте! ' + "Не открывается кабинет. " * 40 + '"}'


def record() -> Record:
    """The account of the vectors, invited twice, with its passphrase at small cost."""
    ring = Ring.of_secrets(SECRET)
    words = schedule.passphrase(ring.current.account_key(ACCOUNT, 3))
    login = keep(ring.current, ACCOUNT, 3, derive(words, ADDRESS, SITE, SMALL), "passphrase")
    return Record(
        ACCOUNT, 3, ring.current.id, (ADDRESS,), "Иван", "requester", "2026-11-22T06:14:03Z",
        2, ADDRESS, "2026-11-23T06:14:03Z", "2026-11-30T06:14:03Z", (login,),
    )  # fmt: skip


def make() -> dict[str, Any]:
    """Return all vectors."""
    one, ring = record(), Ring.of_secrets(SECRET)
    master = ring.current
    key, token = master.account_key(ACCOUNT, 3), master.token(ACCOUNT, 3, 2)
    owner = Owner(one, master, "requester", desk(url=SITE))
    name = owner.names(1)[0]
    bundle = bundle_file(owner, name, TEXT)
    login = one.logins[0]
    found = derive(PASSWORDS[0], ADDRESS, SITE, SMALL)
    block = seal_registration(ACCOUNT, 3, key, SITE, found, (bytes(range(12)), bytes(range(16))))
    blob_path, blob = activation_file(one, ring, SITE)
    stored_path, stored_key = owner.attachment(STORED)
    return {
        "v": 1,
        "inputs": {
            "secret": SECRET,
            "site": SITE,
            "account": ACCOUNT,
            "epoch": 3,
            "invitation": 2,
            "address": ADDRESS,
        },
        "keys": {
            "id": master.id,
            "account": b64(key),
            "bundle": b64(schedule.bundle_key(key)),
            "registration": b64(schedule.registration_key(key)),
            "token": b64(token),
            "blob": b64(schedule.blob_key(token)),
            "passphrase": schedule.passphrase(key),
        },
        "names": {
            "bundle": [master.bundle_name(ACCOUNT, 3, chunk) for chunk in range(3)],
            "blob": schedule.blob_name(token),
            "attachment": stored_path,
        },
        "padme": [[size, padme(size)] for size in (0, 1, 2, 9, 100, 1000, 1025, 65_537, 10**6)],
        "bundle": {
            "path": f"private/b/{name}",
            "associated": b64(owner.place("bundle", f"private/b/{name}").associated),
            "text": TEXT,
            "packed": b64(pack(TEXT.encode())),
            "file": b64(bundle),
        },
        "attachment": {
            "path": stored_path,
            "key": b64(stored_key),
            "content": b64(b"\x89PNG made up"),
            "file": b64(attachment_file(owner, STORED, b"\x89PNG made up")),
        },
        "salt": b64(salt(SITE, ADDRESS)),
        "argon2": [_argon2(password, SMALL) for password in PASSWORDS]
        + [_argon2(PASSWORDS[0], Cost())],
        "login": {
            "password": schedule.passphrase(key),
            "memory": SMALL.memory,
            "passes": SMALL.passes,
            "path": f"private/l/{login.locator}",
            "file": b64(login_file(master, SITE, one, login)),
        },
        "activation": {
            "link": activation_link(one, ring, SITE),
            "path": blob_path,
            "file": b64(blob),
        },
        "registration": {
            "cipherNonce": b64(bytes(range(12))),
            "nonce": b64(bytes(range(16))),
            "locator": found.locator,
            "wrap": b64(found.wrapping),
            "block": write_block(block),
        },
        "record": {"sha256": hashlib.sha256(write_record(one)).hexdigest()},
    }


def _argon2(password: str, cost: Cost) -> dict[str, Any]:
    found = derive(password, ADDRESS, SITE, cost)
    return {
        "password": password,
        "normal": unicodedata.normalize("NFKC", password),
        "memory": cost.memory,
        "passes": cost.passes,
        "locator": found.locator,
        "wrapping": b64(found.wrapping),
    }


def text() -> str:
    """Return the file."""
    return json.dumps(make(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
