"""The browser's side of the accounts passes the vectors that the desk's side passes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.core.accounts.vectors import FILE
from tests.portal.browser import visit
from tracker.core.accounts.packing import padme
from tracker.portal import private

pytestmark = pytest.mark.servers

VECTORS: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
INPUTS = VECTORS["inputs"]
MODULES = ("bytes", "keys", "passwords", "registration", "sealed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Page]:
    """A page of a site that has the viewer's modules, all of them loaded as `window.viewer`."""
    root = tmp_path_factory.mktemp("vectors")
    for address, path in private.static_files():
        target = root / Path(address).relative_to(private.viewer_folder())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    root.joinpath("index.html").write_text("<!doctype html><link rel=icon href=data:,>")
    with visit(root, chromium) as site:
        page = site.open("")
        page.evaluate(
            """async (names) => {
                window.viewer = {};
                for (const name of names) Object.assign(viewer, await import(`/${name}.js`));
            }""",
            MODULES,
        )
        yield page
        assert site.faults == []


def run(page: Page, body: str, argument: object = None) -> Any:
    """Run the body of an async function of `v`, the vectors, and `x`, the argument."""
    return page.evaluate(f"async ([v, x]) => {{ {body} }}", [VECTORS, argument])


def test_the_key_schedule(page: Page) -> None:
    """Keys can't be read, so each is compared by a file that it must open."""
    assert run(
        page,
        """
        const token = viewer.fromB64(v.keys.token);
        return [await viewer.blobName(token), viewer.b64(token)];
        """,
    ) == [VECTORS["names"]["blob"], VECTORS["keys"]["token"]]


def test_padding(page: Page) -> None:
    found = run(page, "return v.padme.map(([size]) => [size, viewer.padme(size)]);")
    assert found == VECTORS["padme"]
    sizes = [*range(3000), *(2**n + d for n in range(12, 31) for d in (-1, 0, 1))]
    assert run(page, "return x.map(viewer.padme);", sizes) == [padme(size) for size in sizes]


def test_a_bundle_opens(page: Page) -> None:
    found = run(
        page,
        """
        const key = await viewer.keyOf(viewer.fromB64(v.keys.account));
        const { site, account, epoch } = v.inputs;
        const where = viewer.place("bundle", site, v.bundle.path, account, epoch);
        const file = viewer.fromB64(v.bundle.file);
        const plain = await viewer.open(await viewer.bundleKey(key), where, file);
        const packed = viewer.textOf(await viewer.unpack(viewer.fromB64(v.bundle.packed)));
        return [viewer.b64(viewer.associated(where)), viewer.textOf(plain), packed];
        """,
    )
    bundle = VECTORS["bundle"]
    assert found == [bundle["associated"], bundle["text"], bundle["text"]]


def test_an_attachment_opens(page: Page) -> None:
    found = run(
        page,
        """
        const { site, account, epoch } = v.inputs;
        const where = viewer.place("attachment", site, v.attachment.path, account, epoch);
        const key = await viewer.openerOf(viewer.fromB64(v.attachment.key));
        return viewer.b64(await viewer.open(key, where, viewer.fromB64(v.attachment.file)));
        """,
    )
    assert found == VECTORS["attachment"]["content"]


@pytest.mark.parametrize("vector", VECTORS["argon2"], ids=lambda one: one["normal"])
def test_a_password(page: Page, vector: dict[str, Any]) -> None:
    found = run(
        page,
        """
        const { site, address } = v.inputs;
        const one = await viewer.derive(x.password, `  ${address.toUpperCase()} `, site, x);
        return [one.locator, viewer.b64(one.wrapping)];
        """,
        vector,
    )
    assert found == [vector["locator"], vector["wrapping"]]


def test_the_salt_of_an_address(page: Page) -> None:
    code = "return viewer.b64(await viewer.saltOf(v.inputs.site, v.inputs.address));"
    assert run(page, code) == VECTORS["salt"]


def test_a_login_file_opens(page: Page) -> None:
    found = run(
        page,
        """
        const { site, address } = v.inputs;
        const one = await viewer.derive(v.login.password, address, site, v.login);
        const where = viewer.place("login", site, `private/l/${one.locator}`);
        const key = await viewer.openerOf(one.wrapping);
        const plain = await viewer.open(key, where, viewer.fromB64(v.login.file));
        return [where.path, JSON.parse(viewer.textOf(plain))];
        """,
    )
    assert found == [
        VECTORS["login"]["path"],
        {
            "v": 1,
            "account": INPUTS["account"],
            "epoch": INPUTS["epoch"],
            "key": VECTORS["keys"]["account"],
            "bundle": VECTORS["names"]["bundle"][0],
        },
    ]


def test_an_activation_blob_opens(page: Page) -> None:
    path, blob = run(
        page,
        """
        const token = viewer.fromB64(v.activation.link.split("#a=")[1]);
        const path = `private/a/${await viewer.blobName(token)}`;
        const where = viewer.place("activation", v.inputs.site, path);
        const key = await viewer.blobKey(await viewer.keyOf(token));
        const plain = await viewer.open(key, where, viewer.fromB64(v.activation.file));
        return [path, JSON.parse(viewer.textOf(plain))];
        """,
    )
    assert path == VECTORS["activation"]["path"]
    assert blob["passphrase"] == VECTORS["keys"]["passphrase"]
    assert blob["key"] == VECTORS["keys"]["account"]


def test_a_registration_is_sealed(page: Page) -> None:
    found = run(
        page,
        """
        const { site, account, epoch } = v.inputs;
        const key = await viewer.keyOf(viewer.fromB64(v.keys.account));
        const { locator, wrap, cipherNonce, nonce } = v.registration;
        const nonces = [viewer.fromB64(cipherNonce), viewer.fromB64(nonce)];
        const one = { locator, wrapping: viewer.fromB64(wrap) };
        return viewer.sealRegistration({ account, epoch, key }, site, one, nonces);
        """,
    )
    assert found == VECTORS["registration"]["block"]


BROKEN = {
    "a bit": "file[40] ^= 1; return file;",
    "cut": "return file.subarray(0, file.length - 1);",
    "cut to nothing": "return file.subarray(0, 5);",
    "longer": "return viewer.concat(file, new Uint8Array(1));",
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_changed_file_does_not_open(page: Page, change: str) -> None:
    found = run(
        page,
        f"""
        const change = (file) => {{ {change} }};
        const {{ site, account, epoch }} = v.inputs;
        const where = viewer.place("bundle", site, v.bundle.path, account, epoch);
        const key = await viewer.bundleKey(await viewer.keyOf(viewer.fromB64(v.keys.account)));
        return viewer.open(key, where, change(viewer.fromB64(v.bundle.file)))
            .then(() => "opened", (problem) => problem.name);
        """,
    )
    assert found == "altered"


@pytest.mark.parametrize("part", ["kind", "site", "path", "account", "epoch"])
def test_a_file_opens_only_in_its_place(page: Page, part: str) -> None:
    found = run(
        page,
        """
        const { site, account, epoch } = v.inputs;
        const where = viewer.place("bundle", site, v.bundle.path, account, epoch);
        where[x] = x === "epoch" ? 4 : `${where[x]}x`;
        const key = await viewer.bundleKey(await viewer.keyOf(viewer.fromB64(v.keys.account)));
        return viewer.open(key, where, viewer.fromB64(v.bundle.file))
            .then(() => "opened", (problem) => problem.name);
        """,
        part,
    )
    assert found == "altered"


def test_what_is_no_packing_is_refused(page: Page) -> None:
    """Padding that holds something, a wrong length, a stream that ends early or goes on."""
    found = run(
        page,
        """
        const right = viewer.fromB64(v.bundle.packed);
        const length = new DataView(right.buffer).getUint32(0);
        const padded = right.slice(); padded[padded.length - 1] = 1;
        const longer = viewer.concat(right, new Uint8Array(64));
        const early = right.slice(); new DataView(early.buffer).setUint32(0, length - 3);
        const results = [];
        for (const one of [right, padded, longer, early, new Uint8Array(2)]) {
            results.push(await viewer.unpack(one).then(() => "opened", () => "refused"));
        }
        return [length + 4 < right.length, results];
        """,
    )
    assert found == [True, ["opened", "refused", "refused", "refused", "refused"]]
