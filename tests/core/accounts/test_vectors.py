"""The vectors are what Python makes, and open with nothing but what the specification says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.core.accounts import vectors
from tracker.core.accounts.packing import unpack


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def hkdf(key: bytes, info: bytes) -> bytes:
    """RFC 5869 written out: extract with 32 zero bytes, one block of expanding."""
    return hmac.digest(hmac.digest(bytes(32), key, "sha256"), info + b"\x01", "sha256")


@pytest.fixture(scope="module")
def known() -> Any:
    return json.loads(vectors.FILE.read_text("utf-8"))


def opened(key: bytes, associated: bytes, file: str) -> bytes:
    """Decrypt and unpack by hand, without the code under test."""
    data = read(file)
    packed = AESGCM(key).decrypt(data[:12], data[12:], associated)
    length = int.from_bytes(packed[:4], "big")
    return zlib.decompress(packed[4 : 4 + length], -15)


def test_the_file_is_what_the_code_makes() -> None:
    """Deflate may be written differently by another zlib: what is packed is compared unpacked."""
    stands, made = json.loads(vectors.FILE.read_text("utf-8")), vectors.make()
    for one in (stands, made):
        one["bundle"]["packed"] = unpack(read(one["bundle"]["packed"])).decode()
        for part in ("bundle", "attachment", "login", "activation"):
            del one[part]["file"]
    assert made == stands


def test_keys_and_names_are_as_specified(known: Any) -> None:
    master = vectors.SECRET.encode()
    where = b"\0".join((vectors.ACCOUNT.encode(), b"3"))
    key = hkdf(master, b"tracker account 1\0" + where)
    token = hkdf(master, b"tracker activation 1\0" + where + b"\0" + b"2")
    names = hkdf(master, b"tracker names 1")
    keys = known["keys"]
    assert keys["id"] == hashlib.sha256(b"tracker key id 1\0" + master).hexdigest()[:8]
    assert read(keys["account"]) == key
    assert read(keys["token"]) == token
    assert read(keys["bundle"]) == hkdf(key, b"tracker bundle 1")
    assert read(keys["registration"]) == hkdf(key, b"tracker registration 1")
    assert read(keys["blob"]) == hkdf(token, b"tracker blob 1")
    letters = base64.b32encode(hkdf(key, b"passphrase 1")).decode().lower()[:20]
    assert keys["passphrase"].replace("-", "") == letters
    assert [len(one) for one in keys["passphrase"].split("-")] == [4] * 5
    for chunk, name in enumerate(known["names"]["bundle"]):
        words = b"b\0" + where + b"\0%d" % chunk
        assert name == hmac.digest(names, words, "sha256").hex()[:32]
    assert (
        known["names"]["blob"]
        == (hashlib.sha256(b"tracker blob name 1\0" + token).hexdigest()[:32])
    )
    stored = hmac.digest(names, b"f\0" + where + b"\0" + vectors.STORED.encode(), "sha256")
    assert known["names"]["attachment"] == f"private/f/{stored.hex()[:32]}"


def test_files_open_with_what_the_browser_holds(known: Any) -> None:
    site, account = vectors.SITE.encode(), vectors.ACCOUNT.encode()

    def associated(kind: bytes, path: str, mine: bool) -> bytes:
        owner = (account, b"3") if mine else (b"", b"")
        return b"\0".join((b"tracker 1", kind, site, path.encode(), *owner))

    one = known["bundle"]
    assert read(one["associated"]) == associated(b"bundle", one["path"], True)
    bundle_key = read(known["keys"]["bundle"])
    assert opened(bundle_key, read(one["associated"]), one["file"]).decode() == one["text"]
    one = known["attachment"]
    assert read(one["key"]) == hkdf(bundle_key, b"file\0" + one["path"].encode())
    where = associated(b"attachment", one["path"], True)
    assert opened(read(one["key"]), where, one["file"]) == read(one["content"])
    one = known["activation"]
    token = one["link"].partition("#a=")[2]
    assert one["link"] == f"{vectors.SITE}access/#a={known['keys']['token']}"
    where = associated(b"activation", one["path"], False)
    blob = json.loads(opened(hkdf(read(token), b"tracker blob 1"), where, one["file"]))
    assert blob["passphrase"] == known["keys"]["passphrase"]
    assert read(blob["key"]) == read(known["keys"]["account"])
    assert blob["bundle"] == known["names"]["bundle"][0]
    assert (blob["address"], blob["expires"]) == (vectors.ADDRESS, "2026-11-30T06:14:03Z")


def argon2id(password: str, memory: int, passes: int) -> bytes:
    salt = hashlib.sha256(f"{vectors.SITE}\0{vectors.ADDRESS}".encode()).digest()[:16]
    kdf = Argon2id(salt=salt, length=48, iterations=passes, lanes=1, memory_cost=memory)
    return kdf.derive(password.encode())


def test_a_password_gives_locator_and_key_by_another_library_too(known: Any) -> None:
    assert {(one["memory"], one["passes"]) for one in known["argon2"]} == {(64, 1), (65_536, 3)}
    for one in known["argon2"]:
        out = argon2id(one["normal"], one["memory"], one["passes"])
        assert (one["locator"], read(one["wrapping"])) == (out[:16].hex(), out[16:])
    one = known["login"]
    out = argon2id(one["password"], one["memory"], one["passes"])
    assert one["path"] == f"private/l/{out[:16].hex()}"
    where = b"\0".join((b"tracker 1", b"login", vectors.SITE.encode(), one["path"].encode()))
    login = json.loads(opened(out[16:], where + b"\0\0", one["file"]))
    assert login == {
        "v": 1,
        "account": vectors.ACCOUNT,
        "epoch": 3,
        "key": known["keys"]["account"],
        "bundle": known["names"]["bundle"][0],
    }


def test_the_block_opens_under_the_registration_key(known: Any) -> None:
    one = known["registration"]
    lines = one["block"].strip().split("\n")
    assert (lines[0], lines[-1]) == (
        "-----BEGIN TRACKER REGISTRATION-----",
        "-----END TRACKER REGISTRATION-----",
    )
    assert max(map(len, lines[1:-1])) == 60
    data = read("".join(lines[1:-1]))
    assert data[0] == 1 and data[1:17].hex() == vectors.ACCOUNT
    assert data[17:29] == read(one["cipherNonce"])
    where = f"tracker 1\0registration\0{vectors.SITE}\0{vectors.ACCOUNT}".encode()
    key = AESGCM(read(known["keys"]["registration"]))
    assert json.loads(key.decrypt(data[17:29], data[29:], where)) == {
        "purpose": "password",
        "epoch": 3,
        "locator": one["locator"],
        "wrap": one["wrap"],
        "nonce": one["nonce"],
    }
