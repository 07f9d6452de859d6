"""The package itself: outside its repository, from an empty environment, by the docs alone."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.desk.conftest import letter
from tests.desk.hosted import SECRET, index, installed, wheelhouse
from tests.packages import build
from tests.servers import Mailbox, SmtpServer
from tests.servers.dovecot import PASSWORD
from tracker import __version__

__all__ = ["installed", "wheelhouse"]
pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "docs" / "quickstart.md"
BLOCK = re.compile(r"^```(?P<kind>sh|console)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def surroundings(home: Path, *programs: Path) -> dict[str, str]:
    """An environment that knows nothing of this repository."""
    path = [*map(str, programs), f"{sys.base_prefix}/bin", "/usr/bin", "/bin"]
    return {"HOME": str(home), "PATH": ":".join(path), "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def test_the_wheel_holds_all_that_the_package_reads(wheelhouse: Path) -> None:
    (wheel,) = wheelhouse.glob("tracker_desk-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {one for one in names if one.startswith("tracker/")}
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "tracker"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    assert inside == {one for one in tracked if one and (ROOT / one).is_file()}


def test_the_version_is_semantic_and_has_notes() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", __version__)
    notes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{__version__}]" in notes or f"What will be {__version__}:" in notes


def test_the_sdist_builds_the_same_wheel(wheelhouse: Path, tmp_path: Path) -> None:
    source = build(tmp_path, "sdist")
    subprocess.run(["tar", "-xzf", str(source)], cwd=tmp_path, check=True)
    folder = tmp_path / source.name.removesuffix(".tar.gz")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(tmp_path)], cwd=folder, check=True, capture_output=True)
    (again,) = tmp_path.glob("*.whl")
    (first,) = wheelhouse.glob("tracker_desk-*.whl")
    names = [sorted(zipfile.ZipFile(one).namelist()) for one in (first, again)]
    assert names[0] == names[1]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_init_check_build_and_completion_outside_the_repository(
    installed: Path, tmp_path: Path, language: str
) -> None:
    env = surroundings(tmp_path, installed)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["tracker", *arguments], cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version") == f"tracker, version {__version__}\n"
    options = ["--name", "Desk", "--prefix", "ACCREDO", "--address", "support@example.org"]
    run("init", "desk", *options, "--language", language, "--visibility", "public", "--yes")
    run("-C", "desk", "check")
    run("-C", "desk", "build")
    page = (tmp_path / "desk/site/index.html").read_text("utf-8")
    assert ("Мои" in page or "Обращения" in page) is (language == "ru")
    assert list((tmp_path / "desk/site/assets").rglob("*stemmer*"))
    for shell in ("bash", "zsh", "fish"):
        assert "tracker" in run("completion", shell)
    assert (tmp_path / "desk/AGENTS.md").exists()


# The quick start, as it stands in the documentation


class Reader:
    """Somebody who types what the quick start says, in a machine of their own."""

    def __init__(self, home: Path, replaced: dict[str, str], env: dict[str, str]) -> None:
        self.home = home
        self.replaced = replaced
        self.env = env
        self.folder = home

    def here(self, text: str) -> str:
        """Put this machine's servers and folders in the place of the examples."""
        for example, real in self.replaced.items():
            text = text.replace(example, real)
        return text

    def shell(self, code: str) -> str:
        """Run lines of shell; folder and variables stay for the next ones."""
        script = f"set -e\n{self.here(code)}\npwd >{self.home}/.pwd; env -0 >{self.home}/.env\n"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
        self.folder = Path((self.home / ".pwd").read_text().strip())
        pairs = (self.home / ".env").read_text().split("\0")
        self.env = dict(pair.split("=", 1) for pair in pairs if pair)
        return done.stdout + done.stderr

    def talk(self, command: str, transcript: str) -> str:
        """Answer a command's questions at a terminal as the transcript shows it; return what was
        shown. A question is a line without an end that the transcript goes on with an answer.
        """
        master, slave = os.openpty()
        process = subprocess.Popen(
            ["bash", "-c", self.here(command)],
            cwd=self.folder,
            env=self.env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        shown, answered = "", 0
        rest = transcript
        while True:
            ready, _, _ = select.select([master], [], [], 60)
            assert ready, f"nothing more is shown: {shown}"
            try:
                shown += os.read(master, 65536).decode().replace("\r\n", "\n")
            except OSError:
                break
            question = shown[answered:].rpartition("\n")[2]
            if question.endswith(": ") and question in rest:
                answer, _, rest = rest.partition(question)[2].partition("\n")
                if "last four letters" in question:  # of a secret that is another each time
                    answer = re.findall(r"TRACKER_SECRET=(\S+)", shown)[0][-4:]
                os.write(master, f"{self.here(answer)}\n".encode())
                answered = len(shown)
        os.close(master)
        assert process.wait(60) == 0, shown
        return shown


def test_quick_start_leads_from_nothing_to_a_published_desk(
    wheelhouse: Path, tmp_path: Path, mailbox: Mailbox, smtp: SmtpServer
) -> None:
    """Every block of shell is typed in order, in an environment that has the wheel alone."""
    smtp.demand_auth("support", PASSWORD)
    mailbox.append(letter("ivan", subject="Printer"))
    remote, web = tmp_path / "team" / "desk.git", tmp_path / "web"
    home = tmp_path / "home"
    home.mkdir()
    replaced = {
        "imaps://support@imap.example.org": mailbox.url,
        "smtps://support@smtp.example.org": smtp.url_for("support"),
        "git@git.example.org:team/desk.git": str(remote),
        "web.example.org:/var/www/desk/": f"{web}/",
        "the-mailbox-password": PASSWORD,
    }
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    reader = Reader(home, replaced, surroundings(home) | index(wheelhouse))
    made = ""
    for block in BLOCK.finditer(QUICKSTART.read_text("utf-8")):
        code = block["code"]
        if block["kind"] == "sh":
            reader.shell(code.replace("the-secret-that-init-showed", made))
            continue
        for part in code.split("$ ")[1:]:
            command, _, transcript = part.partition("\n")
            if command.startswith("tracker init"):
                shown = reader.talk(command, transcript)
                made = re.findall(r"TRACKER_SECRET=(\S+)", shown)[0]
                assert "free minutes" not in shown  # nothing runs at a host yet
            else:
                said = reader.shell(command)
                for line in transcript.splitlines():
                    assert re.sub(r"[\d.]+", "N", line) in re.sub(r"[\d.]+", "N", said), line
    assert len(made) > 40
    log = subprocess.run(
        ["git", "-C", str(remote), "ls-tree", "-r", "--name-only", "main"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tickets/000/ACCREDO-1.md" in log.stdout
    assert "Printer" in (web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert len(smtp.letters_to("ivan@example.org")) == 1
    assert SECRET not in made
