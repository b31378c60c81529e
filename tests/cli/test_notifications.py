"""`--notify` sends a summary of a run to what the settings name, and only there."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot
from tests.cli.mail_receiver import MailReceiver
from tests.serve.certificates import Authority

Shall = Callable[..., Any]
WriteCase = Callable[..., None]

TOKEN = "5f3bcanary7719token"
SECRET = "SECcanary4471"
MAIL_WORD = "mail-canary-52"


class Receiver(ThreadingHTTPServer):
    """What robots would receive: paths, queries and bodies."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, list[str]], Any]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = urlsplit(self.path)
        self.server.got.append((parts.path, parse_qs(parts.query), json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def _listening() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def receiver(_listening: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """The receiver in the place of each robot's host: the plugins of apprise name it as theirs."""
    _listening.got.clear()
    _listening.status = 200
    url = _listening.url
    monkeypatch.setattr(NotifyDingTalk, "notify_url", f"{url}/ding?access_token={{token}}")
    monkeypatch.setattr(NotifyFeishu, "notify_url", f"{url}/feishu/{{token}}")
    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{url}/wecom?key={{key}}")
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{url}/slack")
    return _listening


@pytest.fixture
def notify(shall: Shall, write_case: WriteCase, service: Any, project: Path) -> Shall:
    """Runs a case that fails, with an address and when to send."""

    def run(
        address: str, when: str = "failure", *more: str, expected: int = 201, **environ: str
    ) -> Any:
        write_case("order", "/echo", 'verifies: ["shop#1.1"]', expected)
        (project / "shall.yaml").write_text(
            f"host: {service.url}\nnotify: {{when: {when}, to: {{team: {{environment: ROBOT}}}}}}\n"
        )
        return shall("run", "--notify", *more, ROBOT=address, **environ)

    return run


@pytest.mark.verifies("reports#5.1", "reports#5.2")
def test_dingtalk_gets_a_signed_summary(notify: Shall, receiver: Receiver) -> None:
    ended = notify(f"dingtalk://{SECRET}@{TOKEN}/", CI_JOB_URL="https://ci.example/jobs/7")
    assert ended.returncode == 1
    assert "accepted" not in ended.stderr
    ((path, query, body),) = receiver.got
    assert (path, query["access_token"]) == ("/ding", [TOKEN])
    signed = f"{query['timestamp'][0]}\n{SECRET}".encode()
    sign = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(sign).decode()]
    title, counts, case, place = body["text"]["content"].splitlines()
    assert title == "shall: 1 of 1 cases did not pass"
    assert counts == "1 failed"
    assert case.startswith("- order [shop#1.1]: get: status_code: expected 201, actual 200")
    assert place == "https://ci.example/jobs/7"


@pytest.mark.verifies("reports#5.1")
@pytest.mark.parametrize(
    ("address", "path", "text"),
    [
        (f"feishu://{TOKEN}", f"/feishu/{TOKEN}", lambda it: it["content"]["text"]),
        (f"wecombot://{TOKEN}", "/wecom", lambda it: str(it)),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "/slack/", str),
        ("json://$receiver/hook/canary", "/hook/canary", lambda it: it["title"]),
    ],
)
def test_other_robots_and_webhooks_get_it_too(
    notify: Shall, receiver: Receiver, address: str, path: str, text: Callable[[Any], str]
) -> None:
    ended = notify(address.replace("$receiver", receiver.url.removeprefix("http://")))
    assert "accepted" not in ended.stderr
    ((got, _, body),) = receiver.got
    assert got.startswith(path)
    assert "1 of 1 cases did not pass" in text(body)


@pytest.mark.verifies("reports#5.5")
@pytest.mark.parametrize(("expected", "kind"), [(200, "success"), (201, "failure")])
def test_the_type_of_a_notification_is_the_outcome(
    notify: Shall, receiver: Receiver, expected: int, kind: str
) -> None:
    address = f"json://{receiver.url.removeprefix('http://')}"
    notify(address, "always", expected=expected)
    ((_, _, body),) = receiver.got
    assert body["type"] == kind


@pytest.fixture(scope="module")
def _mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailReceiver]:
    pair = Authority(tmp_path_factory.mktemp("mail")).pair("mail")
    with MailReceiver(pair, "robot@example.com", MAIL_WORD) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def mail(_mail: MailReceiver) -> MailReceiver:
    _mail.mails.clear()
    _mail.accepts = True
    return _mail


def mail_address(mail: MailReceiver, word: str = MAIL_WORD) -> str:
    """Return an address whose server is ours; its certificate is signed by nobody known."""
    return (
        f"mailtos://robot%40example.com:{word}@{mail.address}/ann@example.com/bo@example.com"
        "?from=robot@example.com&verify=no"
    )


@pytest.mark.verifies("reports#5.1")
@pytest.mark.parametrize(
    ("language", "subject", "counts"),
    [("en", "1 of 1 cases did not pass", "1 failed"), ("zh", "未通过", "失败")],
)
def test_mail_is_a_plain_text_over_tls_with_a_login(
    notify: Shall, mail: MailReceiver, language: str, subject: str, counts: str
) -> None:
    ended = notify(mail_address(mail), SHALL_LANG=language)
    assert "accepted" not in ended.stderr
    assert [it[0] for it in mail.mails] == [["ann@example.com"], ["bo@example.com"]]
    message = mail.mails[0][1]
    assert subject in message["Subject"]
    assert "robot@example.com" in message["From"]
    body = message.get_body()
    assert body is not None
    assert body.get_content_type() == "text/plain"
    first, second = body.get_content().splitlines()
    assert counts in first
    assert second.startswith("- order [shop#1.1]: get: status_code: ")


@pytest.mark.verifies("reports#5.3")
@pytest.mark.parametrize("refuses", ["login", "recipient"])
def test_mail_that_is_refused_is_a_warning_without_the_password(
    notify: Shall, mail: MailReceiver, refuses: str
) -> None:
    mail.accepts = refuses != "recipient"
    word = "wrong-canary-31" if refuses == "login" else MAIL_WORD
    ended = notify(mail_address(mail, word), "always", expected=200)
    assert ended.returncode == 0
    assert "The notification to team could not be delivered, or was not accepted." in ended.stderr
    assert mail.mails == []
    assert word not in ended.stdout + ended.stderr


@pytest.mark.verifies("reports#5.2")
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("failure", [(200, 0), (201, 1)]),
        ("always", [(200, 1), (201, 2)]),
        ("change", [(200, 0), (201, 1), (201, 1), (200, 2), (200, 2)]),
    ],
)
def test_it_is_sent_when_it_is_due(
    notify: Shall, receiver: Receiver, when: str, expected: list[tuple[int, int]]
) -> None:
    for status, count in expected:
        notify(f"feishu://{TOKEN}", when, expected=status)
        assert len(receiver.got) == count, status


@pytest.mark.verifies("reports#5.3")
@pytest.mark.parametrize(
    ("address", "why"),
    [
        (
            f"dingtalk://{SECRET}@{TOKEN}",
            "The notification to team could not be delivered, or was not accepted.",
        ),
        (f"{TOKEN}://{SECRET}", "notify.to.team holds no address that apprise reads."),
        ("", "ROBOT is not set."),
    ],
)
def test_what_is_not_sent_is_a_warning_without_the_address(
    notify: Shall, receiver: Receiver, address: str, why: str
) -> None:
    receiver.status = 500
    ended = notify(address, "always", expected=200)
    assert ended.returncode == 0
    assert "1 passed" in ended.stdout
    assert why in ended.stderr
    for secret in (TOKEN, SECRET):
        assert secret not in ended.stdout + ended.stderr


@pytest.mark.verifies("reports#5.3")
def test_without_an_address_nothing_runs_and_an_address_in_the_file_is_refused(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_case("a")
    ended = shall("run", "--notify")
    assert ended.returncode == 2
    assert "No address of a notification is set." in ended.stderr
    (project / "shall.yaml").write_text(f"notify: {{to: {{team: feishu://{TOKEN}}}}}\n")
    ended = shall("run")
    assert ended.returncode == 2
    assert (
        "names with the source of an address each, such as team: {environment: ROBOT}."
        in ended.stderr
    )
    assert service.log.calls == []


@pytest.mark.verifies("reports#5.4")
def test_the_robots_of_an_earlier_config_yaml_get_it_after_each_run(
    shall: Shall, write_case: WriteCase, project: Path, service: Any, receiver: Receiver
) -> None:
    write_case("a")
    (project / "config.yaml").write_text(
        f"""title: Shop checks
projects: {{shop: {{test: {{host: "{service.url}"}}}}}}
notifications:
  dingtalk:
    webhook: "https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"
    secret: {SECRET}
  weixin: {{webhook: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=w{TOKEN}"}}
  feishu: {{webhook: "https://open.feishu.cn/open-apis/bot/v2/hook/f{TOKEN}", secret: no}}
"""
    )
    ended = shall("run", "--host", service.url, "--env", "test", "--notify")
    assert "1 passed" in ended.stdout
    assert [it[0] for it in receiver.got] == ["/ding", "/wecom", f"/feishu/f{TOKEN}"]
    assert receiver.got[0][2]["text"]["content"].startswith("Shop checks (test): All passed")
    assert "config.yaml:8:" in ended.stderr
    assert "notifications.feishu.secret is ignored." in ended.stderr
    shown = ended.stdout + ended.stderr + shall("config").stdout
    assert TOKEN not in shown
    assert SECRET not in shown
