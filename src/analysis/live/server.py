"""Pages of a draft for the browser of this machine: nothing else is served, to nobody else, and nothing is taken in.

It listens on the loopback interface alone. An address begins with a key that only this run knows, so that other users of the
machine do not find the pages; a request under another name of the machine, as a foreign page could make it, is refused.
"""

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

HOST = "127.0.0.1"
FRAME = Path(__file__).parent / "page"  # the page around the pages
_QUIET = 10.0  # seconds after which a connection that waits is told that all is as it was
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FRAME_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
_PAGE_POLICY = "frame-ancestors 'self'"


class Told:
    """What browsers are told: the state of the draft, each time it changes; and which pages they have open."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"versions": {}, "running": [], "problems": [], "last": ""}
        self.open: dict[int, str] = {}
        self._changes, self._change = 0, threading.Condition()
        self.ended = False

    def tell(self, **state: Any) -> None:
        """Change parts of the state, and tell it."""
        with self._change:
            self.state |= state
            self._changes += 1
            self._change.notify_all()

    def written(self, paths: list[str]) -> None:
        """Tell that some pages are other ones now."""
        versions = self.state["versions"]
        self.tell(versions=versions | {path: versions.get(path, 0) + 1 for path in paths})

    def end(self) -> None:
        """Let every waiting connection go."""
        self.ended = True
        self.tell()

    def heard(self, page: str) -> Iterator[str]:
        """The state as JSON now and after each change, for a browser that has `page` open; empty texts in between."""
        number = threading.get_ident()
        self.open[number] = page
        seen = -1
        try:
            while not self.ended:
                with self._change:
                    self._change.wait_for(lambda seen=seen: self._changes != seen, _QUIET)
                    fresh, seen = self._changes != seen, self._changes
                    text = json.dumps(self.state) if fresh else ""
                yield text
        finally:
            self.open.pop(number, None)


class Handler(BaseHTTPRequestHandler):
    """Answers one browser."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """A page, the frame around it, or the state as it changes."""
        parts = urlsplit(self.path)
        key, _, rest = unquote(parts.path).removeprefix("/").partition("/")
        if self.headers.get("Host") not in self.server.names:
            self._refuse(HTTPStatus.FORBIDDEN, "this address is answered under the name of this machine alone")
        elif not secrets.compare_digest(key.encode(), self.server.key.encode()):
            self._refuse(HTTPStatus.NOT_FOUND, "no such page; the address is the one the terminal names")
        elif rest == "events":
            self._events(parse_qs(parts.query).get("page", [""])[0])
        else:
            self._file(rest or "live.html")

    do_HEAD = do_GET

    def log_message(self, *message: Any) -> None:
        """The terminal tells what runs, not who asks."""

    def _events(self, page: str) -> None:
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Connection": "close"})
        try:
            for text in self.server.told.heard(page):
                self.wfile.write((f"data: {text}\n\n" if text else ": as it was\n\n").encode())
                self.wfile.flush()
        except OSError:  # the browser has gone
            pass
        self.close_connection = True

    def _file(self, name: str) -> None:
        found = self.server.file(name)
        if found is None:
            self._refuse(HTTPStatus.NOT_FOUND, "no such page")
            return
        content, own = found.read_bytes(), found.parent == FRAME
        kind = _TYPES.get(found.suffix, "application/octet-stream")
        more = {"Content-Type": kind, "Content-Length": str(len(content))}
        self._head(HTTPStatus.OK, more | {"Content-Security-Policy": _FRAME_POLICY if own else _PAGE_POLICY})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        content = f"{why}\n".encode()
        self._head(status, {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(self, status: HTTPStatus, fields: Mapping[str, str]) -> None:
        self.send_response_only(status)
        always = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        for name, value in {**always, **fields}.items():
            self.send_header(name, value)
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Serves folders of a draft, each by the name that its addresses begin with."""

    daemon_threads = True

    def __init__(self, folders: Mapping[str, Path], port: int) -> None:
        """Bind to a port of the loopback interface (0: any that is free). Raises OSError if it is taken."""
        super().__init__((HOST, port), Handler)
        self.folders, self.told, self.key = dict(folders), Told(), secrets.token_urlsafe(16)
        self.names = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    @property
    def address(self) -> str:
        """Where the frame around the pages is."""
        return f"http://{HOST}:{self.server_port}/{self.key}/"

    def file(self, name: str) -> Path | None:
        """The file of an address below the key; None if there is none, or it lies outside the folders that are served."""
        if "\0" in name or "\\" in name:
            return None
        first, _, rest = name.partition("/")
        folder = self.folders.get(first) if rest else FRAME
        path = folder / (PurePosixPath(rest) if rest else first) if folder else None
        if folder is None or path is None or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            return None
        return path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Have a server answer until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.told.end()
        server.shutdown()
        server.server_close()
