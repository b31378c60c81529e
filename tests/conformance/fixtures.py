"""What the official conformance suite asks a server for, registered on our own server.

Names and texts are the suite's; it calls them by name and compares what they say.
"""

import base64
import json
import warnings
from typing import Any

import anyio
import mcp_types as types
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPDeprecationWarning

warnings.simplefilter("ignore", MCPDeprecationWarning)  # clients of 2025 may still be asked

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4"
    "2mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)
SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

WITH_DEFAULTS = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "User name", "default": "John Doe"},
        "age": {"type": "integer", "description": "User age", "default": 30},
        "score": {"type": "number", "description": "User score", "default": 95.5},
        "status": {
            "type": "string",
            "description": "User status",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "description": "Verification status", "default": True},
    },
    "required": [],
}
WITH_ENUMS = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
        "titledSingle": {
            "type": "string",
            "oneOf": [
                {"const": f"value{number}", "title": f"{ordinal} Option"}
                for number, ordinal in enumerate(("First", "Second", "Third"), 1)
            ],
        },
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {
            "type": "array",
            "items": {"type": "string", "enum": ["option1", "option2", "option3"]},
        },
        "titledMulti": {
            "type": "array",
            "items": {
                "anyOf": [
                    {"const": f"value{number}", "title": f"{ordinal} Choice"}
                    for number, ordinal in enumerate(("First", "Second", "Third"), 1)
                ]
            },
        },
    },
    "required": [],
}
OF_2020 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def register(server: MCPServer[Any]) -> None:
    """Add every fixture to a server."""
    tool = server.tool(structured_output=False)
    for function in TOOLS:
        tool(function)
    server.tool(name="json_schema_2020_12_tool", structured_output=False)(schema_of_2020)
    server._tool_manager.get_tool("json_schema_2020_12_tool").parameters = OF_2020  # type: ignore[union-attr]
    for prompt in PROMPTS:
        server.prompt()(prompt)
    _register_resources(server)
    server.completion()(complete)  # type: ignore[no-untyped-call]


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _image() -> types.ImageContent:
    return types.ImageContent(type="image", data=PIXEL, mime_type="image/png")


def _embedded(uri: str, mime_type: str, text: str) -> types.EmbeddedResource:
    resource = types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return types.EmbeddedResource(type="resource", resource=resource)


async def test_simple_text() -> str:
    """Answer a text."""
    return "This is a simple text response for testing."


async def test_image_content() -> types.ImageContent:
    """Answer an image."""
    return _image()


async def test_audio_content() -> types.AudioContent:
    """Answer a sound."""
    return types.AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")


async def test_embedded_resource() -> types.EmbeddedResource:
    """Answer a resource."""
    text = "This is an embedded resource content."
    return _embedded("test://embedded-resource", "text/plain", text)


async def test_multiple_content_types() -> list[types.ContentBlock]:
    """Answer a text, an image and a resource."""
    data = '{"test":"data","value":123}'
    resource = _embedded("test://mixed-content-resource", "application/json", data)
    return [_text("Multiple content types test:"), _image(), resource]


async def test_tool_with_logging(ctx: Context) -> str:
    """Log three times."""
    for words in ("started", "processing data", "completed"):
        name = "Tool" if words.startswith("processing") else "Tool execution"
        await ctx.log("info", f"{name} {words}")
        await anyio.sleep(0.05)
    return "done"


async def test_tool_with_progress(ctx: Context) -> str:
    """Report progress three times."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
        await anyio.sleep(0.05)
    return "done"


async def test_error_handling() -> str:
    """Fail."""
    raise ToolError("This tool intentionally returns an error for testing")


async def test_sampling(prompt: str, ctx: Context) -> str:
    """Ask the client's model."""
    message = types.SamplingMessage(role="user", content=_text(prompt))
    answer = await ctx.session.create_message(
        [message], max_tokens=100, related_request_id=ctx.request_id
    )
    content = answer.content[0] if isinstance(answer.content, list) else answer.content
    return f"LLM response: {getattr(content, 'text', content)}"


async def _elicited(ctx: Context, message: str, schema: dict[str, Any]) -> str:
    answer = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    return f"action={answer.action}, content={json.dumps(answer.content)}"


async def test_elicitation(message: str, ctx: Context) -> str:
    """Ask the client's user."""
    fields = {"username": "User's response", "email": "User's email address"}
    schema = {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": words} for name, words in fields.items()
        },
        "required": list(fields),
    }
    return f"User response: {await _elicited(ctx, message, schema)}"


async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    """Ask with defaults."""
    return f"Elicitation completed: {await _elicited(ctx, 'defaults', WITH_DEFAULTS)}"


async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    """Ask with choices."""
    return f"Elicitation completed: {await _elicited(ctx, 'enums', WITH_ENUMS)}"


async def test_reconnection(ctx: Context) -> str:
    """Close the stream, and answer when the client is back."""
    await anyio.sleep(0.1)
    await ctx.close_sse_stream()
    await anyio.sleep(0.3)
    return "Reconnection test completed"


async def schema_of_2020(name: str = "", address: dict[str, str] | None = None) -> str:
    """Take what JSON Schema 2020-12 can describe."""
    return f"{name} {address}"


def test_simple_prompt() -> str:
    """Return a prompt."""
    return "This is a simple prompt for testing."


def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """Return a prompt of two arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803
    """Return a prompt with a resource."""
    text = "Embedded resource content for testing."
    return [
        UserMessage(_embedded(resourceUri, "text/plain", text)),
        UserMessage("Please process the embedded resource above."),
    ]


def test_prompt_with_image() -> list[UserMessage]:
    """Return a prompt with an image."""
    return [UserMessage(_image()), UserMessage("Please analyze the image above.")]


async def complete(ref: Any, argument: Any, context: Any) -> types.Completion:
    """Complete an argument."""
    del ref, context
    values = [it for it in ("paris", "park", "party") if it.startswith(argument.value)]
    return types.Completion(values=values, total=3, has_more=False)


def _register_resources(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text", mime_type="text/plain", description="A text")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png", description="An image")
    def static_binary() -> bytes:
        return base64.b64decode(PIXEL)

    @server.resource("test://watched-resource", mime_type="text/plain", description="Watched")
    def watched() -> str:
        return "watched"

    @server.resource(
        "test://template/{id}/data", mime_type="application/json", description="A template"
    )
    def template(id: str) -> str:
        data = {"id": id, "templateTest": True, "data": f"Data for ID: {id}"}
        return json.dumps(data)


TOOLS = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_tool_with_logging,
    test_tool_with_progress,
    test_error_handling,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_reconnection,
)
PROMPTS = (
    test_simple_prompt,
    test_prompt_with_arguments,
    test_prompt_with_embedded_resource,
    test_prompt_with_image,
)
