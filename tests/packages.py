"""Tracker's own wheel, and wheels of all it needs made from what is installed: an index on disk.

So an installation into an empty environment can be tried without any network.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from tracker.adapters.installed import PACKAGE, pins

ROOT = Path(__file__).parent.parent


def fill_wheelhouse(folder: Path) -> Path:
    """Put all wheels into ``folder`` unless they are there; safe for several processes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            build(folder, "wheel")
            for pin in pins():
                pack(distribution(pin.partition("==")[0]), folder)
            (folder / "done").touch()
    return folder


def build(folder: Path, kind: str) -> Path:
    """Build Tracker's wheel or sdist as a release does; return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind]
    subprocess.run(
        [*command, "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    ending = "*.whl" if kind == "wheel" else "*.tar.gz"
    (made,) = folder.glob(f"{PACKAGE.replace('-', '_')}-{ending}")
    return made


def pack(package: Distribution, folder: Path) -> None:
    """Make a wheel of an installed package (PEP 427), without its scripts, which pip makes anew."""
    name = package.metadata["Name"].replace("-", "_")
    lines = (package.read_text("WHEEL") or "").splitlines()
    tags = [line.removeprefix("Tag: ").split("-") for line in lines if line.startswith("Tag: ")]
    tag = "-".join(".".join(sorted(set(part))) for part in zip(*tags, strict=True))
    target = folder / f"{name}-{package.version}-{tag}.whl"
    record, listing = [], ""
    with zipfile.ZipFile(target, "w") as wheel:
        for file in package.files or ():
            path = file.as_posix()
            if path.startswith("../") or path.endswith(".pyc"):
                continue
            if path.endswith(".dist-info/RECORD"):
                listing = path
                continue
            if path.rpartition("/")[2] in ("INSTALLER", "REQUESTED", "direct_url.json"):
                continue
            content = Path(str(file.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            record.append(f"{path},sha256={digest.decode()},{len(content)}")
            wheel.writestr(path, content)
        wheel.writestr(listing, "\n".join([*record, f"{listing},,", ""]))
