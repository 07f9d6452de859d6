"""Pseudonyms of a public repository: who stands behind ``u-…@sealed``, only under the secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

from tracker.core.accounts.coding import b64, from_b64
from tracker.core.accounts.keys import Master, Ring
from tracker.core.accounts.records import FOLDER, normal_address
from tracker.core.accounts.sealed import Place, SealError, open_bytes, seal_bytes
from tracker.core.errors import TrackerError

PEOPLE = f"{FOLDER}/people"
PSEUDONYM = re.compile(r"u-[0-9a-f]{32}@sealed")
_RECORD = {"v", "key", "who", "address"}


@dataclass(frozen=True, slots=True)
class Person:
    """One pseudonym: ``who`` is the keyed hash that finds it by the address, ``address`` the
    address itself, base64url of it sealed with the record key; ``key`` says under which secret.
    """

    pseudonym: str
    key: str
    who: str
    address: str

    @property
    def path(self) -> str:
        """Where it lies in the repository."""
        return person_path(self.pseudonym)

    def write(self) -> bytes:
        """Return the file."""
        data = {"v": 1, **{name: value for name, value in asdict(self).items() if name in _RECORD}}
        return (json.dumps(data, indent=1) + "\n").encode()


def person_path(pseudonym: str) -> str:
    """Return where a pseudonym's record lies in the repository."""
    name = pseudonym.removeprefix("u-").partition("@")[0]
    return f"{PEOPLE}/{name[:2]}/{name}.json"


def read_person(content: bytes, path: str) -> Person:
    """Read the file of a pseudonym. Raises TrackerError naming the file."""
    name = path.rpartition("/")[2].removesuffix(".json")
    try:
        data = json.loads(content)
        if set(data) != _RECORD or data["v"] != 1 or not re.fullmatch(r"[0-9a-f]{32}", name):
            raise ValueError
        from_b64(data["address"])
        return Person(f"u-{name}@sealed", str(data["key"]), str(data["who"]), data["address"])
    except (ValueError, TypeError, AttributeError):
        raise TrackerError(
            f"{path} is no record of a pseudonym",
            f"Take back its last good version (`git log -- {path}`) and commit.",
        ) from None


class People:
    """The pseudonyms of a desk as of one commit, and those that one decision adds (``files``).

    ``keep`` are addresses that stay as they are: the desk's own and its agents', which stand in
    its settings. ``load`` gives path and content of every record when they are first asked for.
    """

    def __init__(
        self,
        ring: Ring,
        keep: Iterable[str],
        load: Callable[[], Iterable[tuple[str, bytes]]],
        new: Callable[[], str],
    ) -> None:
        self.files: dict[str, bytes] = {}
        self._ring, self._new, self._load = ring, new, load
        self._keep = {normal_address(one) for one in keep if one}
        self._loaded = False
        self._by_name: dict[str, Person] = {}
        self._by_hash: dict[str, str] = {}

    def seal(self, address: str) -> str:
        """Return the pseudonym of an address, made where it has none yet."""
        plain = normal_address(address)
        if plain in self._keep or not plain or plain.endswith("@sealed"):
            return address
        found = self.known(plain)
        if found:
            return found
        made = make_person(f"u-{self._new()}@sealed", plain, self._ring.current)
        self._add(made)
        self.files[made.path] = made.write()
        return made.pseudonym

    def known(self, address: str) -> str:
        """Return the pseudonym of an address, or empty."""
        people = self._people()
        for master in filter(None, (self._ring.current, self._ring.former)):
            found = self._by_hash.get(_hash(master, normal_address(address)))
            if found and found in people:
                return found
        return ""

    def unseal(self, written: str) -> str:
        """Return the address behind a pseudonym; anything else, and one that is not known (such as
        of a person who was erased), comes back as it is.
        """
        if not PSEUDONYM.fullmatch(written):
            return written
        person = self._people().get(written)
        return address_of(person, self._ring) if person else written

    def _people(self) -> Mapping[str, Person]:
        if not self._loaded:
            self._loaded = True
            for path, content in self._load():
                self._add(read_person(content, path))
        return self._by_name

    def _add(self, one: Person) -> None:
        self._by_name[one.pseudonym] = one
        self._by_hash[one.who] = one.pseudonym


def make_person(pseudonym: str, address: str, master: Master) -> Person:
    """Return the record of a new pseudonym."""
    place = Place("person", "", person_path(pseudonym)).associated
    plain = normal_address(address).encode()
    sealed = seal_bytes(master.record_key, master.nonce(place, plain), place, plain)
    return Person(pseudonym, master.id, _hash(master, normal_address(address)), b64(sealed))


def address_of(person: Person, ring: Ring) -> str:
    """Return the address. Raises TrackerError for another secret or a changed record."""
    master = ring.of(person.key, person.path)
    place = Place("person", "", person.path).associated
    try:
        return open_bytes(master.record_key, place, from_b64(person.address)).decode()
    except SealError:
        raise TrackerError(f"{person.path} was changed: it does not open") from None


def _hash(master: Master, address: str) -> str:
    return master.person(address)
