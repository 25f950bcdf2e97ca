"""Asks a fork server for a process, and can stand in for it: same streams, same signals, same exit status.

Standard library only: run as a script, this is what Jupyter starts and stops in place of a kernel.
"""

import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Any

LENGTH = struct.Struct("!I")
SERVER_GONE = 70  # exit status when the server ended before it could tell how its child did


def ask(
    address: str, arguments: Sequence[str], streams: Sequence[int], environment: dict[str, str], folder: str
) -> socket.socket:
    """Ask the server at `address` for a process; returns the connection, which lives as long as the process.

    `streams` are the file descriptors of its standard input, output and error. Closing the connection kills it.
    Raises OSError if there is no such server.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    request = json.dumps({"arguments": list(arguments), "environment": environment, "folder": folder}).encode()
    socket.send_fds(connection, [LENGTH.pack(len(request))], list(streams))
    connection.sendall(request)
    return connection


def answered(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The request that `ask` put into a connection, and its streams; None if it came in broken."""
    head, streams, _, _ = socket.recv_fds(connection, LENGTH.size, 3)
    body = b""
    while len(head) == LENGTH.size and len(body) < LENGTH.unpack(head)[0]:
        part = connection.recv(LENGTH.unpack(head)[0] - len(body))
        if not part:
            break
        body += part
    try:
        return (json.loads(body), streams) if len(streams) == 3 else None
    except ValueError:
        return None


def status(connection: socket.socket) -> int:
    """Wait for the process to end; its exit status, or minus the signal that ended it."""
    parent, text = os.getppid(), b""
    connection.settimeout(1.0)
    while os.getppid() == parent:  # an orphan has nobody to wait for, and its process goes with it
        try:
            part = connection.recv(64)
        except TimeoutError:
            continue
        if not part:
            break
        text += part
    return int(text) if text else SERVER_GONE


def stand_in(address: str, arguments: Sequence[str]) -> int:
    """Have the server run `arguments` with this process's streams, folder and environment; pass signals on to it."""
    connection = ask(address, arguments, (0, 1, 2), dict(os.environ), os.getcwd())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: connection.send(bytes([received])))
    ended = status(connection)
    return ended if ended >= 0 else 128 - ended


if __name__ == "__main__":
    sys.exit(stand_in(sys.argv[1], sys.argv[2:]))
