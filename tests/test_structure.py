"""The shape of the code base: small documented modules, whole catalogues, light start-up."""

from __future__ import annotations

import ast
import gettext
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tracker"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
LOCALE = PACKAGE / "locale"
CATALOGUE = LOCALE / "ru" / "LC_MESSAGES" / "tracker.po"
HEAVY = ("mkdocs", "rich", "lxml", "bs4", "github", "imapclient", "yaml", "snowballstemmer")


def tracked() -> list[Path]:
    """Every file of the repository that Git would keep."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_every_module_says_its_one_duty() -> None:
    silent = []
    for path in MODULES:
        first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]
        if not first.endswith((".", ":")) or len(first) < 10:
            silent.append(f"{path.relative_to(ROOT)}: {first!r}")
    assert silent == []


def test_no_module_is_long() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    long = {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LONGEST}
    assert long == {}
    assert sorted(sizes.values())[len(sizes) // 2] <= 150


# Catalogues


def sentences() -> Iterator[tuple[str, str]]:
    """Yield every sentence that the core, the desk and the command line translate, with its place.

    ``tracker/portal`` and ``tracker/core/pages`` have a catalogue of their own.
    """
    own = [PACKAGE / "portal", PACKAGE / "core" / "pages"]
    for path in MODULES:
        if any(folder in path.parents for folder in own):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                count = {"_": 1, "plural": 2}.get(node.func.attr, 0)
                for argument in node.args[:count]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def listed_events() -> list[str]:
    from tracker.core.texts import DAY, MONTHS, SHORT_DAY
    from tracker.core.wording import _EVENTS

    return [*_EVENTS.values(), *MONTHS, DAY, SHORT_DAY]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def test_every_sentence_is_in_the_catalogue(catalogue: Catalog) -> None:
    known = {
        one: message.string
        for message in catalogue
        for one in (message.id if isinstance(message.id, tuple) else (message.id,))
    }
    found = dict(sentences())
    assert len(found) > 15
    missing = [f"{place}: {text}" for text, place in found.items() if not known.get(text)]
    missing += [text for text in listed_events() if not known.get(text)]
    assert missing == []


def test_nothing_in_the_catalogue_is_unused(catalogue: Catalog) -> None:
    used = {text for text, _ in sentences()} | set(listed_events())
    ids = [message.id for message in catalogue if message.id]
    first = [one[0] if isinstance(one, tuple) else one for one in ids]
    assert [one for one in first if one not in used] == []


def test_a_translation_has_the_places_of_its_sentence(catalogue: Catalog) -> None:
    for message in catalogue:
        assert not message.fuzzy, message.id
        for problem in message.check(catalogue):
            raise AssertionError(f"{message.id}: {problem}")


def test_the_compiled_catalogue_is_up_to_date(catalogue: Catalog) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue:
        if isinstance(message.id, tuple):
            forms = [compiled.ngettext(*message.id, n) for n in (1, 2, 5)]
            assert forms == list(message.string)
        elif message.id:
            assert compiled.gettext(message.id) == message.string


# What must not be there


def test_no_tracked_file_names_a_package_host() -> None:
    hosts = [
        ".".join(parts)
        for parts in (
            ("files", "pythonhosted", "org"),
            ("pypi", "org"),
            ("registry", "npmjs", "org"),
            ("www", "npmjs", "com"),
            ("registry", "yarnpkg", "com"),
            ("deb", "debian", "org"),
            ("proxy", "golang", "org"),
        )
    ]
    options = ["--" + "index-url", "--" + "extra-index-url"]
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [
            f"{path.relative_to(ROOT)}: {host}" for host in [*hosts, *options] if host in text
        ]
    assert found == []


def test_every_package_is_pinned_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-s3.lock"):
        lines = (ROOT / name).read_text().replace("\\\n", " ").split("\n")
        packages = [line for line in lines if line and not line.lstrip().startswith("#")]
        assert len(packages) > 15
        loose = [one for one in packages if "==" not in one or "--hash=sha256:" not in one]
        assert [one for one in loose if not one.startswith("-")] == []


# Start-up


def test_the_command_line_starts_light() -> None:
    code = (
        f"import sys, tracker.cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ast.literal_eval(done.stdout) == []


def test_the_job_loads_neither_the_site_generator_nor_the_html_reader() -> None:
    code = (
        "import sys, tracker.cli.sync, tracker.desk.sync; "
        "print([name for name in ('mkdocs', 'lxml', 'bs4', 'github', 'rich', 'snowballstemmer') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
