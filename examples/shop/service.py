"""A small shop over HTTP: sign in, look at products, order them, cancel an order.

It keeps everything in memory, so a restart forgets it all. Start it with
``python service.py --port 8765``; it prints its address once it takes requests.
"""

import argparse
import hashlib
import hmac
import json
import secrets
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

USERS = (("alice", "wonderland"), ("bob", "builder"))
PRODUCTS = (
    ("notebook", 450, 500),
    ("pen", 120, 1000),
    ("mug", 990, 12),
    ("poster", 1500, 8),
    ("teapot", 3200, 3),
    ("lamp", 4900, 1),
)

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, salt BLOB, password BLOB);
CREATE TABLE tokens (token TEXT PRIMARY KEY, user_id INTEGER REFERENCES users);
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price_cents INTEGER, stock INTEGER);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    user_id INTEGER REFERENCES users,
    product_id INTEGER REFERENCES products,
    quantity INTEGER,
    status TEXT
);
"""


def open_shop() -> sqlite3.Connection:
    """Make a new database with the two users and the products."""
    shop = sqlite3.connect(":memory:", isolation_level=None)
    shop.row_factory = sqlite3.Row
    shop.executescript(SCHEMA)
    for name, password in USERS:
        salt = secrets.token_bytes(16)
        shop.execute(
            "INSERT INTO users (name, salt, password) VALUES (?, ?, ?)",
            (name, salt, scramble(password, salt)),
        )
    shop.executemany("INSERT INTO products (name, price_cents, stock) VALUES (?, ?, ?)", PRODUCTS)
    return shop


def scramble(password: str, salt: bytes) -> bytes:
    """Turn a password into what is kept of it."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**10, r=8, p=1)


def find(request: Request, query: str, *values: object) -> sqlite3.Row | None:
    """Return the first row of a query."""
    row: sqlite3.Row | None = request.app.state.shop.execute(query, values).fetchone()
    return row


def change(request: Request, statement: str, *values: object) -> int:
    """Carry out a statement; give the number of the row that it added."""
    return int(request.app.state.shop.execute(statement, values).lastrowid or 0)


async def body_of(request: Request) -> dict[str, Any]:
    """Read a JSON object, or answer 422."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise HTTPException(422, "the body must be a JSON object")
    return body


def customer(request: Request) -> sqlite3.Row:
    """Return the signed-in customer, or answer 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer":
        found = find(
            request,
            "SELECT users.id, users.name FROM tokens JOIN users ON users.id = user_id"
            " WHERE token = ?",
            token,
        )
    if found is None:
        raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
    return found


def own_order(request: Request) -> sqlite3.Row:
    """Return the order named in the path if it is the customer's; else answer 404 or 403."""
    owner = customer(request)
    order = find(request, "SELECT * FROM orders WHERE id = ?", request.path_params["id"])
    if order is None:
        raise HTTPException(404, "no such order")
    if order["user_id"] != owner["id"]:
        raise HTTPException(403, "this order is somebody else's")
    return order


async def login(request: Request) -> Response:
    """POST /login."""
    body = await body_of(request)
    name, password = body.get("username"), body.get("password")
    if not (isinstance(name, str) and isinstance(password, str) and name and password):
        raise HTTPException(422, "username and password are needed")
    user = find(request, "SELECT * FROM users WHERE name = ?", name)
    if user is None or not hmac.compare_digest(scramble(password, user["salt"]), user["password"]):
        raise HTTPException(401, "wrong username or password")
    token = secrets.token_urlsafe(24)
    change(request, "INSERT INTO tokens VALUES (?, ?)", token, user["id"])
    return JSONResponse({"token": token, "user": {"id": user["id"], "name": user["name"]}})


async def show_me(request: Request) -> Response:
    """GET /users/me."""
    return JSONResponse(dict(customer(request)))


async def show_user(request: Request) -> Response:
    """GET /users/{id}."""
    customer(request)
    user = find(request, "SELECT id, name FROM users WHERE id = ?", request.path_params["id"])
    if user is None:
        raise HTTPException(404, "no such user")
    return JSONResponse(dict(user))


async def list_products(request: Request) -> Response:
    """GET /products."""
    rows = request.app.state.shop.execute("SELECT * FROM products ORDER BY id")
    return JSONResponse({"items": [dict(row) for row in rows]})


async def show_product(request: Request) -> Response:
    """GET /products/{id}."""
    product = find(request, "SELECT * FROM products WHERE id = ?", request.path_params["id"])
    if product is None:
        raise HTTPException(404, "no such product")
    return JSONResponse(dict(product))


async def place_order(request: Request) -> Response:
    """POST /orders."""
    owner = customer(request)
    body = await body_of(request)
    quantity = body.get("quantity")
    if type(quantity) is not int or quantity < 1:
        raise HTTPException(422, "quantity must be a whole number of at least 1")
    product = find(request, "SELECT * FROM products WHERE id = ?", body.get("product_id"))
    if product is None:
        raise HTTPException(404, "no such product")
    # Deliberately wrong: `>=` refuses the last items, which specs/stock forbids (stock#2.3).
    if quantity >= product["stock"]:
        raise HTTPException(409, f"not enough in stock: {product['stock']}")
    change(request, "UPDATE products SET stock = stock - ? WHERE id = ?", quantity, product["id"])
    number = change(
        request,
        "INSERT INTO orders (user_id, product_id, quantity, status) VALUES (?, ?, ?, 'placed')",
        *(owner["id"], product["id"], quantity),
    )
    order = find(request, "SELECT * FROM orders WHERE id = ?", number)
    return JSONResponse(dict(order or {}), 201)


async def show_order(request: Request) -> Response:
    """GET /orders/{id}."""
    return JSONResponse(dict(own_order(request)))


async def cancel_order(request: Request) -> Response:
    """DELETE /orders/{id}."""
    order = own_order(request)
    if order["status"] == "cancelled":
        raise HTTPException(409, "this order is cancelled already")
    change(request, "UPDATE orders SET status = 'cancelled' WHERE id = ?", order["id"])
    change(
        request,
        "UPDATE products SET stock = stock + ? WHERE id = ?",
        *(order["quantity"], order["product_id"]),
    )
    return Response(status_code=204)


async def tell(_: Request, problem: Exception) -> Response:
    """Answer an HTTPException as JSON."""
    assert isinstance(problem, HTTPException)
    return JSONResponse({"error": problem.detail}, problem.status_code, problem.headers)


Endpoint = Callable[[Request], Awaitable[Response]]
ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/login", login),
    ("GET", "/users/me", show_me),
    ("GET", "/users/{id:int}", show_user),
    ("GET", "/products", list_products),
    ("GET", "/products/{id:int}", show_product),
    ("POST", "/orders", place_order),
    ("GET", "/orders/{id:int}", show_order),
    ("DELETE", "/orders/{id:int}", cancel_order),
)


def make_app() -> Starlette:
    """Make the shop's application with a new database."""
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in ROUTES]
    app = Starlette(routes=routes, exception_handlers={HTTPException: tell})
    app.state.shop = open_shop()
    return app


def main() -> None:
    """Serve the shop until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="A small shop to try shall on.")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free port")
    port = parser.parse_args().port

    # Named as TCP, so that asyncio sends small answers at once (Nagle's algorithm off).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    config = uvicorn.Config(
        make_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1
    )
    # From here on the system queues connections, so whoever reads the line may connect.
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
