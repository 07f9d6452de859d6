"""The settings file: every fault at once, each with its line and what was meant."""

from __future__ import annotations

import re

import pytest

from tests.core.samples import SETTINGS
from tracker.core.errors import MENDABLE
from tracker.core.options import MISSING, TABLES, options_of
from tracker.core.settings import Settings, SettingsError, read_settings

MINIMAL = """\
[desk]
name = "Support"
prefix = "ACCREDO"
[mailbox]
address = "support@example.org"
"""


def faults(source: str) -> list[str]:
    """The faults of a file, as printed."""
    with pytest.raises(SettingsError) as caught:
        read_settings(source)
    assert caught.value.exit_code == MENDABLE
    assert caught.value.message == "\n".join(str(one) for one in caught.value.faults)
    return [str(one) for one in caught.value.faults]


def fault(source: str) -> str:
    """The only fault."""
    (one,) = faults(source)
    return one


def desk_with(line: str) -> str:
    """The smallest file with a line more in ``[desk]``, which is line 2."""
    return MINIMAL.replace("[desk]\n", f"[desk]\n{line}\n")


def mailbox_with(line: str) -> str:
    """The smallest file with a line more at its end, which is line 6."""
    return f"{MINIMAL}{line}\n"


def test_the_smallest_file_has_defaults_for_the_rest() -> None:
    settings = read_settings(MINIMAL)
    assert settings.desk.language == "en"
    assert settings.desk.visibility == "private"
    assert str(settings.desk.timezone) == "UTC"
    assert settings.mailbox.imap is None
    assert settings.mailbox.smtp is None
    assert settings.mailbox.folder == "INBOX"
    assert settings.limits.confirmations_a_day == 5
    assert dict(settings.agents) == {}


def test_a_full_file() -> None:
    settings: Settings = read_settings(
        SETTINGS + '[limits]\nmessage_mib = 5\n[agents.petr]\nname = "Пётр"\nemails = []\n'
    )
    assert settings.limits.message_mib == 5
    assert settings.agent_by_email("ANNA@Example.org") == "anna"
    assert settings.agent_by_email("nobody@example.org") is None
    assert settings.agents["petr"].emails == ()


def test_every_fault_is_reported_at_once_in_the_order_of_the_file() -> None:
    found = faults(
        """\
[desk]
name = "Support"
prefix = "accredo"
langauge = "ru"
visibility = "secret"
phone = 5

[mailbox]
address = "nobody"
imap = "http://x"

[agents.Anna]
name = "Анна"
emails = ["a@example.org", "b"]

[limits]
message_mib = 0
backlog_days = "two"

[colours]
hours = 1
"""
    )
    assert [int(one.split(":")[1]) for one in found] == [3, 4, 5, 6, 9, 10, 12, 14, 17, 18, 20]
    assert all(one.startswith("tracker.toml:") for one in found)
    said = "\n".join(found)
    assert "unknown option `langauge`; did you mean `language`?" in said
    assert "unknown table `colours`; known are agents, desk, limits, mailbox, requests, sla" in said
    assert '`visibility` must be "private" or "public", not "secret"' in said
    assert "`phone` must be a text in quotes" in said
    assert "`message_mib` must be 1 or more" in said
    assert "`backlog_days` must be a whole number" in said


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[desk\n", "tracker.toml:1: not valid TOML"),
        (MINIMAL + 'name = "x"\nname = "y"\n', "tracker.toml:7: not valid TOML"),
        (MINIMAL + 'folder = "open\n', "tracker.toml:6: not valid TOML"),
        (desk_with("branch = true"), "tracker.toml:2: `branch` must be a text in quotes"),
        (desk_with('timezone = "Moscow"'), "tracker.toml:2: `timezone` must be a time zone"),
        (desk_with('timezone = "../../etc/passwd"'), "tracker.toml:2: `timezone` must be"),
        (desk_with('portal_url = "help.example.org"'), "tracker.toml:2: `portal_url` must be"),
        (desk_with('visiblity = "public"'), "did you mean `visibility`?"),
        (mailbox_with('imap = "imaps://"'), "tracker.toml:6: `imap` must look like imaps://"),
        (mailbox_with('smtp = "imaps://x"'), "tracker.toml:6: `smtp` must look like smtps://"),
        (mailbox_with('imap = "imaps://u@h:70000"'), "tracker.toml:6: `imap` has a port"),
        (mailbox_with('imap = "imaps://u@h:x"'), "tracker.toml:6: `imap` has a port"),
        (mailbox_with('lists = "a"'), "tracker.toml:6: `lists` must be a list of texts"),
        (mailbox_with("lists = [1]"), "tracker.toml:6: `lists` must be a list of texts"),
        (mailbox_with("[limits]\nmessage_mib = true"), "tracker.toml:7: `message_mib` must be a"),
        (mailbox_with("[limits]\nmessage_mib = 1.5"), "tracker.toml:7: `message_mib` must be a"),
        (mailbox_with('agents = "anna"'), "tracker.toml:6: unknown option `agents`"),
        ('name = "x"\n' + MINIMAL, "tracker.toml:1: unknown option `name`"),
    ],
)
def test_one_fault(source: str, expected: str) -> None:
    assert expected in fault(source)


def test_what_must_be_given_is_named_with_its_sentence() -> None:
    found = faults("[desk]\n[mailbox]\n")
    assert [one.split(": ")[1] for one in found] == [
        "`desk.name` is missing",
        "`desk.prefix` is missing",
        "`mailbox.address` is missing",
    ]
    assert len(faults("")) == 3


@pytest.mark.parametrize("prefix", ["A", "accredo", "1ABC", "ABCDEFGHIJK", "AB-C", "АБВ", ""])
def test_a_prefix_that_is_none(prefix: str) -> None:
    assert "`desk.prefix`" in fault(MINIMAL.replace("ACCREDO", prefix)).replace(
        "`prefix`", "`desk.prefix`"
    )


@pytest.mark.parametrize("key", ["password", "imap_password", "secret", "api_key", "TRACKER_TOKEN"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(key: str) -> None:
    for source in (mailbox_with(f'{key} = "hunter2"'), desk_with(f'{key} = "hunter2"')):
        said = fault(source)
        assert "secrets come from the environment" in said
        assert "hunter2" not in said


@pytest.mark.parametrize("kind", ["imap", "smtp"])
def test_a_password_in_a_url_is_refused_and_not_repeated(kind: str) -> None:
    said = fault(mailbox_with(f'{kind} = "{kind}s://user:hunter2@host"'))
    assert f"`{kind}` holds a password" in said
    assert f"TRACKER_{kind.upper()}_PASSWORD" in said
    assert "hunter2" not in said


def test_endpoints() -> None:
    read = read_settings(
        mailbox_with(
            'imap = "imaps://support@example.org@imap.example.org"\nsmtp = "smtp://127.0.0.1:1025"'
        )
    ).mailbox
    assert read.imap is not None
    assert read.smtp is not None
    assert read.imap[1:] == ("support@example.org", "imap.example.org", 993)
    assert read.imap.tls_from_start
    assert not read.imap.loopback
    assert read.smtp[1:] == ("", "127.0.0.1", 1025)
    assert read.smtp.loopback
    assert str(read.smtp) == "smtp://127.0.0.1:1025"


@pytest.mark.parametrize(
    ("url", "user", "port"),
    [
        ("imap://u@h", "u", 143),
        ("imaps://u%40x.org@h", "u@x.org", 993),
        ("imaps://u@[::1]:1993", "u", 1993),
    ],
)
def test_user_and_port_of_an_endpoint(url: str, user: str, port: int) -> None:
    imap = read_settings(mailbox_with(f'imap = "{url}"')).mailbox.imap
    assert imap is not None
    assert (imap.user, imap.port) == (user, port)


def test_plain_text_counts_as_loopback_only_on_this_machine() -> None:
    for host, here in (("localhost", True), ("127.0.0.5", True), ("10.0.0.1", False)):
        imap = read_settings(mailbox_with(f'imap = "imap://u@{host}"')).mailbox.imap
        assert imap is not None
        assert imap.loopback is here


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.org", "a b@c.org", "<a@b.org>", "a,b@c.org", "a(b@c.org", "a@b..org"],
)
def test_an_address_that_no_letter_could_carry(address: str) -> None:
    assert "address" in fault(MINIMAL.replace("support@example.org", address))


def test_a_desk_name_that_would_break_a_header() -> None:
    assert "one line" in fault(MINIMAL.replace("Support", "Support\\r\\nBcc: x@y.org"))


def test_two_agents_can_not_share_an_address() -> None:
    agents = '[agents.a]\nname = "A"\nemails = ["x@y.org"]\n[agents.b]\nname = "B"\n'
    said = fault(MINIMAL + agents + 'emails = ["X@Y.org"]\n')
    assert said == "tracker.toml:11: X@Y.org is already an address of a"


def test_an_agent_that_is_no_table_and_one_without_a_name() -> None:
    assert "must be a table: [agents.anna]" in faults(MINIMAL + '[agents]\nanna = "Анна"\n')[0]
    assert "`agents.anna.name` is missing" in fault(MINIMAL + "[agents.anna]\n")


def test_the_web_address_ends_with_a_slash() -> None:
    assert read_settings(desk_with('portal_url = "https://h.org/x"')).desk.portal_url == (
        "https://h.org/x/"
    )


def test_targets_and_working_hours() -> None:
    usual = read_settings(MINIMAL).sla
    assert (usual.first_answer, usual.close, usual.holidays, usual.workdays) == (None, None, (), ())
    assert usual.hours.week[0] == ((540, 1080),)
    assert usual.hours.week[6] == ()
    given = read_settings(
        mailbox_with(
            '[sla]\nfirst_answer = "30m"\nclose = "3d"\nhours = "Mon-Thu 08:00-17:00"\n'
            'holidays = ["2026-12-31", "2026-01-01..2026-01-08"]\nworkdays = ["2026-11-28"]'
        )
    ).sla
    assert (given.first_answer, given.close) == ((1800, 0), (0, 3))
    assert (len(given.holidays), len(given.workdays)) == (9, 1)


def test_dates_may_stand_without_quotes() -> None:
    bare = "[sla]\nholidays = [2026-12-31, 2027-01-01]\nworkdays = [2026-11-28]"
    quoted = re.sub(r"[0-9-]{10}", r'"\g<0>"', bare)
    assert read_settings(mailbox_with(bare)) == read_settings(mailbox_with(quoted))
    mixed = read_settings(mailbox_with('[sla]\nholidays = [2026-12-31, "2027-01-01..2027-01-08"]'))
    assert len(mixed.sla.holidays) == 9
    said = fault(MINIMAL.replace("[mailbox]", "[mailbox]\nlists = [2026-12-31]"))
    assert "`lists` must be a list of texts" in said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('frist_answer = "8h"', "unknown option `frist_answer`; did you mean `first_answer`?"),
        ('close = "soon"', "`close` must be working time such as `30m`, `8h` or `3d`"),
        ("close = 8", "`close` must be a text in quotes"),
        ('hours = ""', "`hours` must look like `Mon-Fri 09:00-18:00`"),
        ('holidays = ["31.12.2026"]', "`holidays` must hold dates such as `2026-12-31`"),
        ('holidays = "2026-12-31"', "`holidays` must be a list of dates"),
        ("holidays = 2026-12-31", "`holidays` must be a list of dates"),
        ("holidays = [2026-12-31T09:00:00]", "`holidays` must be a list of dates"),
        ("holidays = [20261231]", "`holidays` must be a list of dates"),
        ('workdays = ["2026-11-28 9-17"]', "`workdays` must hold dates such as"),
    ],
)
def test_a_fault_in_the_targets(line: str, expected: str) -> None:
    said = fault(mailbox_with(f"[sla]\n{line}"))
    assert said.startswith("tracker.toml:7: ")
    assert expected in said


def test_every_option_has_a_sentence_and_a_default_that_passes_its_own_check() -> None:
    for table, kind in TABLES.items():
        for name, spec in options_of(kind).items():
            assert re.fullmatch(r"[A-Z`].*\.", spec["sentence"], re.DOTALL), f"{table}.{name}"
            if spec["check"] and spec["default"] not in (MISSING, "", ()):
                spec["check"](spec["default"])
            if spec["choices"] and spec["default"] is not MISSING:
                assert spec["default"] in spec["choices"]


def requests_with(lines: str) -> str:
    """The smallest file with a request type at its end, whose header is line 6."""
    return f'{MINIMAL}[requests.access]\ntitle = "Access"\n{lines}\n'


def test_request_types_keep_their_order_and_their_questions() -> None:
    settings = read_settings(
        requests_with(
            'questions = ["Login*", "Since* : the day", "System: portal | mail |", "Card*:a|b"]'
        )
        + '[requests."доступ"]\ntitle = "Доступ"\n'
    )
    assert list(settings.requests) == ["access", "доступ"]
    asked = settings.requests["access"].questions
    assert [(one.label, one.required, one.hint, one.choices) for one in asked] == [
        ("Login", True, "", ()),
        ("Since", True, "the day", ()),
        ("System", False, "", ("portal", "mail")),
        ("Card", True, "", ("a", "b")),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (requests_with('qestions = ["a"]'), "tracker.toml:8: unknown option `qestions`; did you"),
        (requests_with('questions = "a"'), "tracker.toml:8: `questions` must be a list of texts"),
        (requests_with('questions = ["a", "A*"]'), "tracker.toml:8: `questions` asks for `A` twi"),
        (requests_with('questions = [": a"]'), "`questions` holds `: a`, which is no question"),
        (requests_with('questions = ["a\\nb"]'), "which is no question"),
        (requests_with('questions = ["Описание*"]'), "asks for `Описание`, which every request"),
        (requests_with('questions = ["type"]'), "asks for `type`, which every request has"),
        (requests_with(f'questions = ["{"a" * 51}"]'), "label longer than 50 characters"),
        (requests_with(f"questions = {list('abcdefghijklmnopqrstu')}"), "at most 20"),
        (requests_with("text = 1"), "tracker.toml:8: `text` must be a text in quotes"),
        (f"{MINIMAL}[requests.access]\n", "tracker.toml:6: `requests.access.title` is missing"),
        (f'{MINIMAL}[requests.a]\ntitle = "[a]"\n', "tracker.toml:7: `title` must have 1 to 60"),
        (f'{MINIMAL}[requests.A]\ntitle = "a"\n', "tracker.toml:6: the key `A` must be"),
        (f'{MINIMAL}[reqests.a]\ntitle = "a"\n', "unknown table `reqests`; did you mean `req"),
        (desk_with('submit_url = "http://forms.example.org/"'), "must be an address that begins"),
        (desk_with('submit_url = "https://x.org;script-src *"'), "`submit_url` must be an addr"),
        (desk_with('submit_url = "https://u@x.org/"'), "`submit_url` must be an address such as"),
        (desk_with('edit_url = "github.com"'), "`edit_url` must be a web address"),
    ],
)
def test_one_fault_of_the_portal_s_settings(source: str, expected: str) -> None:
    assert expected in fault(source)


def test_addresses_of_the_portal_may_be_left_empty() -> None:
    settings = read_settings(desk_with('edit_url = ""\nsubmit_url = ""'))
    assert (settings.desk.edit_url, settings.desk.submit_url) == ("", "")
    settings = read_settings(desk_with('edit_url = "https://x.org/edit/main"'))
    assert settings.desk.edit_url == "https://x.org/edit/main/"
