"""The workflows that init writes, as written: linted, and their steps run on real servers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.hosted import (
    SECRET,
    check_bucket,
    check_order,
    index,
    publish,
    wheelhouse,
    write_hosting,
)
from tests.desk.people import FILE, Person
from tests.servers import Mailbox, SmtpServer
from tests.servers.actions import Done, Runner
from tests.servers.dovecot import PASSWORD
from tests.servers.github import GitHubServer
from tests.servers.s3 import S3
from tests.servers.sshd import Sshd, make_key
from tracker.core.accounts.layout import bundle_path
from tracker.core.hosting.choices import Hosting
from tracker.core.settings import read_settings
from tracker.desk.hosting import hosting_files
from tracker.desk.init import settings_text

__all__ = ["wheelhouse"]
pytestmark = pytest.mark.servers
PUBLISH = ("pages", "rsync", "s3", "none")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of all runs, so that Tracker is installed once; GitHub's cache does the same."""
    return tmp_path_factory.mktemp("runner")


@pytest.fixture
def runner_of(
    desk_of: Callable[..., RealDesk],
    home: Path,
    wheelhouse: Path,
    tmp_path: Path,
    github: GitHubServer,
) -> Callable[[str], Runner]:
    """A factory of runners for a public or private desk with workflows that publish on Pages."""

    def make(visibility: str) -> Runner:
        desk = desk_of(visibility=visibility)
        write_hosting(desk.root, "--host", "github", "--deploy", "pages")
        publish(desk.root)
        github.workflows = {"inbox.yml": "active"}
        assert desk.remote
        git = ["git", "-C", str(desk.remote)]
        subprocess.run([*git, "config", "uploadpack.allowFilter", "true"], check=True)
        secrets = {
            "TRACKER_SECRET": SECRET,
            "TRACKER_IMAP_PASSWORD": PASSWORD,
            "TRACKER_SMTP_PASSWORD": "smtp-canary",
        }
        surroundings = github.environment() | index(wheelhouse)
        return Runner(tmp_path, desk.remote, home, secrets, surroundings)

    return make


@pytest.fixture
def runner(runner_of: Callable[[str], Runner]) -> Runner:
    """A runner for a public desk."""
    return runner_of("public")


def desk_at(runner: Runner, name: str = "person") -> Person:
    """A person's clone of the desk."""
    folder = runner.folder / name
    subprocess.run(["git", "clone", "-q", str(runner.remote), str(folder)], check=True)
    return Person(folder, "Анна", "anna@example.org")


def test_inbox_takes_in_answers_and_publishes(
    runner: Runner, mailbox: Mailbox, smtp: SmtpServer, github: GitHubServer
) -> None:
    runner.secrets["HEARTBEAT_URL"] = f"{github.url}/ping"
    mailbox.append(letter("ivan", subject="Принтер"))
    done = runner.run("inbox")
    assert done.ok, done.log
    assert "| opened | 1 | ACCREDO-1 |" in done.summary
    assert "| sent | " in done.summary
    assert "/site: 1 tickets" in done.summary
    assert github.pings == 1
    (site,) = runner.deployed
    assert "Принтер" in (site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    letters = smtp.letters_to("ivan@example.org")
    assert len(letters) == 1
    log = subprocess.run(
        ["git", "-C", str(runner.remote), "ls-tree", "-r", "--name-only", "main"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert FILE in log.stdout
    for word in (SECRET, PASSWORD, "smtp-canary", "ivan@", "Принтер"):
        assert word not in done.log + done.summary

    again = runner.run("inbox")
    assert again.ok, again.log
    assert "Build the portal" not in again.ran
    assert "Publish on Pages" not in again.ran

    runner.caches.clear()  # a cache is only a cache
    third = runner.run("inbox")
    assert third.ok, third.log
    assert "Publish on Pages" in third.ran
    assert len(runner.deployed) == 2
    names = [{path.relative_to(one) for path in one.rglob("*")} for one in runner.deployed]
    assert names[0] == names[1]


def test_a_private_desk_publishes_no_word_of_a_ticket(
    runner_of: Callable[[str], Runner], mailbox: Mailbox, smtp: SmtpServer
) -> None:
    runner = runner_of("private")
    words = "Кафедра потеряла протокол заседания"
    usual = "Здравствуйте, это ivan, письмо 0.".encode()
    mailbox.append(letter("ivan", subject="Гектограф").replace(usual, words.encode()))
    done = runner.run("inbox")
    assert done.ok, done.log
    assert "| opened | 1 | ACCREDO-1 |" in done.summary
    assert "Publish on Pages" in done.ran
    assert len(smtp.letters_to("ivan@example.org")) == 2  # the number, and how to get in
    (site,) = runner.deployed
    assert (site / "requests/index.html").exists()
    assert files_of(site / bundle_path(""))
    shown = [f"{one.relative_to(site)}\n".encode() + one.read_bytes() for one in files_of(site)]
    for word in ("Гектограф", *words.split(), "ivan@", "ACCREDO-1", SECRET):
        assert not [one for one in shown if word.encode() in one], word
        if word != "ACCREDO-1":
            assert word not in done.log + done.summary


def files_of(site: Path) -> list[Path]:
    """Return every file of a site."""
    return [one for one in site.rglob("*") if one.is_file()]


def test_portal_sends_what_an_agent_committed(
    runner: Runner, mailbox: Mailbox, smtp: SmtpServer
) -> None:
    mailbox.append(letter("ivan"))
    assert runner.run("inbox").ok
    anna = desk_at(runner)
    anna.draft("Готово, проверьте.\n\n/close\n")
    anna.commit()
    anna.git("push", "-q", "origin", "main")
    mailbox.append(letter("olga"))
    del runner.secrets["TRACKER_IMAP_PASSWORD"]
    done = runner.run("portal")
    assert done.ok, done.log
    assert "| stamped | 1 | ACCREDO-1 |" in done.summary
    assert "opened" not in done.summary
    assert "See whether the schedule is alive" in done.ran
    answers = smtp.letters_to("ivan@example.org")
    assert "Готово, проверьте." in answers[-1].message.get_body().get_content()
    card = runner.deployed[-1] / "tickets/ACCREDO-1/index.html"
    assert "Готово, проверьте." in card.read_text("utf-8")


def test_a_failing_mailbox_turns_the_job_red(runner: Runner, github: GitHubServer) -> None:
    runner.secrets["TRACKER_IMAP_PASSWORD"] = "wrong-canary"
    done = runner.run("inbox")
    assert not done.ok
    assert "::error title=Tracker::" in done.log
    assert "wrong-canary" not in done.log
    assert "Build the portal" not in done.ran
    assert runner.deployed == []
    assert [one["title"] for one in github.issues] == ["The desk's job fails"]
    assert "/actions/runs/1" in github.issues[0]["body"]

    runner.secrets["TRACKER_IMAP_PASSWORD"] = PASSWORD
    assert runner.run("inbox").ok
    assert github.issues[0]["state"] == "closed"
    assert len(runner.deployed) == 1


def test_a_tracker_that_can_not_be_installed_is_told(
    runner: Runner, github: GitHubServer, tmp_path: Path
) -> None:
    anna = desk_at(runner)
    anna.save("nowhere-to-be-found==1.0\n", "requirements.txt")
    anna.commit()
    anna.git("push", "-q", "origin", "main")
    runner.home = tmp_path / "fresh"
    runner.home.mkdir()
    done = runner.run("inbox")
    assert not done.ok
    assert done.ran[-2:] == ["Install Tracker", "Raise the alarm"]
    assert "::error title=Tracker::No issue could be opened about this failure." in done.log
    assert "Was Tracker installed?" in done.summary
    assert github.issues == []


def test_a_job_that_runs_out_of_time_raises_the_alarm(runner: Runner, github: GitHubServer) -> None:
    runner.time_is_up_in = "Take in mail and send letters"
    done = runner.run("inbox")
    assert not done.ok
    assert done.ran[-2:] == ["Take in mail and send letters", "Raise the alarm"]
    assert [one["title"] for one in github.issues] == ["The desk's job fails"]


def test_nothing_half_built_is_published(
    runner: Runner, mailbox: Mailbox, github: GitHubServer
) -> None:
    mailbox.append(letter("ivan"))
    assert runner.run("inbox").ok
    anna = desk_at(runner)
    anna.save((anna.root / "mkdocs.yml").read_text() + "hooks: [nowhere.py]\n", "mkdocs.yml")
    anna.commit()
    anna.git("push", "-q", "origin", "main")
    done = runner.run("portal")
    assert not done.ok
    assert "nowhere.py" in done.log
    assert "Hand the site over to Pages" not in done.ran
    assert len(runner.deployed) == 1
    assert github.issues[0]["state"] == "open"


def test_check_refuses_faults_and_strangers(runner: Runner, mailbox: Mailbox) -> None:
    mailbox.append(letter("ivan"))
    assert runner.run("inbox").ok
    event = runner.folder / "event.json"
    stranger = desk_at(runner, "stranger")
    stranger.git("checkout", "-q", "-b", "mend")
    stranger.save("# Mended\n", "docs/help/index.md")
    stranger.commit()
    stranger.git("push", "-q", "origin", "mend")
    sha = stranger.git("rev-parse", "origin/main").strip()
    fork = '{"repo": {"full_name": "x/desk"}, "ref": "mend"}'
    base = f'{{"ref": "main", "sha": "{sha}", "repo": {{"full_name": "org/desk"}}}}'
    event.write_text(f'{{"pull_request": {{"head": {fork}, "base": {base}}}}}')
    done = runner.run("check", "mend", GITHUB_EVENT_PATH=str(event))
    assert done.ok, done.log

    stranger.draft("Пароль: 1\n")
    stranger.commit()
    stranger.git("push", "-q", "origin", "mend")
    done = runner.run("check", "mend", GITHUB_EVENT_PATH=str(event))
    assert not done.ok
    assert "a pull request from outside must not change tickets" in done.log
    assert done.ran[-1] == "Check settings and tickets"


def test_heartbeat_switches_the_schedule_on_again(runner: Runner, github: GitHubServer) -> None:
    github.workflows["inbox.yml"] = "disabled_inactivity"
    done = runner.run("heartbeat")
    assert done.ok, done.log
    assert github.workflows["inbox.yml"] == "active"
    assert [one["title"] for one in github.issues] == ["The desk's schedule needs a look"]


# Linted


@pytest.fixture(scope="module")
def all_hosting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk for each way to host and publish one."""
    folder = tmp_path_factory.mktemp("hosting")
    mailbox = {"address": "support@example.org"}
    for visibility in ("public", "private"):
        desk = {"name": "Desk", "prefix": "ACCREDO", "visibility": visibility}
        settings = read_settings(settings_text({"desk": desk, "mailbox": mailbox}, {}))
        for way in PUBLISH:
            for host in ("github", "gitlab", "cron"):
                if (host, way) == ("cron", "pages"):
                    continue
                chosen = Hosting(host, way, 30, open_source=False, package="tracker-desk==0.1.0")
                for path, text in hosting_files(chosen, settings).items():
                    target = folder / f"{host}-{way}-{visibility}" / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, "utf-8")
    return folder


def test_linters_find_nothing(all_hosting: Path) -> None:
    tools = Path(sys.executable).parent
    workflows = sorted(map(str, all_hosting.glob("*/.github/workflows/*.yml")))
    pipelines = sorted(map(str, all_hosting.glob("*/.gitlab-ci.yml")))
    assert (len(workflows), len(pipelines)) == (32, 8)
    for command in (
        [str(tools / "zizmor"), "--offline", "--quiet", "--persona=pedantic", *workflows],
        [str(tools / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"],
        [str(tools / "check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci"],
    ):
        kind = command[-1].rpartition(".")[2]
        files = {"github-workflows": workflows, "gitlab-ci": pipelines}.get(kind, [])
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_by_commit_and_secrets_stand_in_env_alone(all_hosting: Path) -> None:
    for file in all_hosting.glob("*/.github/workflows/*.yml"):
        text = file.read_text("utf-8")
        assert re.search(r"^permissions: \{\}$", text, re.MULTILINE)
        for uses in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", uses)
        for line in text.splitlines():
            if "secrets." in line:
                assert re.fullmatch(r"          [A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}", line)


def test_every_host_uploads_in_the_same_order(all_hosting: Path) -> None:
    """A broken transfer is tried with one of them (test_servers.py); the others say the same."""
    found = {}
    names = ("inbox.yml", "portal.yml", ".gitlab-ci.yml", "tracker-job", "tracker.service")
    for file in all_hosting.glob("*-s3-*/**/*"):
        if file.name in names:
            lines = re.findall(r"aws s3 sync (.*?) \S*site/ ", file.read_text("utf-8"))
            found[file.relative_to(all_hosting)] = [one.replace("'", "") for one in lines]
    assert len(found) == 2 * len(names)
    quiet = "--only-show-errors"
    files, requests = f"{quiet} --exclude *.html", f"{quiet} --exclude * --include tickets/*"
    order = [files, requests, quiet, f"{quiet} --delete"]
    assert found == dict.fromkeys(found, order)


# Other places than Pages


def another_way(runner: Runner, way: str) -> Person:
    """Let the desk be published in another way; return somebody who may push to it."""
    anna = desk_at(runner)
    write_hosting(anna.root, "--host", "github", "--deploy", way)
    publish(anna.root)
    return anna


def publish_a_page(runner: Runner, anna: Person) -> Done:
    """Push a new page and run what follows a push."""
    anna.save("# Hello\n", "docs/help/hello.md")
    anna.commit()
    anna.git("pull", "-q", "--rebase")
    anna.git("push", "-q", "origin", "main")
    return runner.run("portal")


@pytest.fixture
def sshd(runner: Runner) -> Iterator[Sshd]:
    """An OpenSSH whose key may write the folder ``web`` and nothing else, as the guide tells."""
    web = runner.folder / "web"
    web.mkdir()
    with Sshd(runner.folder / "sshd", f"rrsync -wo {web}") as server:
        runner.surroundings["PATH"] = str(server.client)
        runner.secrets["DEPLOY_KEY"] = server.key
        runner.variables["DEPLOY_KNOWN_HOSTS"] = server.known_hosts
        runner.variables["DEPLOY_TARGET"] = server.target("/")
        yield server


def test_publishing_by_rsync(runner: Runner, mailbox: Mailbox, sshd: Sshd) -> None:
    anna = another_way(runner, "rsync")
    web = runner.folder / "web"
    mailbox.append(letter("ivan", subject="Принтер"))
    done = runner.run("inbox")
    assert done.ok, done.log
    assert "Принтер" in (web / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert not any(line in done.log + done.summary for line in sshd.key.splitlines())
    assert not (runner.home / ".ssh/desk").exists()
    (web / "gone.html").touch()
    assert publish_a_page(runner, anna).ok
    assert (web / "help/hello/index.html").exists()
    assert not (web / "gone.html").exists()


def test_rsync_publishes_nothing_half_built_and_to_no_stranger(
    runner: Runner, mailbox: Mailbox, sshd: Sshd
) -> None:
    anna = another_way(runner, "rsync")
    web = runner.folder / "web"
    (web / "old.html").touch()
    make_key(runner.folder / "other")
    other = (runner.folder / "other.pub").read_text()
    runner.variables["DEPLOY_KNOWN_HOSTS"] = f"[127.0.0.1]:{sshd.port} {other}"
    mailbox.append(letter("ivan"))
    done = runner.run("inbox")
    assert not done.ok
    assert "Host key verification failed" in done.log
    assert not (runner.home / ".ssh/desk").exists()
    assert [one.name for one in web.iterdir()] == ["old.html"]

    runner.variables["DEPLOY_KNOWN_HOSTS"] = sshd.known_hosts
    settings = anna.root / "mkdocs.yml"
    anna.save(settings.read_text() + "hooks: [nowhere.py]\n", "mkdocs.yml")
    done = publish_a_page(runner, anna)
    assert not done.ok
    assert "Publish by rsync" not in done.ran
    assert [one.name for one in web.iterdir()] == ["old.html"]


@pytest.fixture
def s3(runner: Runner) -> Iterator[S3]:
    """A store whose key may write the bucket ``web``."""
    with S3(runner.folder / "s3") as store:
        runner.surroundings["PATH"] = str(store.client)
        runner.secrets["AWS_ACCESS_KEY_ID"] = store.key
        runner.secrets["AWS_SECRET_ACCESS_KEY"] = store.secret
        runner.variables["S3_ENDPOINT"] = store.url
        runner.variables["S3_REGION"] = "us-east-1"
        runner.variables["S3_TARGET"] = "s3://web"
        yield store


def site_of(runner: Runner) -> Path:
    """Return the site that the last job built."""
    return runner.folder / f"run-{runner.runs}/work/site"


def test_publishing_to_a_bucket(runner: Runner, mailbox: Mailbox, s3: S3) -> None:
    anna = another_way(runner, "s3")
    mailbox.append(letter("ivan", subject="Принтер"))
    done = runner.run("inbox")
    assert done.ok, done.log
    assert s3.secret not in done.log + done.summary
    site = site_of(runner)
    assert "Принтер" in (site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    check_order(s3.changed())
    check_bucket(s3, site)

    for gone in ("assets/gone.css", "gone.html"):
        s3.put(gone)
    assert publish_a_page(runner, anna).ok
    changed = s3.changed()
    assert ("PUT", "help/hello/index.html") in changed
    check_order(changed)
    check_bucket(s3, site_of(runner))


@pytest.mark.soak
def test_a_bucket_gets_nothing_half_built_and_nothing_from_strangers(
    runner: Runner, mailbox: Mailbox, s3: S3
) -> None:
    anna = another_way(runner, "s3")
    s3.put("old.html")
    runner.secrets["AWS_SECRET_ACCESS_KEY"] = "aws-canary"
    mailbox.append(letter("ivan"))
    done = runner.run("inbox")
    assert not done.ok
    assert "SignatureDoesNotMatch" in done.log
    assert "canary" not in done.log + done.summary
    assert "Note what was published" not in done.ran

    runner.secrets["AWS_SECRET_ACCESS_KEY"] = s3.secret
    runner.variables["S3_TARGET"] = "s3://nowhere"
    done = runner.run("portal")
    assert not done.ok
    assert "NoSuchBucket" in done.log

    runner.variables["S3_TARGET"] = "s3://web"
    settings = anna.root / "mkdocs.yml"
    anna.save(settings.read_text() + "hooks: [nowhere.py]\n", "mkdocs.yml")
    done = publish_a_page(runner, anna)
    assert not done.ok
    assert "Publish to the bucket" not in done.ran
    assert s3.changed() == []
