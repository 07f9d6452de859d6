"""Hosts other than GitHub: GitLab's pipeline, cron, systemd, nginx, run or read as written."""

from __future__ import annotations

import configparser
import gzip
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import pytest
import yaml

from tests.desk.conftest import RealDesk, letter
from tests.desk.hosted import (
    SECRET,
    TYPES,
    check_bucket,
    check_order,
    index,
    installed,
    publish,
    wheelhouse,
    write_hosting,
)
from tests.desk.people import FILE
from tests.servers import Mailbox, SmtpServer
from tests.servers.dovecot import PASSWORD
from tests.servers.github import GitHubServer
from tests.servers.nginx import Nginx
from tests.servers.s3 import S3, WHEELS
from tests.servers.s3_gate import CUT, Gate
from tests.servers.sshd import Sshd
from tracker.desk.hosting import BIN, ROOT, WEB

__all__ = ["installed", "wheelhouse"]
pytestmark = pytest.mark.servers


_CAPTURED: dict[str, Any] = {"capture_output": True, "text": True}


def at_remote(desk: RealDesk) -> str:
    command = ["git", "-C", str(desk.remote), "ls-tree", "-r", "--name-only", "main"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# GitLab


def steps(script: Any) -> Iterator[str]:
    """Yield the lines of a script, lists in it taken apart as GitLab does."""
    for one in script:
        if isinstance(one, list):
            yield from steps(one)
        else:
            yield one


class GitLab:
    """Runs jobs of the pipeline in clean clones, checked out at a commit."""

    def __init__(self, desk: RealDesk, home: Path, wheelhouse: Path, cache: Path) -> None:
        self.desk = desk
        self.home = home
        self.cache = cache
        self.programs = [f"{sys.base_prefix}/bin", "/usr/bin", "/bin"]
        self.variables = {
            **index(wheelhouse),
            "TRACKER_SECRET": SECRET,
            "TRACKER_IMAP_PASSWORD": PASSWORD,
        }
        self.runs = 0

    def run(self, name: str) -> tuple[int, str, Path]:
        self.runs += 1
        assert self.desk.remote
        work = self.home / f"gitlab-{self.runs}"
        head = self._fetch(work)
        kept = self.cache / ".venv-tracker"
        if kept.exists():
            (work / ".venv-tracker").symlink_to(kept)
        pipeline = yaml.safe_load((work / ".gitlab-ci.yml").read_text("utf-8"))
        env = {
            **self.variables,
            "HOME": str(self.home),
            "PATH": ":".join(self.programs),
            "CI": "true",
            "CI_SERVER_URL": self.desk.remote.parent.as_uri(),
            "CI_PROJECT_PATH": self.desk.remote.stem,
            "CI_PROJECT_ID": "1",
            "CI_JOB_TOKEN": "job-canary",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": head,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2",
            "CI_MERGE_REQUEST_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_PROJECT_URL": self.desk.remote.with_suffix("").as_uri(),
        }
        script = "\n".join(["set -e", *steps(pipeline[name]["script"])])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=work,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not kept.exists() and (work / ".venv-tracker").exists():
            (work / ".venv-tracker").rename(kept)  # its programs name the place where it was made
            (work / ".venv-tracker").symlink_to(kept)
        return done.returncode, done.stdout, work

    def _fetch(self, work: Path) -> str:
        """Fetch as GitLab's runner does, with the pipeline's flags; return the commit."""
        assert self.desk.remote
        show = ["git", "-C", str(self.desk.remote)]
        subprocess.run([*show, "config", "uploadpack.allowFilter", "true"], check=True)
        text = subprocess.run([*show, "show", "main:.gitlab-ci.yml"], check=True, **_CAPTURED)
        variables = yaml.safe_load(text.stdout)["variables"]
        assert (variables["GIT_DEPTH"], variables["GIT_STRATEGY"]) == ("0", "fetch")
        git = ["git", "-C", str(work)]
        subprocess.run(["git", "init", "-q", str(work)], check=True)
        subprocess.run([*git, "remote", "add", "origin", self.desk.remote.as_uri()], check=True)
        flags = variables["GIT_FETCH_EXTRA_FLAGS"].split()
        refs = "+refs/heads/*:refs/remotes/origin/*"
        subprocess.run([*git, "fetch", "origin", *flags, refs], check=True)
        kept = subprocess.run([*git, "config", "remote.origin.promisor"], check=True, **_CAPTURED)
        assert kept.stdout == "true\n"  # files of the past come when they are asked for
        subprocess.run([*git, "checkout", "-qf", "--detach", "origin/main"], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, **_CAPTURED)
        return str(head.stdout.strip())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What GitLab keeps from job to job."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def gitlab(
    desk_of: Callable[..., RealDesk], tmp_path: Path, wheelhouse: Path, cache: Path
) -> Callable[..., GitLab]:
    def make(way: str) -> GitLab:
        desk = desk_of()
        write_hosting(desk.root, "--host", "gitlab", "--deploy", way)
        publish(desk.root)
        return GitLab(desk, tmp_path, wheelhouse, cache)

    return make


def test_gitlab_takes_in_answers_and_publishes(
    gitlab: Callable[..., GitLab], mailbox: Mailbox, smtp: SmtpServer, github: GitHubServer
) -> None:
    host = gitlab("pages")
    host.variables["HEARTBEAT_URL"] = f"{github.url}/ping"
    mailbox.append(letter("ivan", subject="Принтер"))
    code, log, work = host.run("inbox")
    assert code == 0, log
    assert FILE in at_remote(host.desk)
    assert "Принтер" in (work / "public/tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert "| opened | 1 | ACCREDO-1 |" in (work / "summary.md").read_text("utf-8")
    assert len(smtp.letters_to("ivan@example.org")) == 1
    for word in (SECRET, "job-canary", "ivan@", "Принтер"):
        assert word not in log

    mailbox.append(letter("olga"))
    code, log, work = host.run("portal")
    assert code == 0, log
    assert "ACCREDO-2.md" not in at_remote(host.desk)
    assert github.pings == 1  # of the intake

    code, log, work = host.run("check")
    assert code == 0, log

    host.variables["TRACKER_IMAP_PASSWORD"] = "wrong-canary"
    code, log, work = host.run("inbox")
    assert code == 1
    assert "wrong-canary" not in log
    assert not (work / "public").exists()


def test_gitlab_publishes_by_rsync(gitlab: Callable[..., GitLab], mailbox: Mailbox) -> None:
    host = gitlab("rsync")
    web = host.home / "web"
    mailbox.append(letter("ivan", subject="Принтер"))
    with Sshd(host.home / "sshd") as sshd:
        host.programs.insert(0, str(sshd.client))
        host.variables["DEPLOY_KEY"] = sshd.key
        host.variables["DEPLOY_KNOWN_HOSTS"] = sshd.known_hosts
        host.variables["DEPLOY_TARGET"] = sshd.target(f"{web}/")
        code, log, _ = host.run("inbox")
    assert code == 0, log
    assert "Принтер" in (web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert not any(line in log for line in sshd.key.splitlines())


@pytest.mark.soak
def test_gitlab_publishes_to_a_bucket(gitlab: Callable[..., GitLab], mailbox: Mailbox) -> None:
    host = gitlab("s3")
    mailbox.append(letter("ivan", subject="Принтер"))
    host.variables["PIP_FIND_LINKS"] += f" {WHEELS}"
    with S3(host.home / "s3") as s3:
        host.variables["AWS_ACCESS_KEY_ID"] = s3.key
        host.variables["AWS_SECRET_ACCESS_KEY"] = s3.secret
        host.variables["AWS_ENDPOINT_URL"] = s3.url
        host.variables["S3_TARGET"] = "s3://web"
        code, log, work = host.run("inbox")
        assert code == 0, log
        check_order(s3.changed())
        check_bucket(s3, work / "site")
        host.variables["S3_TARGET"] = "s3://nowhere"
        code, log, _ = host.run("portal")
        assert (code, "NoSuchBucket" in log) == (1, True)
        assert s3.secret not in log
    python = str(work / ".venv-tracker/bin/python")
    frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, **_CAPTURED)
    there = frozen.stdout.lower().replace("_", "-").split()
    wanted = (work / "requirements.txt").read_text().lower().replace("_", "-").split()
    assert not [one for one in wanted if "==" in one and one not in there]


# A server


class Server:
    """A machine with a desk, its files of hosting/ moved to folders of the test."""

    def __init__(self, desk: RealDesk, bin_: Path, folder: Path, watchdog: str) -> None:
        self.desk = desk
        self.web = folder / "web"
        self.environment = folder / "desk.env"
        names = {"TRACKER_SECRET": SECRET, "TRACKER_IMAP_PASSWORD": PASSWORD}
        names |= {"HEARTBEAT_URL": f"{watchdog}/ping", "ALARM_URL": f"{watchdog}/alarm"}
        self.environment.write_text((desk.root / "hosting/desk.env.example").read_text("utf-8"))
        self.set(**names)
        self.folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.places = {
            BIN: str(bin_),
            ROOT: str(desk.root),
            WEB: str(self.web),
            "/etc/tracker/desk.env": str(self.environment),
            "/usr/local/bin": str(self.programs),
        }

    def set(self, **values: str) -> None:
        """Write values into the environment's file; the last of a name counts."""
        with self.environment.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())

    def job(self) -> tuple[str, dict[str, str]]:
        """Install the script that cron runs; return cron's command and environment."""
        script = self.programs / "tracker-job"
        script.write_text(self.read("tracker-job"))
        script.chmod(0o755)
        *settings, job = self.read("crontab").splitlines()
        times, command = " ".join(job.split(" ")[:5]), job.split(" ", 5)[5]
        assert re.fullmatch(r"[\d,]+ [\d,*]+ \* \* \*", times)
        assert command == str(script)
        env = dict(line.split("=", 1) for line in settings if line and line[0] != "#")
        env["PATH"] += f":{sys.base_prefix}/bin"
        return command, env | {"HOME": os.environ["HOME"]}

    def run_job(self) -> tuple[int, str]:
        """Run what cron runs; return the exit status and what cron would mail."""
        command, env = self.job()
        done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True)
        assert done.stdout == ""
        return done.returncode, done.stderr

    def read(self, name: str) -> str:
        text = (self.desk.root / "hosting" / name).read_text("utf-8")
        for place, here in self.places.items():
            text = text.replace(place, here)
        return text

    def units(self, name: str) -> configparser.ConfigParser:
        """Read a unit; what may stand more than once is numbered."""
        count = iter(range(100))
        text = re.sub(
            r"^(Exec\w+|ReadWritePaths)=",
            lambda m: f"{m[1]}.{next(count)}=",
            self.read(name),
            flags=re.MULTILINE,
        )
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
        return parser


@pytest.fixture
def server(
    desk_of: Callable[..., RealDesk], installed: Path, tmp_path: Path, github: GitHubServer
) -> Server:
    desk = desk_of()
    write_hosting(desk.root, "--host", "cron", "--deploy", "rsync", "--every", "5")
    publish(desk.root)
    return Server(desk, installed, tmp_path, github.url)


def test_systemd_runs_the_job(
    server: Server, mailbox: Mailbox, smtp: SmtpServer, github: GitHubServer
) -> None:
    unit = server.units("tracker.service")["Service"]
    assert unit["Type"] == "oneshot"
    good = {0, *map(int, unit["SuccessExitStatus"].split())}
    lines = server.environment.read_text().splitlines()
    env = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    mailbox.append(letter("ivan", subject="Принтер"))
    env |= {"PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin", "HOME": os.environ["HOME"]}

    def start(command: str) -> int:
        words = shlex.split(command.removeprefix("-"))
        return subprocess.run(words, env=env, check=False).returncode

    for key, command in unit.items():
        if key.startswith(("ExecStart.", "ExecStartPost.")):
            assert start(command) in good, command
    assert "Принтер" in (server.web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert FILE in at_remote(server.desk)
    assert len(smtp.letters_to("ivan@example.org")) == 1
    assert github.pings == 1
    shutil.rmtree(server.web)
    server.web.write_text("no folder\n")  # rsync's own status would be one of the good ones
    (publishing,) = [one for one in unit.values() if "rsync" in one]
    assert start(publishing) not in good
    timer = server.units("tracker.timer")["Timer"]
    assert timer["OnUnitInactiveSec"] == "5min"


def test_systemd_follows_the_mailbox(server: Server, mailbox: Mailbox, smtp: SmtpServer) -> None:
    unit = server.units("tracker-watch.service")["Service"]
    assert unit["Type"] == "notify"
    (command,) = [one for key, one in unit.items() if key.startswith("ExecStart.")]
    *words, publishing = shlex.split(command)
    assert publishing == f"{server.programs}/tracker-job publish"
    script, env = server.job()
    lines = server.environment.read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    pipe = subprocess.PIPE
    with subprocess.Popen([*words, f"{script} publish"], env=env | given, stdout=pipe) as process:
        limit = threading.Timer(120, process.kill)
        limit.start()
        assert process.stdout is not None
        said = map(bytes.decode, process.stdout)
        assert any("portal built" in line for line in said)
        assert (server.web / "index.html").exists()
        mailbox.append(letter("ivan", subject="Принтер"))
        assert any("1 opened" in line for line in said)
        assert any("portal built" in line for line in said)
        process.terminate()
        said = [*said]
        limit.cancel()
    assert process.returncode == 0
    assert "Принтер" in (server.web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert len(smtp.letters_to("ivan@example.org")) == 1


def test_cron_runs_the_job(server: Server, mailbox: Mailbox, github: GitHubServer) -> None:
    mailbox.append(letter("ivan", subject="Принтер"))
    assert server.run_job() == (0, "")
    assert (github.pings, github.alarms) == (1, 0)
    card = server.web / "tickets/ACCREDO-1/index.html"
    assert "Принтер" in card.read_text("utf-8")

    server.desk.smtp.refuse_recipient("olga@example.org", "550 5.1.1 unknown")
    mailbox.append(letter("olga"))
    code, said = server.run_job()
    assert (code, "not sent" in said) == (3, True)  # which is good
    assert (github.pings, github.alarms) == (2, 0)

    card.unlink()
    server.set(TRACKER_IMAP_PASSWORD="wrong-canary")
    code, said = server.run_job()
    assert (code, "wrong-canary" in said) == (1, False)
    assert (github.pings, github.alarms) == (2, 1)
    assert card.exists()  # what is there is published all the same

    server.set(TRACKER_IMAP_PASSWORD=PASSWORD, HEARTBEAT_URL="http://127.0.0.1:1/")
    code, said = server.run_job()
    assert (code, said) == (0, "HEARTBEAT_URL does not answer\n")
    shutil.rmtree(server.web)
    server.web.write_text("no folder\n")  # nothing can be published here
    assert server.run_job()[0] == 1
    assert github.alarms == 2


def test_a_container_runs_the_same_job(
    server: Server, mailbox: Mailbox, github: GitHubServer
) -> None:
    """Its environment comes from outside, and it has no file of it."""
    script, env = server.job()
    lines = server.environment.read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    server.environment.unlink()
    mailbox.append(letter("ivan", subject="Принтер"))
    done = subprocess.run(["sh", script], env=env | given, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Принтер" in (server.web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert github.pings == 1
    done = subprocess.run(
        ["sh", script],
        env=env | given | {"TRACKER_IMAP_PASSWORD": "wrong"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, github.alarms) == (1, 1)


@pytest.fixture
def s3(server: Server) -> Iterator[S3]:
    """A store whose key may write the bucket ``web``; the server's desk goes there."""
    write_hosting(server.desk.root, "--host", "cron", "--deploy", "s3")
    with S3(server.folder / "s3") as store:
        (server.programs / "aws").symlink_to(store.client / "aws")
        server.set(S3_TARGET="s3://web", AWS_ENDPOINT_URL=store.url)
        server.set(AWS_ACCESS_KEY_ID=store.key, AWS_SECRET_ACCESS_KEY=store.secret)
        yield store


@pytest.mark.soak
def test_cron_publishes_to_a_bucket(
    server: Server, mailbox: Mailbox, github: GitHubServer, s3: S3
) -> None:
    mailbox.append(letter("ivan", subject="Принтер"))
    assert server.run_job() == (0, "")
    site = server.desk.root / "site"
    assert "Принтер" in (site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    check_order(s3.changed())
    check_bucket(s3, site)
    s3.put("gone.html")
    assert server.run_job() == (0, "")
    assert s3.changed()[-1] == ("DELETE", "gone.html")
    assert github.pings == 2

    server.set(AWS_SECRET_ACCESS_KEY="aws-canary")
    code, said = server.run_job()
    assert (code, "SignatureDoesNotMatch" in said, "canary" in said) == (1, True, False)
    assert (github.pings, github.alarms) == (2, 1)
    assert s3.changed() == []


MEND = "s3://web is not up to date; old pages stay, the next run goes on."
SITES: tuple[dict[str, str], dict[str, str]] = (
    {
        "assets/old.css": "p {}",
        "index.html": '<link href="assets/old.css"> <a href="requests/">',
        "requests/index.html": '<a href="../tickets/A-0/"> <a href="../tickets/A-1/">',
        "tickets/A-0/index.html": '<link href="../../assets/old.css">',
        "tickets/A-1/index.html": '<link href="../../assets/old.css">',
    },
    {
        "assets/new.css": "p { margin: 0 }",
        "index.html": '<link href="assets/new.css"> <a href="requests/"> and more',
        "requests/index.html": '<a href="../tickets/A-1/"> <a href="../tickets/A-2/"> and more',
        "tickets/A-1/index.html": '<link href="../../assets/new.css"> and more',
        "tickets/A-2/index.html": '<link href="../../assets/new.css"> <img src="photo.png">',
        "tickets/A-2/photo.png": "a photo",
    },
)
"""What is published, and what comes after it: a new request, one less, another style."""


def write_site(site: Path, files: dict[str, str]) -> None:
    """Write a site that was built an hour ago: what is younger than its upload goes up twice."""
    shutil.rmtree(site, ignore_errors=True)
    then = time.time() - 3600
    for name, text in files.items():
        file = site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (then, then))


def check_links(s3: S3) -> dict[str, str]:
    """Each page in the bucket is one of the two, whole, and leads to what is there; return all."""
    texts = {
        hashlib.sha256(text.encode()).hexdigest(): text for site in SITES for text in site.values()
    }
    stored = {name: texts[one.sha256] for name, one in s3.stored().items()}
    for name, text in stored.items():
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            led = urljoin(name, link)
            assert (f"{led}index.html" if led.endswith("/") else led) in stored, (name, link)
    return stored


@pytest.fixture
def gate(server: Server, s3: S3) -> Iterator[Gate]:
    """What stands before the bucket. The CLI tries once, and sends one file at a time."""
    config = server.folder / "aws"
    config.write_text("[default]\ns3 =\n  max_concurrent_requests = 1\n")
    with Gate(s3) as standing:
        server.set(AWS_ENDPOINT_URL=standing.url, AWS_MAX_ATTEMPTS="1", AWS_CONFIG_FILE=str(config))
        yield standing


@pytest.mark.parametrize("count", [1, pytest.param(3, marks=pytest.mark.soak)])
def test_a_transfer_that_breaks_off_loses_no_page(
    server: Server, s3: S3, gate: Gate, count: int
) -> None:
    """Wherever it ends: old pages stay, no link leads nowhere, and the next run goes on."""
    script, env = server.job()
    site = server.desk.root / "site"

    def run() -> tuple[int, str, list[str], list[str]]:
        done = subprocess.run([script, "publish"], env=env, capture_output=True, text=True)
        asked = [(f"{how} {name}", let) for how, name, let in gate.asked()]
        passed = [one for one, let in asked if let]
        return done.returncode, done.stderr, passed, [one for one, let in asked if not let]

    old, new = SITES
    write_site(site, old)
    assert run()[:2] == (0, "")
    write_site(site, new)
    assets = {"PUT assets/new.css", "PUT tickets/A-2/photo.png"}
    cards = {f"PUT tickets/{one}/index.html" for one in ("A-1", "A-2")}
    lists = {"PUT index.html", "PUT requests/index.html"}
    faults = (1, 500, "InternalError"), (2, 403, "AccessDenied"), (2, CUT, "Connection was closed")

    sent: list[str] = []
    waiting: list[str] = []
    steps = list(zip(faults, (assets, cards, lists), strict=True))
    for (after, answer, word), files in steps[:count]:
        gate.shut(after, answer)
        code, said, passed, refused = run()
        assert (code, word in said, MEND in said) == (1, True, True)
        assert passed[:-1] == waiting
        assert {passed[-1], *refused} == files
        sent, waiting = [*sent, *passed], refused
        names = [one.removeprefix("PUT ") for one in sent]
        assert check_links(s3) == old | {name: new[name] for name in names}

    gate.open()
    code, said, *asked = run()
    left = (assets | cards | lists).difference(sent)
    gone = {f"DELETE {name}" for name in old.keys() - new.keys()}
    assert (code, said, *map(set, asked)) == (0, "", left | gone, set())
    order = [
        next(at for at, some in enumerate((assets, cards, lists, gone)) if one in some)
        for one in asked[0]
    ]
    assert order == sorted(order)
    assert check_links(s3) == new

    lines = server.environment.read_text().splitlines(keepends=True)
    server.environment.write_text("".join(one for one in lines if "S3_TARGET" not in one))
    code, said, *asked = run()
    assert (code != 0, "S3_TARGET, which names no bucket" in said, asked) == (True, True, [[], []])


def test_systemd_publishes_to_a_bucket(server: Server, s3: S3) -> None:
    unit = server.units("tracker.service")["Service"]
    good = {0, *map(int, unit["SuccessExitStatus"].split())}

    def run(part: str) -> list[int]:
        lines = server.environment.read_text().splitlines()
        given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
        given |= {"HOME": os.environ["HOME"], **dict([unit["Environment"].split("=", 1)])}
        codes = []
        for key, command in unit.items():
            if key.startswith("ExecStart.") and part in command:
                words = [
                    one.replace("${S3_TARGET}", given["S3_TARGET"]) for one in shlex.split(command)
                ]
                codes.append(subprocess.run(words, env=given, check=False).returncode)
        return codes

    assert run("tracker -C") == [0, 0]
    assert run("aws s3") == [0, 0, 0, 0]
    check_order(s3.changed())
    check_bucket(s3, server.desk.root / "site")
    server.set(S3_TARGET="s3://nowhere")
    assert run("aws s3")[0] not in good


def test_cron_without_a_portal(server: Server, mailbox: Mailbox, github: GitHubServer) -> None:
    write_hosting(server.desk.root, "--host", "cron", "--deploy", "none")
    mailbox.append(letter("ivan"))
    assert server.run_job() == (0, "")
    assert FILE in at_remote(server.desk)
    assert github.pings == 1
    assert not server.web.exists()


def test_units_are_right_to_systemd(server: Server, tmp_path: Path) -> None:
    """By systemd itself where it is at hand; else by their sections and keys."""
    folder = tmp_path / "units"
    folder.mkdir()
    names = tuple(f"tracker{one}" for one in (".service", ".timer", "-alarm.service"))
    names += ("tracker-watch.service",)
    for name in names:
        (folder / name).write_text(server.read(name))
        assert set(server.units(name)) <= {"DEFAULT", "Unit", "Service", "Timer", "Install"}
    if program := shutil.which("systemd-analyze"):
        command = [program, "verify", "--man=no", *(str(folder / name) for name in names)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if str(folder) in line]
        assert said == [], done.stderr


# The web server

HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "server": "nginx",  # and no version
}
"""What nginx says with everything it answers."""
COMPRESSED = {".html", ".css", ".js", ".json", ".xml"}
"""What is small on the way; told `nosniff`, a browser takes it of its right type alone."""


@pytest.fixture
def nginx(server: Server, mailbox: Mailbox, tmp_path: Path) -> Iterator[Nginx]:
    """The web server of a machine whose job has published a desk with one ticket."""
    mailbox.append(letter("ivan", subject="Принтер"))
    assert server.run_job() == (0, "")
    with Nginx(tmp_path / "nginx", server.read("nginx.conf")) as running:
        yield running


def test_nginx_serves_the_site(server: Server, nginx: Nginx) -> None:
    page = nginx.get("/tickets/ACCREDO-1/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Принтер" in page.body.decode()
    assert HEADERS.items() <= page.headers.items()
    assert page.headers["cache-control"] == "no-cache"
    again = nginx.get("/tickets/ACCREDO-1/", If_None_Match=page.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    slashed = nginx.get("/tickets/ACCREDO-1")
    assert slashed.status == 301
    assert slashed.headers["location"].endswith("/tickets/ACCREDO-1/")

    missing = nginx.get("/nowhere/")
    assert (missing.status, missing.body) == (404, (server.web / "404.html").read_bytes())
    assert HEADERS.items() <= missing.headers.items()
    check_every_file(server, nginx)


def check_every_file(server: Server, nginx: Nginx) -> None:
    """Each is there byte for byte, of a type by which a browser takes it, and small on the way."""
    seen = set()
    for file in server.web.rglob("[!.]*"):
        if file.is_dir():
            continue
        path = f"/{quote(str(file.relative_to(server.web)))}"
        plain = nginx.get(path)
        assert (plain.status, plain.body) == (200, file.read_bytes())
        assert HEADERS.items() <= plain.headers.items()
        if file.suffix in COMPRESSED:
            seen.add(file.suffix)
            small = nginx.get(
                f"/{quote(str(file.relative_to(server.web)))}", Accept_Encoding="gzip"
            )
            assert small.headers["content-type"].partition(";")[0] in TYPES[file.suffix]
            assert small.headers["content-encoding"] == "gzip"
            assert small.headers["vary"] == "Accept-Encoding"
            assert gzip.decompress(small.body) == plain.body
    assert seen == COMPRESSED


def test_nginx_lists_no_folder_and_shows_no_hidden_file(server: Server, nginx: Nginx) -> None:
    for path in (".git/config", ".env", "tickets/.old/index.html", ".well-known/security.txt"):
        file = server.web / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("canary\n")
    for path in ("/.git/config", "/.git/", "/.git", "/.env", "/tickets/.old/", "/%2eenv"):
        hidden = nginx.get(path)
        assert hidden.status == 403
        assert b"canary" not in hidden.body
        assert HEADERS.items() <= hidden.headers.items()
    assert nginx.get("/.well-known/security.txt").body == b"canary\n"
    folders = [one for one in server.web.rglob("*") if one.is_dir() and one.name[0] != "."]
    bare = [one for one in folders if not (one / "index.html").exists()]
    assert bare
    for one in bare:
        listed = nginx.get(f"/{one.relative_to(server.web)}/")
        assert listed.status == 403
        assert not any(name.name.encode() in listed.body for name in one.iterdir())


def test_container_file_names_what_is_there(server: Server) -> None:
    """No engine is asked of a test machine: every COPY's source exists, nothing runs as root."""
    text = server.read("Containerfile")
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", text, re.MULTILINE))
    for source in copied:
        assert (server.desk.root / source).is_file()
    (command,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    assert json.loads(command) == ["sh", copied["hosting/tracker-job"]]
    lines = text.split("\n")
    assert lines.index("USER tracker") < next(n for n, one in enumerate(lines) if "CMD" in one)
    assert "TRACKER_" not in text
