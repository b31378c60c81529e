import pytest

from shall.engine.redact import Redactor
from shall.redaction.forms import MASK
from shall.redaction.names import is_secret_name

SECRET = (
    "password passwd pwd user_pwd pass userPass passphrase passcode secret client_secret token"
    " accessToken jwt X-JWT session sid connect.sid PHPSESSID JSESSIONID mcp-session-id csrf"
    " X-CSRFToken xsrf-token _csrf signature X-Amz-Signature sig otp totp pin pin_code cvv"
    " api_key apikey apiKey X-Api-Key api-key APIKEY app_key Ocp-Apim-Subscription-Key"
    " private_key signing_key Authorization Proxy-Authorization Cookie Set-Cookie credentials"
    " pin2 1-sid Old-Pin"
    " 密码 用户密码 密碼 口令 密钥 私钥 令牌 访问令牌 凭证 会话 会话标识 签名 验证码 授权码 mima"
)
ORDINARY = (
    "name passenger passed compass bypass pinned spin opinion author cookies sessions tokens_used"
    " token_type tokenType expires_in token_expires_at max_tokens total_tokens session_count"
    " pass_rate signature_algorithm token_endpoint 密码长度 令牌类型 公钥 姓名 design assign x"
    " Access-Control-Allow-Credentials"
)


@pytest.mark.verifies("defences#9.4")
@pytest.mark.parametrize("name", SECRET.split())
def test_a_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.verifies("defences#9.4")
def test_a_name_in_full_width_letters_is_known() -> None:
    assert is_secret_name("ｐａｓｓｗｏｒｄ")


@pytest.mark.verifies("defences#9.4")
@pytest.mark.parametrize("name", ORDINARY.split())
def test_another_name_is_no_secret(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.verifies("defences#9.4")
def test_what_stands_in_a_session_is_shown_but_for_its_token() -> None:
    held = {"session": {"id": "h4x0r-5e55-10n1", "user": {"name": "anna smith"}, "state": "active"}}
    redactor = Redactor()
    redactor.learn_named(held)
    shown = redactor.value(held)
    assert shown == {"session": {"id": MASK, "user": {"name": "anna smith"}, "state": "active"}}


@pytest.mark.verifies("defences#9.4")
def test_a_word_about_a_secret_is_not_searched_for() -> None:
    redactor = Redactor()
    redactor.learn_named({"session": "active", "token": "expired"})
    assert redactor.text("active and expired") == "active and expired"


@pytest.mark.verifies("defences#9.4")
def test_what_one_answer_teaches_is_bounded() -> None:
    redactor = Redactor()
    redactor.learn_named({"tokens": [f"token-{number:06}" for number in range(50)]}, most=10)
    assert redactor.holds("token-000009")
    assert not redactor.holds("token-000010")
