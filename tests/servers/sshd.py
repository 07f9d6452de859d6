"""A real OpenSSH server with throw-away keys: the machine that a job publishes to."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

from .installed import program
from .ports import free_port, wait_listening

_SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PidFile none
# Who may write the folders above is asked of a real machine; here they lie in /tmp.
StrictModes no
"""
_SEPARATED = Path("/run/sshd")
"""The empty folder that a server run by root shuts its network part into; Debian's service makes
it when it starts.
"""


class Sshd:
    """One OpenSSH server on a free loopback port that lets in one key, as the user of the tests.

    ``command`` is what that key may run, and nothing else, as in authorized_keys(5); without one
    it may run anything. ``key`` is the private key, ``known_hosts`` what ssh-keyscan prints.
    """

    def __init__(self, folder: Path, command: str = "") -> None:
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("host", "client"):
            make_key(folder / name)
        self.key = (folder / "client").read_text()
        self.known_hosts = f"[127.0.0.1]:{self.port} {_public(folder / 'host')}"
        forced = f'restrict,command="{command}" ' if command else ""
        (folder / "authorized_keys").write_text(forced + _public(folder / "client"))

    def __enter__(self) -> Sshd:
        if os.getuid() == 0:
            _SEPARATED.mkdir(mode=0o755, exist_ok=True)
        settings = self.folder / "sshd_config"
        settings.write_text(_SETTINGS.format(port=self.port, folder=self.folder))
        server = program("sshd", "openssh")
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [server, "-D", "-e", "-f", str(settings)], stdin=subprocess.DEVNULL, stderr=log
            )
        wait_listening(self.port, self._process, greeting=b"SSH-2.0")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def target(self, path: str) -> str:
        """Return ``path`` on this machine as rsync and scp write it."""
        return f"{pwd.getpwuid(os.getuid()).pw_name}@127.0.0.1:{path}"

    @property
    def client(self) -> Path:
        """A folder for the search path, whose ``ssh`` is the real one, led to this port.

        Jobs go to port 22, which a test can't have, and to no settings of the machine's user.
        """
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "ssh"
        real = program("ssh", "openssh")
        script.write_text(f'#!/bin/sh\nexec {real} -F none -p {self.port} "$@"\n')
        script.chmod(0o755)
        return folder


def make_key(file: Path) -> None:
    """Write a new key to ``file`` and its public half beside it."""
    command = [program("ssh-keygen", "openssh"), "-q", "-t", "ed25519", "-N", "", "-f", str(file)]
    subprocess.run(command, check=True)


def _public(file: Path) -> str:
    return file.with_suffix(".pub").read_text()
