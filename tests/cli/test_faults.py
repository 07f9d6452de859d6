"""Bad input: one or two lines that say what to do, the right exit code, never a traceback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import programs
from tests.desk.conftest import SECRET, RealDesk, letter
from tracker.adapters.lock import locked

pytestmark = pytest.mark.servers
CANARY = "canary-password"
NOT_REACHABLE = "unknown-host.invalid"


def check_words(done: subprocess.CompletedProcess[str], code: int, *expected: str) -> None:
    """The exit code, and at most two lines on stderr that hold what is expected."""
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    assert "fault in the tracker" not in said
    lines = done.stderr.strip().split("\n")
    assert 1 <= len(lines) <= 2, done.stderr
    for words in expected:
        assert re.search(words, done.stderr), done.stderr
    for secret in (CANARY, SECRET):
        assert secret not in said


def replace(desk: RealDesk, key: str, value: str) -> None:
    """Change a line of the settings."""
    file = desk.root / "tracker.toml"
    text, count = re.subn(rf"(?m)^{key} = .*$", lambda _: f"{key} = {value}", file.read_text())
    assert count == 1
    file.write_text(text)


def test_a_wrong_password(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.mailbox.append(letter("ivan"))
    monkeypatch.setenv("TRACKER_IMAP_PASSWORD", CANARY)
    check_words(desk.run("sync"), 1, "refuses user .* or the password", "TRACKER_IMAP_PASSWORD")
    monkeypatch.setenv("TRACKER_IMAP_PASSWORD", "пароль")
    check_words(desk.run("sync"), 1, "TRACKER_IMAP_PASSWORD", "keyboard layout")
    assert desk.tickets() == {}
    assert desk.git("status", "--porcelain") == ""


def test_an_unknown_host_a_wrong_port_and_a_wrong_protocol(desk: RealDesk) -> None:
    replace(desk, "imap", f'"imap://u@{NOT_REACHABLE}"')
    check_words(desk.run("sync"), 1, f"the host {NOT_REACHABLE} is not known", "mailbox.imap")
    replace(desk, "imap", '"imap://u@127.0.0.1:1"')
    check_words(desk.run("sync"), 1, "127.0.0.1:1 refuses the connection", "port in `mailbox.imap`")
    replace(desk, "imap", f'"imaps://u@127.0.0.1:{desk.mailbox.server.port}"')
    check_words(desk.run("sync"), 1, "no TLS with 127.0.0.1", "mailbox.imap")


def test_a_missing_folder(desk: RealDesk) -> None:
    file = desk.root / "tracker.toml"
    file.write_text(file.read_text().replace("[mailbox]\n", '[mailbox]\nfolder = "Заявки"\n'))
    check_words(desk.run("sync"), 1, "there is no folder `Заявки`", "one of: .*INBOX")


def test_no_letters_while_the_sending_server_is_wrong(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    replace(desk, "smtp", f'"smtp://{NOT_REACHABLE}"')
    done = desk.run("sync")
    check_words(done, 3, f"not sent: ACCREDO-1: SMTP: the host {NOT_REACHABLE}", "mailbox.smtp")
    assert "1 opened" in done.stdout


def test_a_remote_that_can_not_be_reached(desk: RealDesk) -> None:
    desk.git("remote", "set-url", "origin", str(desk.root.parent / "nothing.git"))
    check_words(desk.run("sync"), 1, "git fetch: .*does not appear to be a git repos", "remote -v")
    check_words(
        desk.run("new", "--phone", "--as", "anna", "--from", "a", "--title", "t", "--text", "x"),
        1,
        "git fetch",
    )
    desk.git("remote", "set-url", "origin", str(desk.remote))
    assert desk.tickets() == {}


def test_settings_that_can_not_be_read(desk: RealDesk) -> None:
    file = desk.root / "tracker.toml"
    good = file.read_text()
    file.write_bytes(b"\xff\xfe")
    check_words(desk.run("list"), 1, "tracker.toml can't be read", "UTF-8")
    file.write_text(good.replace("[desk]", "[desk"))
    check_words(desk.run("list"), 1, "tracker.toml:2: not valid TOML")
    file.write_text(good.replace("language =", "langage ="))
    check_words(desk.run("sync"), 1, "unknown option `langage`; did you mean `language`")
    file.write_text(good + f'\nsmtp_password = "{CANARY}"\n')
    check_words(desk.run("check"), 1, "faults: 1")
    file.unlink()
    file.mkdir()
    check_words(desk.run("list"), 1, "is not inside a desk")


def test_a_broken_ticket_file(desk: RealDesk) -> None:
    desk.mailbox.append_many([letter("ivan"), letter("olga")])
    desk.run("sync")
    file = desk.root / "tickets/000/ACCREDO-1.md"
    file.write_text(file.read_text().replace('"role": ', '"role" '))
    desk.git("commit", "-qam", "Break it")
    desk.git("push", "-q", "origin", "main")
    line = r"tickets/000/ACCREDO-1\.md:\d+: the entry mark is not valid JSON"
    check_words(desk.run("show", "1"), 1, line, "Mend the file by hand")
    check_words(desk.run("close", "1", "--as", "anna"), 1, line)
    shown = desk.run("list")
    assert shown.returncode == 0
    assert "ACCREDO-2" in shown.stdout
    assert re.search(line, shown.stderr)
    checked = desk.run("check")
    assert checked.returncode == 1
    assert re.search(line, checked.stdout)


@pytest.mark.parametrize(
    "command",
    [["sync"], ["list"], ["show", "1"], ["check"], ["build"], ["quarantine", "list"]],
)
def test_outside_a_desk(tmp_path: Path, command: list[str]) -> None:
    check_words(run("-C", str(tmp_path), *command), 1, "is not inside a desk", "tracker init DIR")


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with variables of ``options`` added."""
    where = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **options}
    return programs.run(*arguments, env=where)


def test_numbers_and_words_that_mean_nothing(desk: RealDesk) -> None:
    check_words(desk.run("show", "99999"), 1, "There is no ticket ACCREDO-99999", "tracker list")
    check_words(desk.run("show", "abc"), 1, "`abc` is no ticket number", "ACCREDO-42")
    check_words(desk.run("close", "1", "--as", "nobody"), 1, "no agent `nobody`", "anna")
    check_words(desk.run("close", "1"), 1, "belongs to no agent", "--as")
    check_words(desk.run("reply", "1", "--as", "anna", "--text", " "), 1, "answer is empty")
    check_words(
        desk.run("reply", "1", "--as", "anna", "--text", "x", "--attach", "/nowhere"),
        1,
        "/nowhere: No such file",
        "--attach",
    )
    for wrong in (["shw"], ["show"], ["list", "--status", "odd"], ["--nonsense"], ["sync", "1"]):
        done = desk.run(*wrong)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("Usage: tracker")


def test_without_the_secret(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_SECRET")
    check_words(desk.run("sync"), 1, "TRACKER_SECRET is not set", "export TRACKER_SECRET=")
    monkeypatch.setenv("TRACKER_SECRET", "short")
    check_words(desk.run("sync"), 1, "TRACKER_SECRET is shorter than 16 characters")
    for command in (["list"], ["check"], ["list", "--json"]):
        assert desk.run(*command).returncode == 0
    new = ["new", "--as", "anna", "--from", "a", "--title", "t", "--text", "x"]
    assert desk.run(*new).returncode == 0


def test_another_run_is_at_work(desk: RealDesk) -> None:
    with locked(desk.root / ".tracker" / "sync.lock"):
        check_words(desk.run("sync"), 4, "Another `tracker sync` is at work")


def test_no_git_at_all(desk: RealDesk, tmp_path: Path) -> None:
    check_words(run("-C", str(desk.root), "list", PATH=str(tmp_path)), 1, "Git is not installed")
    shutil.rmtree(desk.root / ".git")
    check_words(desk.run("list"), 1, "is no Git repository", "git init")


def test_a_private_desk_builds_nothing_without_its_secret(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(desk, "visibility", '"private"')
    monkeypatch.delenv("TRACKER_SECRET")
    check_words(desk.run("build"), 1, "TRACKER_SECRET is not set", "export TRACKER_SECRET")
    assert not (desk.root / "site").exists()
    assert not (desk.root / "site").exists()


def test_a_folder_nobody_may_write_to() -> None:
    done = run(
        "init", "/proc/desk", "--name", "x", "--prefix", "AB", "--address", "a@b.org", "--yes"
    )
    check_words(done, 1, "/proc/desk")


def test_the_reader_of_the_output_goes_away(desk: RealDesk) -> None:
    desk.run("new", "--as", "anna", "--from", "a", "--title", "t", "--text", "x\n" * 50_000)
    command = f"{sys.executable} -m tracker -C {desk.root} show 1 | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB, where we may make one; else a limit for each file's size."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield place
    if mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> int:
    """Use up what is left of the small disk; 0 where it is no disk of its own."""
    if not os.path.ismount(place):
        return 0
    with (place / "ballast").open("wb", buffering=0) as file:
        size = 65536
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    return 1


def limited(command: list[str], *, full: int) -> subprocess.CompletedProcess[str]:
    """Run a command, each file at most 8 KiB large where there is no small disk."""
    limit = "" if full else "ulimit -f 8; trap '' XFSZ; "
    words = ["bash", "-c", f'{limit}exec "$@"', "bash", *command]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_full_disk(desk: RealDesk, small_disk: Path) -> None:
    desk.mailbox.append_many(letter(f"m{n}") + b"x" * 20_000 for n in range(20))
    moved = small_disk / "desk"
    shutil.copytree(desk.root, moved, symlinks=True)
    full = fill(small_disk)
    done = limited([sys.executable, "-m", "tracker", "-C", str(moved), "sync"], full=full)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert "fault in the tracker" not in said
    assert len(done.stderr.strip().split("\n")) <= 2
    if full:
        assert re.search("disk (is )?full|No space left|disk space", done.stderr), done.stderr
        (small_disk / "ballast").unlink()
    assert desk.smtp.letters() == []
    assert desk.sync()["opened"] == 20
    assert len(desk.tickets()) == 20
