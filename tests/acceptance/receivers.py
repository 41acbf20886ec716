"""Receivers of digests that behave as told: a web server and a mail server."""

import asyncio
import email
import email.message
import email.policy
import http.server
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


def make_certificate(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for localhost that is its own authority, and its key."""
    certificate, key = folder / "server.pem", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True, timeout=60)
    return certificate, key


class Webhook:
    """Answers each POST as `behave` says: a status, "hang" or "reset"."""

    def __init__(self) -> None:
        self.behave: int | str = 200
        self.headers: dict[str, str] = {}
        self.body = b"thanks"
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.closing = threading.Event()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                behave = owner.behave
                if behave == "hang":
                    owner.closing.wait(60)
                    return
                if behave == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                self.send_response(int(behave))
                for name, value in owner.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(owner.body)))
                self.end_headers()
                try:
                    self.wfile.write(owner.body)
                except OSError:
                    pass

            def log_message(self, *arguments: Any) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    pass

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class MailServer:
    """aiosmtpd with STARTTLS and a sign-in. `behave`: accept, defer, reject,
    reject_recipient, or drop (in the middle of DATA)."""

    USER, PASSWORD = "feed", "a-secret-of-mail"

    def __init__(self, folder: pathlib.Path) -> None:
        self.behave = "accept"
        self.mails: list[email.message.EmailMessage] = []
        self.attempts = 0
        self.signed_in = False
        self.certificate, key = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        owner = self

        class Dropping(SMTP):
            async def smtp_DATA(self, arg: str) -> None:
                if owner.behave != "drop":
                    await super().smtp_DATA(arg)
                    return
                owner.attempts += 1
                await self.push("354 go on")
                await self._reader.read(100)
                self.transport.abort()

        class Handler:
            async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope,
                                  address: str, options: list[str]) -> str:
                if owner.behave == "reject_recipient":
                    owner.attempts += 1
                    return "550 5.1.1 no such mailbox here"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server: SMTP, session: Session,
                                  envelope: Envelope) -> str:
                owner.attempts += 1
                owner.signed_in = bool(session.authenticated) and session.ssl is not None
                if owner.behave == "defer":
                    return "451 4.3.0 try later, the disk is full"
                if owner.behave == "reject":
                    return "554 5.7.1 this looks like spam"
                mail = email.message_from_bytes(envelope.content or b"",
                                                policy=email.policy.default)
                mail["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
                owner.mails.append(mail)  # type: ignore[arg-type]
                return "250 taken"

        def sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str,
                    data: Any) -> AuthResult:
            right = (data.login == self.USER.encode()
                     and data.password == self.PASSWORD.encode())
            return AuthResult(success=right, handled=False)

        class Server(Controller):
            def factory(self) -> SMTP:
                return Dropping(self.handler, **self.SMTP_kwargs)

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.controller = Server(
            Handler(), hostname="127.0.0.1", port=port, tls_context=context,
            require_starttls=True, auth_required=True, authenticator=sign_in,
            loop=asyncio.new_event_loop())
        self.controller.start()
        self.address = f"localhost:{self.controller.port}"

    def close(self) -> None:
        self.controller.stop()
