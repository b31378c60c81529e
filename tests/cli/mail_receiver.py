"""A server of SMTP (RFC 5321) that takes mail, with STARTTLS and AUTH PLAIN or LOGIN."""

import base64
import socketserver
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.serve.certificates import Pair


class MailReceiver(socketserver.ThreadingTCPServer):
    """Takes mail from one user. ``mails``: the recipients and the message of each."""

    daemon_threads = True

    def __init__(self, pair: Pair, user: str, password: str) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pair.cert, pair.key)
        self.credentials = user, password
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.accepts = True
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailReceiver

    def handle(self) -> None:
        self.is_secure = self.is_known = False
        self.recipients: list[str] = []
        self.say("220 receiver")
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            self.say(*getattr(self, f"on_{verb.lower()}", self.on_other)(rest))
            if verb == "STARTTLS":
                self.secure()

    def finish(self) -> None:
        super().finish()
        if self.is_secure:
            self.connection.close()

    def on_ehlo(self, _: str) -> list[str]:
        return ["250-receiver", "250 AUTH PLAIN LOGIN" if self.is_secure else "250 STARTTLS"]

    def on_starttls(self, _: str) -> list[str]:
        return ["220 go ahead"]

    def on_auth(self, said: str) -> list[str]:
        return ["235 accepted" if self.authenticates(said) else "535 refused"]

    def on_rcpt(self, said: str) -> list[str]:
        if not self.server.accepts or not self.is_known:
            return ["550 refused"]
        self.recipients.append(said.partition("<")[2].partition(">")[0])
        return ["250 ok"]

    def on_data(self, _: str) -> list[str]:
        self.say("354 go on")
        self.server.mails.append((self.recipients, self.message()))
        self.recipients = []
        return ["250 ok"]

    def on_other(self, _: str) -> list[str]:
        return ["250 ok"]

    def secure(self) -> None:
        """Go on over TLS."""
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_secure = True

    def authenticates(self, said: str) -> bool:
        kind, _, first = said.partition(" ")
        if kind.upper() == "PLAIN":
            given = base64.b64decode(first).decode().split("\0")[1:]
        else:
            given = [base64.b64decode(first).decode()] if first else [self.ask("User Name")]
            given.append(self.ask("Password"))
        self.is_known = self.is_secure and tuple(given) == self.server.credentials
        return self.is_known

    def ask(self, what: str) -> str:
        self.say(f"334 {base64.b64encode(what.encode()).decode()}")
        return base64.b64decode(self.rfile.readline().strip()).decode()

    def message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))  # RFC 5321, section 4.5.2
        found = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(found, EmailMessage)
        return found

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
