"""The desk as of one commit: what decisions ask, answered by the index and Git."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.adapters.account_index import is_account_path
from tracker.adapters.git import Git
from tracker.adapters.index import Index, number_of
from tracker.core import state
from tracker.core.accounts import records
from tracker.core.accounts.posts import LIMITED
from tracker.core.accounts.records import Record
from tracker.core.addresses import Address
from tracker.core.planned import Owed, OwedPost
from tracker.core.threading import Known

if TYPE_CHECKING:
    from tracker.core.accounts.people import People


def read_folder(git: Git, commit: str, folder: str) -> list[tuple[str, bytes]]:
    """Return (path, content) of every file below a folder of a commit."""
    found = {file.path: file.oid for file in git.list_files(commit, folder)} if commit else {}
    contents = git.read_many(found.values()) if found else ()
    return [(path, content) for path, (_, content) in zip(found, contents, strict=True)]


def unsealed(text: str, people: People | None) -> str:
    """Return a ticket file with the addresses behind its pseudonyms, as far as they are known."""
    if people is None:
        return text
    from tracker.core.accounts.disguise import unseal_file

    return unseal_file(text, people)


class View:
    """The desk at ``commit``; the index must be held there (``Index.at``)."""

    def __init__(self, git: Git, index: Index, commit: str, people: People | None = None) -> None:
        """``people`` are the pseudonyms of a desk that seals addresses: what is read here then has
        the addresses that they stand for.
        """
        self.commit = commit
        self.people = people
        self._git = git
        self._index = index
        self._seen: set[str] | None = None
        self._state: dict[str, str] | None = None
        self._texts: dict[int, str] = {}
        self._accounts: list[tuple[str, bytes]] | None = None

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None."""
        if path.startswith(f"{state.FOLDER}/"):
            oid = self.state_files().get(path)
            return next(iter(self._git.read_many([oid])))[1] if oid else None
        return self._git.read_file(self.commit, path) if self.commit else None

    def state_files(self) -> dict[str, str]:
        """Return the files of the desk's state: path to object id."""
        if self._state is None:
            found = self._git.list_files(self.commit, state.FOLDER) if self.commit else ()
            self._state = {file.path: file.oid for file in found}
        return self._state

    def unstamped(self) -> list[int]:
        """Return the tickets that people wrote into and that are not stamped yet."""
        return [number for (number,) in self._index.query("SELECT number FROM unstamped")]

    def accounts(self) -> list[tuple[str, bytes]]:
        """Return (path, content) of every account record."""
        if self._accounts is None:
            found = read_folder(self._git, self.commit, records.FOLDER)
            self._accounts = [one for one in found if is_account_path(one[0])]
        return self._accounts

    def accounts_with(self, word: str) -> list[Record]:
        """Return the accounts that have an address, or a login at a locator."""
        sql = "SELECT oid, path FROM account_words JOIN accounts USING (path) WHERE word = ?"
        return self._records(self._index.query(sql, word))

    def account(self, account: str) -> Record | None:
        """Return the account with an id, or None."""
        rows = self._index.query("SELECT oid, path FROM accounts WHERE account = ?", account)
        return next(iter(self._records(rows)), None)

    def _records(self, rows: Iterable[tuple[str, str]]) -> list[Record]:
        paths = dict(rows)
        contents = self._git.read_many(paths) if paths else ()
        return [records.read_record(content, paths[oid]) for oid, content in contents]

    def posts(self) -> list[OwedPost]:
        """Return the letters about accounts that are due, those asked for first first."""
        sql = (
            "SELECT account, post, kind, recipient, delayed FROM posts JOIN accounts USING (path) "
            "WHERE due ORDER BY posts.rowid"
        )
        return [OwedPost(*row) for row in self._index.query(sql)]

    def posts_since(self, since: datetime) -> int:
        """Return how many letters that anybody can bring about went to accounts since a time."""
        kinds = ", ".join("?" * len(LIMITED))
        sql = f"SELECT count(*) FROM posts WHERE told > ? AND kind IN ({kinds})"
        row = self._index.query_one(sql, f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", *LIMITED)
        return int(row[0]) if row else 0

    def requester_of(self, number: int) -> Address:
        """Return the requester of a readable ticket."""
        row = self._index.query_one("SELECT requester FROM tickets WHERE number = ?", number)
        return Address.parse(row[0] if row else "")

    def newest_of(self, address: str) -> int:
        """Return the highest number of a requester's tickets, 0 where there is none."""
        sql = "SELECT coalesce(max(number), 0) FROM tickets WHERE requester_key = ?"
        row = self._index.query_one(sql, self._kept(address))
        return int(row[0]) if row else 0

    def was_written_to(self, address: str) -> bool:
        """Whether a letter about a ticket went to an address."""
        return bool(self._index.query_one("SELECT 1 FROM told WHERE address = ?", address))

    def path_of(self, number: int) -> str | None:
        """Return the path of a readable ticket, or None."""
        row = self._index.query_one("SELECT path FROM tickets WHERE number = ?", number)
        return str(row[0]) if row else None

    def text_of(self, number: int) -> str | None:
        """Return the file of a readable ticket, or None."""
        if number not in self._texts:
            return self.texts_of([number]).get(number)
        return self._texts[number]

    def keep(self, numbers: Iterable[int]) -> None:
        """Read several tickets in one go, for ``text_of`` to find."""
        self._texts.update(self.texts_of(numbers))

    def texts_of(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the files of several tickets by number; those that aren't there are left out."""
        oids: dict[int, str] = {}
        for number in numbers:
            row = self._index.query_one("SELECT oid FROM tickets WHERE number = ?", number)
            if row:
                oids[number] = str(row[0])
        contents = self._git.read_many(oids.values()) if oids else ()
        return {
            number: unsealed(content.decode("utf-8", "replace"), self.people)
            for number, (_, content) in zip(oids, contents, strict=True)
        }

    def names_in(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        if folder.startswith(f"{state.FOLDER}/"):
            paths = (path.rpartition("/") for path in self.state_files())
            return [name for where, _, name in paths if where == folder]
        return self._git.list_names(self.commit, folder) if self.commit else []

    def by_message_id(self, message_id: str) -> Iterator[Known]:
        """Return the entries that came with this Message-ID."""
        return self._messages("message_id", message_id)

    def by_digest(self, digest: str) -> Iterator[Known]:
        """Return the entries that came with this digest."""
        return self._messages("digest", digest)

    def _messages(self, column: str, value: str) -> Iterator[Known]:
        columns = "number, entry, digest, sender, day"
        sql = f"SELECT {columns} FROM messages WHERE {column} = ?"
        for number, entry, digest, sender, day in self._index.query(sql, value):
            yield Known(number, entry, digest, self._real(sender), day)

    def _real(self, written: str) -> str:
        return self.people.unseal(written) if self.people else written

    def _kept(self, address: str) -> str:
        """Return how the desk's files, and so the index, name an address."""
        return (self.people.known(address) or address) if self.people else address

    def is_seen(self, key: str) -> bool:
        """Whether the keyed hash of a message that made no entry is remembered."""
        if self._seen is None:
            files = self.state_files()
            oids = [oid for path, oid in files.items() if path.startswith(f"{state.FOLDER}/seen/")]
            self._seen = {
                line
                for _, content in (self._git.read_many(oids) if oids else ())
                for line in content.decode("ascii", "replace").split()
            }
        return key in self._seen

    def highest_number(self) -> int:
        """Return the highest number of a ticket file, readable or not."""
        row = self._index.query_one("SELECT max(number) FROM tickets")
        broken = (number_of(path) for (path,) in self._index.query("SELECT path FROM faults"))
        return max((row[0] or 0) if row else 0, *broken, 0)

    def owed(self) -> Iterator[Owed]:
        """Yield what is owed, with the tickets' ids and files."""
        for number, ticket, oid, entry, recipient, what, proven, delayed in self._index.query(
            _OWED
        ):
            who = self._real(recipient)
            yield Owed(number, ticket, oid, entry, who, what, bool(proven), delayed)

    def confirmed_since(self, address: str, since: datetime) -> list[datetime]:
        """Return when letters that a mail brought about went to an address since a time."""
        sql = "SELECT at FROM told WHERE confirmed AND address = ? AND at >= ?"
        at = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        rows = self._index.query(sql, self._kept(address), at)
        return [datetime.fromisoformat(at) for (at,) in rows]

    def confirmations_since(self, since: datetime) -> int:
        """Return how many letters that a mail brought about went to anybody since a time."""
        # One letter may confirm several tickets.
        sql = (
            "SELECT count(*) FROM "
            "(SELECT DISTINCT address, at FROM told WHERE confirmed = 1 AND at > ?)"
        )
        row = self._index.query_one(sql, f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        return int(row[0]) if row else 0


_OWED = """
SELECT due.number, tickets.id, tickets.oid, due.entry, due.recipient, due.what, due.proven,
    due.delayed
FROM due JOIN tickets USING (number) ORDER BY due.number, due.rowid
"""
