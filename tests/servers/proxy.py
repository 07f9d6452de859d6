"""A line to a server that a test can cut, or let fall silent: a TCP relay on loopback."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading


class Proxy:
    """Relays connections to ``target``, a port of this machine, until it is told to break them."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.taken = 0
        self.cuts = 0
        self._open: list[socket.socket] = []
        self._marker, self._after = b"", 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Proxy:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.flow()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """Break every connection, with a reset."""
        with self._lock:
            connections, self._open = self._open, []
        for one in connections:
            _reset(one)

    def cut_in(self, marker: bytes, after: int) -> None:
        """Break the next connection on which the server says ``marker``, so many bytes later."""
        with self._lock:
            self._marker, self._after = marker, after

    def hold(self) -> None:
        """Let nothing through any more, and close nothing: a line that is dead and looks alive."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                _reset(client)
                continue
            self.taken += 1
            with self._lock:
                self._open += [client, server]
            for pair in ((client, server, False), (server, client, True)):
                thread = threading.Thread(target=self._relay, args=pair, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _relay(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        left = -1
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                self._flowing.wait()
                if from_server and left < 0:
                    left = self._marked(data)
                if 0 <= left < len(data):
                    sink.sendall(data[:left])
                    self.cuts += 1
                    break
                left = left - len(data) if left >= 0 else left
                sink.sendall(data)
        for one in (source, sink):
            _reset(one)

    def _marked(self, data: bytes) -> int:
        """After how many bytes of ``data`` and what follows to cut; -1 for not at all."""
        with self._lock:
            at = data.find(self._marker) if self._marker else -1
            if at < 0:
                return -1
            self._marker = b""
            return at + self._after


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
