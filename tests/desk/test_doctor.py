"""`tracker doctor`: everything an owner can get wrong, on real servers, each with its mend."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import programs
from tests.desk.conftest import SECRET, RealDesk, letter
from tests.desk.hosted import write_hosting
from tests.servers import Dovecot, Mailbox, TokenServer
from tests.servers.dovecot import PASSWORD
from tests.servers.github import GitHubServer
from tests.servers.names import NameServer
from tests.servers.tokens import CLIENT, CLIENT_SECRET, REFRESH
from tracker.adapters import dns
from tracker.adapters.dns import Resolver
from tracker.adapters.github import GitHubError
from tracker.core.findings import Finding
from tracker.desk.doctor import examine
from tracker.desk.examination import Examination

pytestmark = pytest.mark.servers


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


def look(desk: RealDesk, names: NameServer | None = None) -> dict[str, Finding]:
    """Every finding by its subject; what is not fine has its mend."""
    found = examine(desk.root, Resolver(names.address) if names else Resolver("none"))
    assert len({one.subject for one in found}) == len(found)
    for one in found:
        assert one.level in ("ok", "unchecked") or one.hint, one
        assert "\n" not in one.hint, one
        assert SECRET not in one.message + one.hint
    return {one.subject: one for one in found}


def change(desk: RealDesk, old: str, new: str) -> None:
    file = desk.root / "tracker.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


# DNS


def test_a_domain_that_is_right(desk: RealDesk, names: NameServer) -> None:
    names.records["example.org", "MX"] = ["20 b.example.org.", "10 a.example.org."]
    names.text("example.org", "v=spf1 mx -all", "something else")
    names.text("selector1._domainkey.example.org", "v=DKIM1; p=" + "A" * 200)
    names.text("_dmarc.example.org", "v=DMARC1; p=reject")
    found = look(desk, names)
    assert [found[one].level for one in ("mx", "spf", "dkim", "dmarc")] == ["ok"] * 4
    assert "a.example.org" in found["mx"].message


def test_a_domain_without_anything(desk: RealDesk, names: NameServer) -> None:
    found = look(desk, names)
    levels = {one: found[one].level for one in ("mx", "spf", "dkim", "dmarc")}
    assert levels == {"mx": "wrong", "spf": "wrong", "dkim": "advice", "dmarc": "wrong"}


def test_a_policy_of_the_domain_above_counts(desk: RealDesk, names: NameServer) -> None:
    change(desk, 'address = "support@example.org"', 'address = "support@a.help.example.org"')
    names.text("_dmarc.example.org", "v=DMARC1; p=quarantine")
    assert look(desk, names)["dmarc"].level == "ok"
    assert "_dmarc.help.example.org" in names.asked
    assert "_dmarc.org" not in names.asked


def test_without_a_resolver_it_says_so_and_nothing_is_wrong(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "_SECONDS", 0.3)
    silent = Resolver("127.0.0.1:1")
    found = {one.subject: one for one in examine(desk.root, silent)}
    for subject in ("mx", "spf", "dkim", "dmarc"):
        assert found[subject].level == "unchecked"
        assert "not checked: no DNS resolver answers here" in found[subject].message
    assert all(one.ok for one in found.values()), found


def test_a_resolver_that_knows_local_names_only(desk: RealDesk, names: NameServer) -> None:
    names.records = {("printer.local", "TXT"): ["x"]}
    found = look(desk, names)
    assert "knows local names only" in found["spf"].message
    assert {found[one].level for one in ("mx", "spf", "dkim", "dmarc")} == {"unchecked"}


def test_a_dns_that_has_a_fault(desk: RealDesk, names: NameServer) -> None:
    names.broken = True
    assert look(desk, names)["spf"].level == "unchecked"


# Secrets, files, loops, schedule


def test_a_weak_secret(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET", "changeme-changeme")
    assert "guessed first" in look(desk)["secret"].message


def test_a_secret_in_a_file(desk: RealDesk) -> None:
    assert look(desk)["secrets-in-git"].level == "ok"
    (desk.root / "notes.txt").write_text(f"our secret: {SECRET}\n")
    assert look(desk)["secrets-in-git"].level == "ok"  # Git has it not yet
    desk.git("add", "notes.txt")
    found = look(desk)["secrets-in-git"]
    assert found.message == "TRACKER_SECRET stands in notes.txt"


@pytest.mark.parametrize(
    ("on_host", "said", "level", "words"),
    [
        ("private", "private", "ok", "is private on GitHub, as the settings say"),
        ("public", "public", "ok", "is public on GitHub, as the settings say"),
        ("public", "private", "wrong", "Everybody can read org/desk"),
        ("private", "public", "advice", "sealed for nobody"),
    ],
)
def test_who_reads_the_repository_on_the_host(
    desk: RealDesk,
    github: GitHubServer,
    monkeypatch: pytest.MonkeyPatch,
    on_host: str,
    said: str,
    level: str,
    words: str,
) -> None:
    assert "readers" not in look(desk), "nobody is asked without a token"
    for name, value in github.environment().items():
        monkeypatch.setenv(name, value)
    github.private = on_host == "private"
    change(desk, "[desk]\n", f'[desk]\nrepository = "{said}"\n')
    found = look(desk)["readers"]
    assert (found.level, words in found.message) == (level, True)


def test_a_host_that_does_not_say_who_reads(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", "x" * 20)
    assert "readers" not in look(desk), "this desk is on no GitHub"
    monkeypatch.setenv("GITHUB_REPOSITORY", "no name of a repository")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("tracker.desk.github.GitHub", refusing)
    assert look(desk)["readers"].level == "unchecked"


def refusing(*_: object) -> object:
    raise GitHubError("GitHub: Bad credentials (status 401)", "Make a new token.")


def test_loops_to_the_desk_itself(desk: RealDesk) -> None:
    assert look(desk)["loops"].level == "ok"
    change(desk, "anna@example.org", "Support+x@example.org")
    assert "agent anna" in look(desk)["loops"].message
    change(desk, "Support+x@example.org", "anna@example.org")
    change(desk, "[mailbox]\n", '[mailbox]\nforwarders = ["support@example.org"]\n')
    assert "mailbox.forwarders" in look(desk)["loops"].message


def test_workflows(desk: RealDesk) -> None:
    assert "cron, systemd or `tracker watch`" in look(desk)["schedule"].message
    folder = desk.root / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "check.yml").write_text("on: push\njobs: {}\n")
    assert look(desk)["schedule"].level == "wrong"
    (folder / "inbox.yml").write_text(
        "on:\n  schedule:\n    - cron: '7-59/10 * * * *'\njobs: {a: {steps: [run: tracker sync]}}\n"
    )
    assert look(desk)["schedule"].level == "ok"
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    said = look(desk)["schedule"].message
    assert "inbox.yml runs at 7-59/10 * * * *; mail was last taken in 0 min ago" in said


def test_a_pipeline_of_gitlab(desk: RealDesk) -> None:
    pipeline = desk.root / ".gitlab-ci.yml"
    pipeline.write_text("inbox: {script: [tracker build]}\n")
    assert look(desk)["schedule"].level == "wrong"
    write_hosting(desk.root, "--host", "gitlab")
    found = look(desk)["schedule"]
    assert found.level == "ok"
    assert ".gitlab-ci.yml runs the job when its schedule says so" in found.message


def test_workflows_that_github_knows(
    desk: RealDesk, github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in github.environment().items():
        monkeypatch.setenv(name, value)
    assert "github" not in look(desk)  # without workflows it is of no concern
    write_hosting(desk.root, "--host", "github", "--deploy", "none")
    monkeypatch.setenv("GITHUB_TOKEN", "")
    asked = look(desk)["github"]
    assert (asked.level, "gh auth token" in asked.hint) == ("unchecked", True)
    monkeypatch.setenv("GITHUB_TOKEN", "wrong-canary")
    asked = look(desk)["github"]
    assert (asked.level, "Bad credentials" in asked.message) == ("unchecked", True)
    assert "canary" not in asked.message + asked.hint

    monkeypatch.setenv("GITHUB_TOKEN", github.environment()["GITHUB_TOKEN"])
    github.workflows = {"inbox.yml": "disabled_inactivity"}
    github.add_run("inbox.yml", "success", timedelta(minutes=5))
    asked = look(desk)["github"]
    assert (asked.level, "switched off" in asked.message) == ("wrong", True)

    github.workflows = {"inbox.yml": "active"}
    asked = look(desk)["github"]
    assert asked.level == "wrong"
    assert "the secret TRACKER_IMAP_PASSWORD is not there" in asked.message
    assert github.secrets == {"": {}}  # nothing was changed

    github.secrets[""] = {"TRACKER_SECRET": SECRET, "TRACKER_IMAP_PASSWORD": PASSWORD}
    asked = look(desk)["github"]
    assert asked.level == "advice"
    assert "make the environment desk" in asked.message

    programs.run("-C", desk.root, "github", "setup", "--yes").check_returncode()
    asked = look(desk)["github"]
    assert asked.level == "ok", asked


def test_a_schedule_that_stood_still(desk: RealDesk) -> None:
    from tracker.desk import doctor_repository

    folder = desk.root / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "inbox.yml").write_text(
        "on: {schedule: [cron: '7 * * * *']}\njobs: {a: {steps: [run: tracker sync]}}\n"
    )
    desk.mailbox.append(letter("ivan"))
    desk.sync()
    late = Examination(desk.open(), Resolver("none"), lambda: datetime.now(UTC).timestamp() + 3e5)
    with pytest.raises(Exception, match="3 days ago") as caught:
        doctor_repository.schedule(late)
    assert "60 idle days" in str(vars(caught.value))


# Mailbox, certificates, clock


def test_mail_that_lies_in_the_folder_for_spam(desk_of: Callable[..., RealDesk]) -> None:
    extra = "namespace inbox {\n mailbox Junk {\n  special_use = \\Junk\n  auto = create\n }\n}\n"
    with Dovecot(extra=extra) as server:
        desk = desk_of()
        mailbox = Mailbox(server, server.new_user())
        change(desk, desk.mailbox.url, mailbox.url)
        assert look(desk)["folders"].level == "ok"
        with mailbox.client() as client:
            client.append("Junk", letter("ivan"))
        found = look(desk)["folders"]
        assert (found.level, "1 mails lie in `Junk`" in found.message) == ("advice", True)


def test_a_certificate_that_ends_soon(
    desk: RealDesk, dovecot_tls: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the tests are good for two days."""
    assert look(desk)["certificates"].level == "unchecked"
    assert dovecot_tls.certificates is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot_tls.certificates.ca))
    change(desk, desk.mailbox.url, dovecot_tls.imaps_url(dovecot_tls.new_user()))
    found = look(desk)["certificates"]
    assert found.level == "advice"
    assert re.search(r"IMAP server ends in [12] days, on 20\d\d-", found.message)
    monkeypatch.delenv("SSL_CERT_FILE")
    found_all = look(desk)
    assert "is not trusted" in found_all["mailbox"].message
    assert found_all["folders"].level == "unchecked"


def test_a_clock_that_is_wrong(desk: RealDesk, token_server: TokenServer) -> None:
    change(desk, "http://127.0.0.1:8000/", f"{token_server.url}/")
    assert look(desk)["clock"].level == "ok"
    token_server.clock_ahead = 3600
    assert "60 min behind 127.0.0.1" in look(desk)["clock"].message
    token_server.clock_ahead = -1210
    assert "20 min ahead of 127.0.0.1" in look(desk)["clock"].message


def test_a_mail_of_the_future_shows_that_the_clock_is_late(desk: RealDesk) -> None:
    change(desk, "http://127.0.0.1:8000/", "http://127.0.0.1:1/")
    assert look(desk)["clock"].level == "unchecked"
    desk.mailbox.append_many([(letter("ivan"), datetime.now(UTC) + timedelta(minutes=300.5))])
    assert "300 min behind the newest mail" in look(desk)["clock"].message


def test_signing_in_by_oauth(
    desk: RealDesk,
    token_server: TokenServer,
    dovecot_oauth: Dovecot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "sign-in" not in look(desk)
    url = f"imap://support%40example.org@127.0.0.1:{dovecot_oauth.port}"
    change(desk, desk.mailbox.url, url)
    change(desk, "[mailbox]\n", f'[mailbox]\nauth = "google"\noauth_url = "{token_server.url}"\n')
    found = look(desk)
    assert "TRACKER_OAUTH_CLIENT_ID is not set" in found["sign-in"].message
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_ID", CLIENT)
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("TRACKER_OAUTH_REFRESH_TOKEN", REFRESH)
    found = look(desk)
    assert (found["sign-in"].level, found["mailbox"].level) == ("ok", "ok")
    assert found["clock"].level == "ok"
    token_server.rotate = True
    assert look(desk)["sign-in"].level == "advice"
    done = desk.run("sync")
    assert done.returncode == 0, done.stderr
    assert "new refresh token" in done.stderr
    token_server.refuse = (400, "invalid_grant", "x")
    assert "tracker login" in look(desk)["sign-in"].hint
    assert "canary" not in str(found) + done.stdout + done.stderr


# The round trip


def start_test(desk: RealDesk, *more: str) -> subprocess.Popen[str]:
    arguments = ("doctor", "--send-test", "--json", "--resolver", "none", *more)
    return desk.start(*arguments)


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, dict[str, str]]]:
    out, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode, {one["subject"]: one for one in json.loads(out)["findings"]}


def messages(desk: RealDesk) -> int:
    with desk.mailbox.client() as client:
        return int(client.select_folder("INBOX")[b"EXISTS"])


def test_a_letter_to_itself_comes_and_goes(desk: RealDesk) -> None:
    desk.mailbox.append(letter("ivan"))
    process = start_test(desk)
    (sent,) = desk.smtp.wait_for(1)
    assert sent.recipients == ("support@example.org",)
    head = b"Authentication-Results: mx.example.org; dmarc=pass\r\n"
    signature = b"DKIM-Signature: v=1; d=example.org; s=mail; b=x\r\n"
    desk.mailbox.append(head + signature + sent.raw)
    code, found = ended(process)
    assert code == 0, found
    assert found["test-letter"]["ok"]
    assert found["test-loops"]["level"] == "ok"
    assert 'authserv_id = \\"mx.example.org\\"' in json.dumps(found["test-verdict"])
    assert found["test-signature"]["level"] == "unchecked"  # nobody was asked for the key
    assert found["test-removed"]["level"] == "ok"
    assert messages(desk) == 1  # Ivan's, untouched
    assert desk.sync()["opened"] == 1


def test_it_is_never_a_ticket_and_never_answered(desk: RealDesk) -> None:
    """The job runs just while the letter lies there."""
    process = start_test(desk, "--wait", "1")
    (sent,) = desk.smtp.wait_for(1)
    code, found = ended(process)
    assert code == 1
    assert "did not arrive in `INBOX` within 1 s" in found["test-letter"]["message"]
    desk.mailbox.append(sent.raw)
    done = desk.sync()
    assert (done["ignored"], done["opened"], done["sent"]) == (1, 0, 0)
    assert desk.tickets() == {}
    assert len(desk.smtp.letters()) == 1


def test_a_letter_that_comes_twice_and_without_its_header(desk: RealDesk) -> None:
    process = start_test(desk)
    (sent,) = desk.smtp.wait_for(1)
    bare = re.sub(rb"(?im)^x-tracker-desk:.*\r\n", b"", sent.raw)
    assert bare != sent.raw
    desk.mailbox.append_many([bare])
    _, found = ended(process)
    assert "without its header" in found["test-loops"]["message"]
    desk.smtp.reset()
    process = start_test(desk)
    (sent,) = desk.smtp.wait_for(1)
    desk.mailbox.append_many([sent.raw, sent.raw])
    _, found = ended(process)
    assert "came 2 times" in found["test-loops"]["message"]
    assert messages(desk) == 0


def test_a_server_that_does_not_take_it(desk: RealDesk) -> None:
    desk.smtp.refuse_recipient("support@example.org")
    code, found = ended(start_test(desk))
    assert code == 1
    assert "550 5.1.1" in found["test-letter"]["message"]


def test_a_letter_that_lands_in_spam(desk_of: Callable[..., RealDesk]) -> None:
    extra = "namespace inbox {\n mailbox Junk {\n  special_use = \\Junk\n  auto = create\n }\n}\n"
    with Dovecot(extra=extra) as server:
        desk = desk_of()
        mailbox = Mailbox(server, server.new_user())
        change(desk, desk.mailbox.url, mailbox.url)
        process = start_test(desk, "--wait", "3")
        (sent,) = desk.smtp.wait_for(1)
        with mailbox.client() as client:
            client.append("Junk", sent.raw)
        code, found = ended(process)
        assert code == 1
        assert "takes the desk for spam" in found["test-letter"]["message"]
        with mailbox.client() as client:
            assert client.select_folder("Junk")[b"EXISTS"] == 0
