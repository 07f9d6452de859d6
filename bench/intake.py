"""The intake of 5,000 mails from Dovecot against the floor that nothing can beat.

The floor, in the same run and the same mailbox: fetching in batches of 500, reading with the
standard library's ``email`` under the compat32 policy (headers, bodies and attachments decoded)
and ``git fast-import`` of the decoded text, alone. The intake is the whole: ``tracker sync``
as a process, with index, decisions, commit and push to a bare remote.
"""

from __future__ import annotations

import email
import os
import statistics
import subprocess
import sys
import tempfile
import time
from email.header import decode_header, make_header
from pathlib import Path

from imapclient import IMAPClient

from bench.corpus import mails
from bench.report import Table
from tests.servers import Dovecot, Mailbox
from tests.servers.dovecot import PASSWORD

MAILS = 5_000
BATCH = 500


def floor(box: Mailbox, server: Dovecot, folder: Path) -> dict[str, float]:
    """Return the seconds of each part of the floor."""
    times = {"fetch": 0.0, "parse": 0.0, "fast-import": 0.0}
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    stream = []
    with IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.login(box.user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), BATCH):
            began = time.perf_counter()
            batch = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
            fetched = time.perf_counter()
            for uid, data in batch.items():
                stream.append((uid, _decoded(data[b"BODY[]"])))
            times["fetch"] += fetched - began
            times["parse"] += time.perf_counter() - fetched
    began = time.perf_counter()
    _fast_import(stream, folder)
    times["fast-import"] = time.perf_counter() - began
    return times


def _decoded(raw: bytes) -> bytes:
    message = email.message_from_bytes(raw)
    out = [str(make_header(decode_header(value))) for value in message.values()]
    for part in message.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            charset = part.get_content_charset() or "utf-8"
            is_text = part.get_content_maintype() == "text"
            out.append(payload.decode(charset, "replace") if is_text else f"{len(payload)} bytes")
    return "\n".join(out).encode("utf-8", "replace")


def _fast_import(stream: list[tuple[int, bytes]], folder: Path) -> None:
    parts = [b"commit refs/heads/main\ncommitter A <a@example.org> 1 +0000\ndata 0\n"]
    for uid, content in stream:
        parts.append(
            b"M 100644 inline tickets/%03d/%d.md\ndata %d\n" % (uid // 1000, uid, len(content))
        )
        parts += [content, b"\n"]
    command = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(command, input=b"".join(parts), check=True)


def intake(box: Mailbox, folder: Path) -> float:
    """Return the seconds of one ``tracker sync`` on a new desk with a bare remote."""
    root, remote = folder / "desk", folder / "remote.git"
    tracker = [sys.executable, "-m", "tracker"]
    environment = {
        **os.environ,
        "TRACKER_SECRET": "0123456789abcdef",
        "TRACKER_IMAP_PASSWORD": PASSWORD,
    }
    options = ["--name", "Bench", "--prefix", "BENCH", "--address", "support@example.org"]
    options += ["--imap", box.url, "--visibility", "public", "--yes"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "env": environment}
    subprocess.run([*tracker, "init", str(root), *options], **quiet)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    subprocess.run(["git", "-C", str(root), "remote", "add", "origin", str(remote)], check=True)
    began = time.perf_counter()
    subprocess.run([*tracker, "-C", str(root), "sync"], **quiet)
    seconds = time.perf_counter() - began
    count = subprocess.run(
        ["git", "-C", str(remote), "ls-tree", "-r", "--name-only", "main", "tickets/"],
        check=True,
        capture_output=True,
    ).stdout.count(b".md\n")
    assert count == MAILS, f"{count} tickets instead of {MAILS}"
    return seconds


def main(rounds: int = 3) -> Table:
    """Measure ``rounds`` times in turn; the medians make the table."""
    raw = list(mails(MAILS))
    sizes = sorted(len(one) for one in raw)
    parts: dict[str, list[float]] = {}
    wholes, ratios = [], []
    # Nothing is removed, and everything is on the disk, before the next is measured.
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        box = Mailbox(server, server.new_user())
        box.append_many(raw)
        for number in range(rounds):
            place = Path(folder) / str(number)
            place.mkdir()
            os.sync()
            times = floor(box, server, place / "floor")
            os.sync()
            whole = intake(box, place)
            for name, seconds in times.items():
                parts.setdefault(name, []).append(seconds)
            wholes.append(whole)
            ratios.append(whole / sum(times.values()))
    table = Table(
        f"Intake of {MAILS:,} mails (median {statistics.median(sizes) / 1000:.1f} KB)",
        ("part", "seconds", "mails a second"),
    )
    for name, seconds in parts.items():
        table.add(f"floor: {name}", *_figures(statistics.median(seconds)))
    bottom = sum(statistics.median(seconds) for seconds in parts.values())
    table.add("floor, together", *_figures(bottom))
    table.add("`tracker sync`, whole, pushed", *_figures(statistics.median(wholes)))
    table.note(
        f"Whole / floor: {statistics.median(ratios):.2f} (median of {rounds}; the limit is 2)."
    )
    return table


def _figures(seconds: float) -> tuple[str, str]:
    return f"{seconds:.2f}", f"{MAILS / seconds:,.0f}"


if __name__ == "__main__":
    print(main())
