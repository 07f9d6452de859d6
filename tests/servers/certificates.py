"""A certificate authority of the tests' own, and a certificate for localhost signed by it."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Python 3.13 verifies strictly: the key identifiers must be there (RFC 5280, 4.2.1.1).
_LEAF = """\
subjectAltName=DNS:localhost
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""


class Certificates:
    """Files ``ca``, ``certificate`` and ``key`` (good for ``localhost``) under ``folder``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.ca = folder / "ca.pem"
        self.certificate = folder / "cert.pem"
        self.key = folder / "key.pem"
        ca_key = folder / "ca.key"
        new = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        new += ["-days", "2", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        _openssl(*new, "-subj", "/CN=Tracker tests", "-keyout", str(ca_key), "-out", str(self.ca))
        _openssl(
            *("req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-subj", "/CN=localhost", "-keyout", str(self.key), "-out", str(folder / "csr.pem")),
        )
        names = folder / "names"
        names.write_text(_LEAF)
        _openssl(
            *("x509", "-req", "-days", "2", "-in", str(folder / "csr.pem"), "-CA", str(self.ca)),
            *("-CAkey", str(ca_key), "-CAcreateserial", "-extfile", str(names)),
            *("-out", str(self.certificate)),
        )


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr}")
