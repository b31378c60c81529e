"""JSON Schemas (2020-12) of what the REST routes take and answer."""

from collections.abc import Mapping
from typing import Any

from shall.actions.run_request import Argument
from shall.serve.rest.versions import ACCEPTED
from shall.workspace.server_folder import Origin

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SECONDS: Schema = {"type": "number", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
VERSION: Schema = {"type": "string", "enum": list(ACCEPTED)}
FREE: Schema = {"type": "object"}
FLAG: Schema = {"type": "boolean"}


def listed(item: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def shaped(needed: Mapping[str, Schema], more: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with fields that are there, and others that may be."""
    return {
        "type": "object",
        "properties": {**needed, **(more or {})},
        "required": list(needed),
    }


_OF_KIND: Mapping[Any, Schema] = {
    str | None: TEXT,
    list[str]: listed(TEXT),
    dict[str, Any]: FREE,
}


def of_argument(argument: Argument) -> Schema:
    """Return the schema of a declared argument."""
    return {**_OF_KIND[argument.kind], "description": argument.meaning}


SERVER = shaped({"name": TEXT, "version": TEXT})

PROBLEM = shaped(
    {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "request_id": {"type": ["string", "null"]},
    },
    {"retryable": FLAG, "details": FREE, "error": FREE},
)

CONNECTED = shaped({"connection_id": TEXT, "protocol_version": VERSION, "server_info": SERVER})

CONNECTION = shaped(
    {
        "id": TEXT,
        "protocol_version": VERSION,
        "created_at": TIME,
        "last_heartbeat": TIME,
        "errors": COUNT,
        "client_info": FREE,
    }
)

INFO = shaped(
    {
        "name": TEXT,
        "version": TEXT,
        "description": TEXT,
        "protocol_versions": listed(TEXT),
        "features": {"type": "object", "additionalProperties": FLAG},
        "workspace": {"enum": [str(origin) for origin in Origin]},
    }
)

METRICS = shaped(
    {
        "server": shaped({"uptime": SECONDS, "version": TEXT}),
        "connections": shaped(
            {
                "total_connections": COUNT,
                "active_connections": COUNT,
                "protocol_versions": {"type": "object", "additionalProperties": COUNT},
            }
        ),
        "protocol": shaped({"supported_versions": listed(TEXT), "default_version": TEXT}),
    }
)

PROMPTS = shaped(
    {
        "prompts": listed(
            shaped(
                {
                    "name": TEXT,
                    "description": TEXT,
                    "arguments": listed(shaped({"name": TEXT, "required": FLAG})),
                }
            )
        )
    }
)

MESSAGES = shaped({"result": shaped({"messages": listed(shaped({"role": TEXT, "content": FREE}))})})

TOOLS = shaped({"tools": listed(shaped({"name": TEXT, "description": TEXT, "inputSchema": FREE}))})

TOOL_RESULT = shaped({"result": shaped({"content": listed(FREE), "isError": FLAG})})

ENVELOPE: Mapping[str, Schema] = {"status": {"const": "ok"}, "request_id": TEXT}


def enveloped(needed: Mapping[str, Schema]) -> Schema:
    """Return the schema of a tool's structured answer."""
    return shaped({**ENVELOPE, **needed})
