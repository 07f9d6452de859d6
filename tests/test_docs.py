"""The documentation against the code: nothing lags, nothing is missing, every example is right."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml
from markdown.extensions.toc import slugify

from tests import programs
from tests.servers import Mailbox, SmtpServer, TokenServer
from tests.servers.dovecot import PASSWORD
from tests.servers.github import GitHubServer
from tests.servers.tokens import CLIENT, CLIENT_SECRET
from tracker.cli.main import main
from tracker.core.document import parse, render
from tracker.core.options import KEYED, TABLES, options_of
from tracker.core.settings import read_settings
from tracker.desk.check import check

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SECRET = "0123456789abcdef0123456789abcdef"
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<code>.*?)^ *(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
MADE_BY_THE_PLUGIN = ("requests/", "tickets/")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def load_generator() -> ModuleType:
    loader = SourceFileLoader("reference", str(ROOT / "tools" / "reference"))
    spec = spec_from_loader("reference", loader)
    assert spec is not None
    module = module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


REFERENCE = load_generator()


# Generated pages


@pytest.mark.parametrize("block", REFERENCE.BLOCKS)
def test_page_is_up_to_date(block: str) -> None:
    """`tools/reference` has nothing to write."""
    _, now, wanted = REFERENCE.fresh(block)
    assert now == wanted, "run tools/reference"


def test_every_command_and_option_is_documented() -> None:
    page = (DOCS / "reference" / "commands.md").read_text("utf-8")
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    for path, command in commands(main, "tracker"):
        assert path in sections
        assert command.help, f"{path} has no help"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(f"`{name}`" in sections[path] for name in parameter.opts)
                assert parameter.help or isinstance(parameter.type, click.Choice)


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, f"{path} {name}")


def test_every_setting_is_documented() -> None:
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    for table in TABLES.values():
        for option, spec in options_of(table).items():
            assert f"| `{option}` |" in page
            assert spec["sentence"] in page


# Links and paths


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link has its file and its heading; a page of the portal stays in docs/."""
    words = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text("utf-8")))
    for target in re.findall(r"(?:\]\(<?|<img src=\")([^)>\s\"]+)", words):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if DOCS in page.parents:
            assert DOCS in file.parents, f"{target} leaves docs/: the portal can't show it"
            if file.relative_to(DOCS).as_posix().startswith(MADE_BY_THE_PLUGIN):
                continue
        assert file.is_file(), f"{target} is dead"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{target}: no such heading"


def anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {slugify(heading.replace("`", ""), "-") for heading in headings}


def test_every_page_can_be_reached() -> None:
    """The README leads to every page, directly or over one index."""
    found = set()
    for start in (ROOT / "README.md", DOCS / "decisions" / "index.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", start.read_text("utf-8")):
            found.add((start.parent / target).resolve())
    own = {page for page in DOCS.rglob("*.md") if page.parent.name != "help"}
    assert own - {DOCS / "index.md", DOCS / "contacts.md"} <= found


def test_navigation_names_every_page() -> None:
    """Where mkdocs.yml fixes the navigation, no page is forgotten there."""
    config = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
    if "nav" in config:
        listed = set(re.findall(r"[\w/-]+\.md", json.dumps(config["nav"])))
        own = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
        assert own - listed == set()


def test_map_names_only_what_exists() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    table = page.partition("| to change | look in |")[2].partition("\n\n")[0]
    paths = re.findall(r"`((?:tracker|tests|docs|tools)/[^`]*)`", table)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_module_says_what_it_is_for() -> None:
    assert re.findall(r"^\| `[^`]+` \|  \|$", REFERENCE.modules(), re.MULTILINE) == []
    layers = {path.name for path in (ROOT / "tracker").iterdir() if list(path.glob("*.py"))}
    assert layers == set(REFERENCE.LAYERS)


def test_pictures_are_small() -> None:
    pictures = list((DOCS / "images").glob("*"))
    assert pictures
    assert [one.name for one in pictures if one.stat().st_size > 300_000] == []


# Examples


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for found in FENCE.finditer(page.read_text("utf-8")):
        if found["language"] in languages:
            indent = found["indent"]
            lines = found["code"].split("\n")
            yield "\n".join(line.removeprefix(indent) for line in lines)


def shell_lines(page: Path) -> Iterator[str]:
    for code in blocks(page, "sh"):
        yield from code.replace("\\\n", " ").split("\n")
    for code in blocks(page, "console"):
        found = re.findall(r"^\$ (.*)$", code.replace("\\\n", " "), re.MULTILINE)
        yield from found
    for code in blocks(page, "text"):
        yield from re.findall(r"^(?:\S+ ){5}(\. .*)$", code, re.MULTILINE)  # cron


def calls(line: str) -> Iterator[list[str]]:
    """Yield the arguments of every call of tracker in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    call: list[str] = []
    for token in [*lexer, ";"]:
        if token[0] in ";|&":
            call = call[next((n for n, one in enumerate(call) if "=" not in one), 0) :]
            if call[:1] == ["xargs"]:
                call = [one for one in call[1:] if one != "-r"] + ["1"]
            if call and Path(call[0]).name == "tracker":
                yield before_redirection(call[1:])
            call = []
        else:
            call.append(token)


def before_redirection(arguments: list[str]) -> list[str]:
    place = next((n for n, one in enumerate(arguments) if one[0] in "<>"), len(arguments))
    return [one for one in arguments[:place] if one != "…"]


def understand(arguments: list[str]) -> None:
    """Parse the arguments as click does; raises click.UsageError. Nothing is run."""
    command: click.Command = main
    context = click.Context(main, info_name="tracker", **main.context_settings)
    while isinstance(command, click.Group):
        _, arguments, _ = command.make_parser(context).parse_args(list(arguments))
        if not arguments:
            return
        found = command.get_command(context, arguments[0])
        if found is None:
            raise click.NoSuchOption(arguments[0], f"no command `{arguments[0]}`")
        command, context = found, click.Context(found, info_name=arguments[0], parent=context)
        arguments = arguments[1:]
    try:
        command.make_context(context.info_name, list(arguments), parent=context.parent)
    except click.BadParameter as error:
        if "does not exist" not in str(error):  # a file of the reader's
            raise


EXAMPLES = [(name_of(page), line) for page in PAGES for line in shell_lines(page)]


@pytest.mark.parametrize(("page", "line"), EXAMPLES)
def test_example_is_understood(page: str, line: str) -> None:
    """No example names a command, an option or a target of make that does not exist."""
    for arguments in calls(line):
        understand(arguments)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"^make ([a-z]+)", line)) <= set(targets)
    tool = re.match(r"tools/[\w-]+", line)
    assert tool is None or os.access(ROOT / tool[0], os.X_OK)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_sentences_exist(page: Path) -> None:
    words = FENCE.sub("", page.read_text("utf-8"))
    for written in re.findall(r"`tracker ([^`\n]+)`", words):
        # A sentence need not give every argument.
        with contextlib.suppress(click.MissingParameter):
            understand([one for one in shlex.split(written) if one not in ("…", "--help")])


def test_examples_are_found() -> None:
    """The tests above look at something."""
    assert sum(bool(list(calls(line))) for _, line in EXAMPLES) > 60
    with pytest.raises(click.UsageError):
        understand(["sync", "--fast"])
    with pytest.raises(click.UsageError):
        understand(["assign", "42"])
    with pytest.raises(click.UsageError):
        understand(["reopens", "42"])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_in_examples_exist(page: Path) -> None:
    for code in blocks(page, "toml"):
        for table, options in tomllib.loads(code).items():
            tables = options.values() if table in KEYED else [options]
            for one in tables:
                assert set(one) <= set(options_of(TABLES[table]))


def test_complete_settings_are_right() -> None:
    code = next(blocks(DOCS / "reference" / "settings.md", "toml"))
    assert read_settings(code).agents["anna"].name == "Anna"


def test_complete_ticket_is_read_and_written_back() -> None:
    page = DOCS / "reference" / "ticket-file.md"
    code = next(blocks(page, "markdown"))
    ticket = parse(code)
    assert render(ticket, "en") == code
    assert {entry.kind for entry in ticket.entries} == {"message", "note", "event"}
    assert ticket.entries[0].text.endswith("\n\n<!-- maintenance -->\n# Service closed")


# This repository as a desk


def test_own_desk_is_without_fault() -> None:
    tickets, faults = check(ROOT)
    assert [str(fault) for fault in faults] == []
    assert 6 <= tickets <= 20


def test_own_tickets_are_as_the_tracker_writes_them() -> None:
    for path in sorted((ROOT / "tickets").rglob("*.md")):
        text = path.read_text("utf-8")
        assert render(parse(text), "en") == text
        people = re.findall(r"[\w.+-]+@([\w.-]+\w)", text)
        assert all(domain == "example.org" or domain.endswith(".example") for domain in people)


# JSON and secrets, on a real desk


MAIL = """\
From: Ivan Petrov <ivan@mail.example>\r
To: support@example.org\r
Subject: Printer\r
Message-ID: <{name}@mail.example>\r
{more}MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
The printer jams.\r
--b\r
Content-Type: application/pdf; name=page.pdf\r
Content-Disposition: attachment; filename=page.pdf\r
\r
%PDF {padding}\r
--b--\r
"""


class RealDesk:
    """A desk with mail in its mailbox, and its commands as processes."""

    def __init__(
        self,
        folder: Path,
        mailbox: Mailbox,
        smtp: SmtpServer,
        github: GitHubServer,
        tokens: TokenServer,
    ) -> None:
        self.folder, self.mailbox, self.tokens = folder, mailbox, tokens
        self.github = github.environment()
        self.root = folder / "desk"
        self.arguments: dict[str, list[str]] = {
            "init": [
                *("init", str(self.root), "--name", "Desk", "--prefix", "ACCREDO"),
                *("--address", "support@example.org", "--imap", mailbox.url),
                *("--smtp", smtp.url_for("support"), "--visibility", "private"),
                *("--agent", "anna=Anna <anna@example.org>", "--host", "github", "--yes"),
            ],
            "sync": ["sync", "--json"],
            "doctor": ["doctor", "--json", "--resolver", "none"],
            "list": ["list", "--status", "any", "--json"],
            "show": ["show", "1", "--json"],
            "search": ["search", "printers", "--json"],
            "queue": ["queue", "--as", "anna", "--json", "all"],
            "snippets": ["snippets", "--json"],
            "snippets show": ["snippets", "show", "done", "1", "--as", "anna"],
            "stats": ["stats", "--json"],
            "quarantine list": ["quarantine", "list", "--json"],
            "check": ["check", "--json"],
            "new": ["new", "--as", "anna", "--from", "A", "--title", "T", "--text", "x"],
            "reply": ["reply", "1", "--as", "anna", "--text", "*So*", "--note"],
            "note": ["note", "1", "--as", "anna", "--text", "So"],
            "correct": ["correct", "1", "--as", "anna", "--text", "So"],
            "take": ["take", "1", "--as", "anna"],
            "close": ["close", "1", "--as", "anna"],
            "outbox": ["outbox", "--json"],
            "outbox allow": ["outbox", "allow", "ivan@mail.example"],
            "reopen": ["reopen", "1", "--as", "anna"],
            "wait": ["wait", "1", "--as", "anna"],
            "assign": ["assign", "1", "anna", "--as", "anna"],
            "label": ["label", "1", "printer", "--as", "anna"],
            "priority": ["priority", "1", "high", "--as", "anna"],
            "merge": ["merge", "3", "1", "--as", "anna"],
            "link": ["link", "1", "2", "--as", "anna"],
            "cc": ["cc", "1", "olga@mail.example", "--as", "anna"],
            "mute": ["mute", "1", "olga@mail.example", "--as", "anna"],
            "unmute": ["unmute", "1", "olga@mail.example", "--as", "anna"],
            "review": ["review", "--json"],
            "spam": ["spam", "2", "--as", "anna"],
            "export json": ["export", "json"],
            "export csv": ["export", "csv"],
            "export mbox": ["export", "mbox"],
            "import json": ["import", "json", "--json", str(folder / "desk.json")],
            "import jira": ["import", "jira", "--json", str(folder / "jira.csv")],
            "import github": ["import", "github", str(folder / "github.json")],
            "import mbox": ["import", "mbox", str(folder / "one.eml.mbox")],
            "import maildir": ["import", "maildir", str(folder / "maildir")],
            "import eml": ["import", "eml", str(folder / "maildir" / "cur")],
            "watch": ["watch", "--json"],
            "login": ["login", "--json"],
            "texts": ["texts", "de"],
            "account invite": ["account", "invite", "ivan@mail.example", "--json"],
            "account list": ["account", "list", "--json"],
            "account alias": [
                "account",
                "alias",
                "ivan@mail.example",
                "ivan@work.example",
                "--yes",
                "--json",
            ],
            "account show": ["account", "show", "ivan@mail.example", "--json"],
            "build": ["build", "--quiet"],
            "seal": ["seal", "--quiet"],
            "scan": ["scan", "--json"],
            "visibility": ["visibility"],
            "account reset": ["account", "reset", "ivan@mail.example", "--yes", "--json"],
            "account revoke": ["account", "revoke", "ivan@mail.example", "--yes", "--json"],
            "account rotate": ["account", "rotate", "--yes"],
            "account erase": ["account", "erase", "ivan@mail.example", "--yes", "--json"],
            "quarantine retry": ["quarantine", "retry"],
            "recover": ["recover", "--yes"],
            "completion": ["completion", "bash"],
            "hosting": ["hosting", "--host", "cron", "--yes"],
            "github setup": ["github", "setup", "--dry-run"],
            "github status": ["github", "status", "--json"],
            "github heartbeat": ["github", "heartbeat"],
            "github alarm": ["github", "alarm"],
            "github start": ["github", "start"],
            "github issues": ["github", "issues", str(folder / "issues.json")],
            "demo send": ["demo", "send", "--dir", str(folder)],
            "demo letters": ["demo", "letters", "--dir", str(folder)],
        }

    def run(self, path: str, **environment: str) -> tuple[int, str, str, set[str]]:
        """Run a command; return exit status, output, what it said, and the secrets it read."""
        record = self.folder / "read.txt"
        record.unlink(missing_ok=True)
        where = [] if path == "init" else ["-C", str(self.root)]
        arguments = [str(record), *where, *self.arguments[path]]
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **self.github, **environment}
        with self.prepared(path):
            work = self.watch if path == "watch" else self.finish
            done = work(arguments, surroundings)
        names = record.read_text().split() if record.exists() else []
        read = {name for name in names if name.startswith("TRACKER_")}  # every secret's name
        return done.returncode, done.stdout, done.stderr, read

    def finish(
        self, arguments: list[str], surroundings: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that ends by itself."""
        return programs.module("tests.recorder", *arguments, env=surroundings, cwd=self.folder)

    def watch(
        self, arguments: list[str], surroundings: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that has to be stopped."""
        command = [sys.executable, "-m", "tests.recorder", *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=surroundings, stdout=pipe, stderr=pipe, text=True, cwd=self.folder
        ) as process:
            begun = self.follow(process)
            out, said = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, begun + out, said)

    @contextlib.contextmanager
    def prepared(self, path: str) -> Iterator[None]:
        """Bring a mail for `watch`; for `login` let the mailbox sign in at the token server."""
        settings = self.root / "tracker.toml"
        before = settings.read_text() if path == "login" else ""
        if path == "login":
            oauth = f'[mailbox]\nauth = "microsoft"\noauth_url = "{self.tokens.url}"\n'
            settings.write_text(before.replace("[mailbox]\n", oauth))
        if path == "watch":
            mail = MAIL.format(name="watched", more="", padding="").replace("ivan@", "petr@")
            self.mailbox.append(mail.encode())
        yield
        if path == "login":
            settings.write_text(before)

    def follow(self, process: subprocess.Popen[str]) -> str:
        """Stop `watch` as soon as it has answered a mail; return what it printed until then."""
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if json.loads(line).get("sent"):
                process.terminate()
        return "".join(lines)


def put_archives(folder: Path) -> None:
    """What there is to import: little, of every kind."""
    (folder / "maildir" / "cur").mkdir(parents=True)
    (folder / "one.eml.mbox").write_bytes(b"")
    (folder / "github.json").write_text("[]")
    heading = "Summary,Issue key,Created,Assignee"
    (folder / "jira.csv").write_text(f"{heading}\nPrinter,AB-1,19/Sep/13 1:33 PM,anna\n")
    (folder / "desk.json").write_text('{"format": "tracker-desk", "version": 1, "tickets": []}')


@pytest.fixture
def real(
    tmp_path: Path,
    mailbox: Mailbox,
    smtp: SmtpServer,
    github: GitHubServer,
    token_server: TokenServer,
) -> RealDesk:
    token_server.interval, token_server.decision = 1, "allowed"
    put_archives(tmp_path)
    github.workflows = {"inbox.yml": "active", "portal.yml": "active"}
    github.add_run("inbox.yml", "success", timedelta(minutes=9))
    github.variables = dict.fromkeys(("DEPLOY_TARGET", "DEPLOY_KNOWN_HOSTS"), "x")
    held = ("DEPLOY_KEY", "TRACKER_SECRET", "TRACKER_IMAP_PASSWORD", "TRACKER_SMTP_PASSWORD")
    github.secrets[""] |= dict.fromkeys(held, "x")
    smtp.demand_auth("support", PASSWORD)
    mailbox.append(MAIL.format(name="one", more="", padding="").encode())
    again = "In-Reply-To: <one@mail.example>\r\n"
    mailbox.append(MAIL.format(name="two", more=again, padding="").encode())
    spam = "X-Spam-Flag: YES\r\n"
    mailbox.append(MAIL.format(name="spam", more=spam, padding="").encode())
    mailbox.append(MAIL.format(name="big", more="", padding="x" * 2**21).encode())
    return RealDesk(tmp_path, mailbox, smtp, github, token_server)


def test_json_and_secrets_are_as_documented(real: RealDesk) -> None:
    """What the commands print fits its schema; what they read is what the table says."""
    secrets = {
        "TRACKER_SECRET": SECRET,
        "TRACKER_IMAP_PASSWORD": PASSWORD,
        "TRACKER_SMTP_PASSWORD": PASSWORD,
        "TRACKER_OAUTH_CLIENT_ID": CLIENT,
        "TRACKER_OAUTH_CLIENT_SECRET": CLIENT_SECRET,
    }
    schemas = {
        "sync": "sync",
        "doctor": "doctor",
        "list": "tickets",
        "search": "tickets",
        "queue": "queue",
        "snippets": "snippets",
        "stats": "stats",
        "show": "ticket",
        "quarantine list": "quarantine",
        "check": "check",
        "review": "review",
        "outbox": "outbox",
        "github status": "github-status",
        "export json": "export",
        "import json": "import",
        "import jira": "import",
        "account list": "accounts",
        "account show": "account",
        "account invite": "account",
        "account alias": "account",
        "account reset": "account",
        "account revoke": "account",
        "account erase": "erasure",
        "scan": "scan",
    }
    printed: dict[str, Any] = {}
    for path in real.arguments:
        status, out, said, read = real.run(path, **secrets)
        assert read == set(REFERENCE.SECRETS.get(path, {})), path
        partial = ("sync", "quarantine retry")
        nothing_to_do = ("recover", "correct", "demo send", "outbox allow", "login")
        wanted = 3 if path in partial else 1 if path in nothing_to_do else 0
        assert status == wanted or path.startswith("demo"), f"{path}: {out}{said}"
        if path == "init":
            with (real.root / "tracker.toml").open("a") as file:
                file.write("\n[limits]\nmessage_mib = 1\n")
        if path == "watch":
            event, *_ = (one for one in map(json.loads, out.splitlines()) if one.get("sent"))
            schema = json.loads((DOCS / "reference/schemas/watch.json").read_text())
            for one in out.splitlines():
                fit(json.loads(one), schema, schema, path)
            assert event["opened"] == 1
        if path in schemas:
            printed[path] = json.loads(out)
            schema = json.loads((DOCS / f"reference/schemas/{schemas[path]}.json").read_text())
            fit(printed[path], schema, schema, path)
    assert set(real.arguments) == set(REFERENCE.paths()) - {"demo"}
    for path in ("list", "search", "snippets", "quarantine list", "review", "outbox"):
        assert printed[path], f"{path} --json was empty: its schema was not tried"
    assert {entry["role"] for entry in printed["show"]["entries"]} == {"requester"}
    assert printed["show"]["entries"][0]["attachments"]
    assert printed["show"]["entries"][0]["told"]

    for path, uses in REFERENCE.SECRETS.items():
        if uses.get("TRACKER_SECRET") == REFERENCE.NEEDED:
            status, out, said, _ = real.run(path, **(secrets | {"TRACKER_SECRET": ""}))
            assert status == 1
            assert "TRACKER_SECRET is not set" in out + said


def test_json_page_names_every_member() -> None:
    page = (DOCS / "reference" / "json.md").read_text("utf-8")
    for path in (DOCS / "reference" / "schemas").glob("*.json"):
        assert f"(schemas/{path.name})" in page
        for member in members(json.loads(path.read_text())):
            assert f"`{member}`" in page, f"{member} of {path.name}"


def members(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for one in schema.values():
            yield from members(one)


# JSON Schema, as much of it as our schemas use; an unknown keyword fails the test.

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
SAID = {"$schema", "$defs", "title"}
CHECKED = {"type", "enum", "pattern", "minimum", "required", "properties", "items"}
CHECKED |= {"additionalProperties", "$ref"}


def fit(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str) -> None:
    """Assert that a value fits its schema and that the schema names every member."""
    assert set(schema) <= SAID | CHECKED, f"unknown keywords at {at}"
    if "$ref" in schema:
        fit(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, at)
    fit_one(value, schema, at)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        assert set(schema.get("required", ())) <= set(value), at
        for name, one in value.items():
            if name in known:
                fit(one, known[name], whole, f"{at}.{name}")
            elif "properties" in schema or "additionalProperties" in schema:
                assert "additionalProperties" in schema, f"{at}.{name} is not in the schema"
                fit(one, schema["additionalProperties"], whole, f"{at}.{name}")
    if isinstance(value, list):
        for n, one in enumerate(value):
            fit(one, schema["items"], whole, f"{at}[{n}]")


def fit_one(value: Any, schema: dict[str, Any], at: str) -> None:
    if "type" in schema:
        allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        assert any(isinstance(value, TYPES[one]) for one in allowed), f"{at} is {value!r}"
        assert not (isinstance(value, bool) and "boolean" not in allowed), at
    assert value in schema.get("enum", [value]), f"{at} is {value!r}"
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{at} is {value!r}"
    if "minimum" in schema:
        assert value >= schema["minimum"], at
