"""The example shop does what its requirements say, except for the one fault that it is to show."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

SHOP = Path(__file__).parents[2] / "examples" / "shop"

pytestmark = pytest.mark.process


def test_the_right_password_gives_a_token_that_opens_the_account(shop: Any) -> None:
    answer = shop.ask("GET", "/users/me", token=shop.token())

    assert (answer.status, answer.body) == (200, {"id": 1, "name": "alice"})


def test_a_wrong_password_gives_no_token(shop: Any) -> None:
    answer = shop.ask("POST", "/login", {"username": "alice", "password": "builder"})

    assert answer.status == 401
    assert "token" not in answer.body


@pytest.mark.parametrize("body", [{"username": "alice"}, {"password": "x"}, ["alice", "x"], {}])
def test_an_incomplete_sign_in_is_refused(shop: Any, body: Any) -> None:
    assert shop.ask("POST", "/login", body).status == 422


def test_a_body_that_is_no_json_is_refused(shop: Any) -> None:
    assert shop.ask("POST", "/login", raw=b"username=alice").status == 422


def test_without_a_valid_token_there_is_no_account_and_no_order(shop: Any) -> None:
    assert shop.ask("GET", "/users/me").status == 401
    assert shop.ask("GET", "/users/1", token="made-up").status == 401
    assert shop.ask("POST", "/orders", {"product_id": 1, "quantity": 1}).status == 401


def test_other_customers_are_shown_by_name_only(shop: Any) -> None:
    token = shop.token()

    assert shop.ask("GET", "/users/2", token=token).body == {"id": 2, "name": "bob"}
    assert shop.ask("GET", "/users/3", token=token).status == 404


def test_products_are_shown_to_everybody_with_price_and_stock(shop: Any) -> None:
    items = shop.ask("GET", "/products").body["items"]

    assert items[0] == {"id": 1, "name": "notebook", "price_cents": 450, "stock": 500}
    assert shop.ask("GET", "/products/1").body == items[0]
    assert shop.ask("GET", "/products/99").status == 404


def test_an_order_takes_stock_and_cancelling_gives_it_back(shop: Any) -> None:
    token = shop.token()
    placed = shop.ask("POST", "/orders", {"product_id": 3, "quantity": 5}, token=token)
    path = f"/orders/{placed.body['id']}"

    assert (placed.status, placed.body["status"]) == (201, "placed")
    assert shop.ask("GET", "/products/3").body["stock"] == 7
    cancelled = shop.ask("DELETE", path, token=token)
    assert (cancelled.status, cancelled.body) == (204, None)
    assert shop.ask("GET", path, token=token).body["status"] == "cancelled"
    assert shop.ask("GET", "/products/3").body["stock"] == 12


def test_an_order_is_cancelled_once(shop: Any) -> None:
    token = shop.token()
    placed = shop.ask("POST", "/orders", {"product_id": 3, "quantity": 1}, token=token)
    path = f"/orders/{placed.body['id']}"

    assert [shop.ask("DELETE", path, token=token).status for _ in range(2)] == [204, 409]
    assert shop.ask("GET", "/products/3").body["stock"] == 12


def test_an_order_is_for_its_customer_only(shop: Any) -> None:
    placed = shop.ask("POST", "/orders", {"product_id": 1, "quantity": 1}, token=shop.token())
    path = f"/orders/{placed.body['id']}"
    bob = shop.token("bob", "builder")

    assert shop.ask("GET", path, token=bob).status == 403
    assert shop.ask("DELETE", path, token=bob).status == 403
    assert shop.ask("GET", "/orders/999", token=bob).status == 404


@pytest.mark.parametrize("quantity", [0, -1, 0.5, "2", True, None])
def test_a_quantity_that_is_no_whole_number_above_zero_is_refused(
    shop: Any, quantity: object
) -> None:
    body = {"product_id": 2, "quantity": quantity}
    answer = shop.ask("POST", "/orders", body, token=shop.token())

    assert answer.status == 422
    assert "quantity" in answer.body["error"]


def test_an_unknown_product_cannot_be_ordered(shop: Any) -> None:
    body = {"product_id": 99, "quantity": 1}

    assert shop.ask("POST", "/orders", body, token=shop.token()).status == 404


def test_more_than_the_stock_is_refused_and_takes_nothing(shop: Any) -> None:
    body = {"product_id": 5, "quantity": 4}

    assert shop.ask("POST", "/orders", body, token=shop.token()).status == 409
    assert shop.ask("GET", "/products/5").body["stock"] == 3


def test_the_last_item_is_refused_which_is_the_fault_that_the_demo_shows(shop: Any) -> None:
    body = {"product_id": 6, "quantity": 1}

    assert shop.ask("POST", "/orders", body, token=shop.token()).status == 409
    assert shop.ask("GET", "/products/6").body["stock"] == 1


def test_the_shop_stops_at_once_when_asked(start_shop: Any) -> None:
    process, shop = start_shop()
    shop.ask("GET", "/products")

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def criteria() -> set[str]:
    """Number the criteria independently of our own reader."""
    keys = set()
    for file in SHOP.glob("specs/*/requirements.md"):
        requirement = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if heading := re.match(r"## Requirement (\d+)", line):
                requirement = heading[1]
            elif item := re.match(r"(\d+)\. ", line):
                keys.add(f"{file.parent.name}#{requirement}.{item[1]}")
    return keys


def test_exactly_one_criterion_is_untested_and_no_case_names_an_unknown_one() -> None:
    verified = {
        key
        for file in SHOP.glob("tests/cases/*.yaml")
        for key in yaml.safe_load(file.read_text(encoding="utf-8"))["verifies"]
    }

    assert criteria() - verified == {"orders#3.3"}
    assert verified <= criteria()
