"""A real nginx on loopback, which serves what a site's own configuration says."""

from __future__ import annotations

import http.client
import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .installed import program
from .ports import free_port, wait_listening

_SURROUNDINGS = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr;
{user}
events {{}}
http {{
    include {types};
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
"""What stands around a site in the nginx.conf of Debian and others, kept to one folder."""


@dataclass(frozen=True)
class Page:
    """What was answered; the names of the headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Nginx:
    """One nginx on a free loopback port, with a site's ``settings`` that name the port 80."""

    def __init__(self, folder: Path, settings: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self._program = program("nginx")
        self._process: subprocess.Popen[bytes] | None = None
        told = settings.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        assert told != settings
        # A machine need not have IPv6; where it has, this would be a second free port.
        (folder / "site.conf").write_text(told.replace("    listen [::]:80;\n", ""))
        # Started by root it would read as somebody who may not enter the folders of the tests.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.getuid() == 0 else ""
        around = _SURROUNDINGS.format(folder=folder, types=self._types(), user=user)
        (folder / "nginx.conf").write_text(around)

    def __enter__(self) -> Nginx:
        command = [self._program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "-e", "stderr"], stdin=subprocess.DEVNULL, stderr=log
            )
        wait_listening(self.port, self._process)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def get(self, path: str, **headers: str) -> Page:
        """Ask for a path, with headers such as ``Accept_Encoding="gzip"``. Follows nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("GET", path, headers=given)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, named, answer.read())
        finally:
            connection.close()

    def _types(self) -> str:
        """The table of MIME types that this nginx came with."""
        built = subprocess.run([self._program, "-V"], capture_output=True, text=True, check=True)
        (settings,) = re.findall(r"--conf-path=(\S+)", built.stderr)
        return str(Path(settings).parent / "mime.types")
