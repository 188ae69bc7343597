"""The local bridge's wire as an AsyncAPI 3 document, made from the types that speak it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from rvm_edge.bridges.local.address import DEFAULT_PORT
from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.door import PATH
from rvm_edge.bridges.local.examples import FROM_BRIDGE, FROM_PAGE
from rvm_edge.bridges.local.messages import OUTGOING, PROTOCOL, SUBPROTOCOL, Reply
from rvm_edge.bridges.local.requests import INCOMING, DeclaredDeposit

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_SCHEMAS: Final = "#/components/schemas/"
_MESSAGES: Final = "#/components/messages/"
_ON_CHANNEL: Final = "#/channels/screen/messages/"
_CHANNEL: Final[dict[str, Json]] = {"$ref": "#/channels/screen"}


def document() -> dict[str, Json]:
    """Return the document."""
    _, schemas = msgspec.json.schema_components(
        (*INCOMING, *OUTGOING), ref_template=f"{_SCHEMAS}{{name}}"
    )
    types = (*INCOMING, *OUTGOING)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MyRVM-Edge local bridge",
            "version": str(PROTOCOL),
            "description": "What the machine and the screen in front of it say to each other.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "servers": {"machine": {"host": f"127.0.0.1:{DEFAULT_PORT}", "protocol": "ws"}},
        "channels": {
            "screen": {
                "address": PATH,
                "description": f"A WebSocket that offers the subprotocol {SUBPROTOCOL}.",
                "messages": {one.__name__: {"$ref": f"{_MESSAGES}{one.__name__}"} for one in types},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": dict(_operations()),
        "components": {
            "messages": {one.__name__: _message(one) for one in types},
            "schemas": {name: _explained(schema) for name, schema in schemas.items()},
        },
    }


def rendered() -> str:
    """Return the document as it is kept in the repository."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1).decode() + "\n"


def summary_of(kind: type) -> str:
    """Return the first paragraph of a type's docstring."""
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def attributes_of(docstring: str) -> dict[str, str]:
    """Return the entries of a docstring's "Attributes" section, by name."""
    _, _, section = inspect.cleandoc(docstring).partition("Attributes:\n")
    entries = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def _operations() -> Iterator[tuple[str, Json]]:
    """Name what the bridge does with each message: receive it, or send it."""
    for kind in INCOMING:
        operation: dict[str, Json] = {
            "action": "receive",
            "channel": _CHANNEL,
            "summary": summary_of(kind),
            "messages": [{"$ref": f"{_ON_CHANNEL}{kind.__name__}"}],
        }
        if issubclass(kind, (Request, DeclaredDeposit)):
            operation["reply"] = {
                "channel": _CHANNEL,
                "messages": [{"$ref": f"{_ON_CHANNEL}{Reply.__name__}"}],
            }
        yield f"receive{kind.__name__}", operation
    for sent in OUTGOING:
        yield (
            f"send{sent.__name__}",
            {
                "action": "send",
                "channel": _CHANNEL,
                "summary": summary_of(sent),
                "messages": [{"$ref": f"{_ON_CHANNEL}{sent.__name__}"}],
            },
        )


def _message(kind: type[msgspec.Struct]) -> Json:
    examples: Sequence[msgspec.Struct] = (*FROM_PAGE, *FROM_BRIDGE)
    return {
        "name": str(kind.__struct_config__.tag),
        "title": kind.__name__,
        "summary": summary_of(kind),
        "payload": {"$ref": f"{_SCHEMAS}{kind.__name__}"},
        "examples": [
            {"payload": msgspec.to_builtins(one)} for one in examples if type(one) is kind
        ],
    }


def _explained(schema: dict[str, Json]) -> Json:
    """Move the docstring's words to where a reader of the schema looks for them."""
    about = str(schema.get("description", ""))
    meanings = attributes_of(about)
    properties = schema.get("properties")
    explained = dict(schema)
    if about:
        explained["description"] = " ".join(about.partition("\n\n")[0].split())
    if isinstance(properties, dict):
        explained["properties"] = {
            name: _meaning(value, meanings.get(name, "")) for name, value in properties.items()
        }
    return explained


def _meaning(value: Json, text: str) -> Json:
    if not text or not isinstance(value, dict):
        return value
    if "$ref" in value:  # beside a reference nothing else counts
        return {"allOf": [{"$ref": value["$ref"]}], "description": text}
    return {**value, "description": text}
