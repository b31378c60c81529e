"""Postman collections, written for tests."""

import json
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(*items: Any, **more: Any) -> str:
    info = {"name": "Orders", "schema": SCHEMA}
    return json.dumps({"info": info, "item": list(items), **more})


def pair(key: str, value: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": value, **more}


def values(kind: str, **given: str) -> dict[str, Any]:
    return {"type": kind, kind: [pair(key, it) for key, it in given.items()]}
