"""The reference pages are made from the types, and say nothing that the types would not take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rvm_edge.bridges.local import asyncapi, wire_page
from rvm_edge.bridges.local.examples import FROM_BRIDGE, FROM_PAGE
from rvm_edge.bridges.local.messages import OUTGOING, Anew, Event, Hello, Reply
from rvm_edge.bridges.local.requests import INCOMING, read
from tests.bridges.local.page import Json

DOCS = Path(__file__).parents[3] / "docs" / "reference"
DOCUMENT: Json = json.loads(asyncapi.rendered())


def references(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(reference: str) -> Json:
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_the_pages_in_the_repository_are_up_to_date() -> None:
    assert wire_page.main(["--check", str(DOCS)]) == 0


def test_an_outdated_page_is_noticed_and_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wire_page.main([str(tmp_path)]) == 0
    assert wire_page.main(["--check", str(tmp_path)]) == 0
    (tmp_path / wire_page.ASYNCAPI).write_text("{}")
    assert wire_page.main(["--check", str(tmp_path)]) == 1
    assert "out of date" in capsys.readouterr().out
    assert wire_page.main([]) == 2


def test_the_document_has_what_asyncapi_3_demands() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert all({"host", "protocol"} <= set(one) for one in DOCUMENT["servers"].values())
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = resolved(operation["channel"]["$ref"])
        for message in (*operation["messages"], *operation.get("reply", {}).get("messages", ())):
            # AsyncAPI 3 wants an operation to name its channel's messages, not the components'.
            assert message["$ref"].startswith("#/channels/screen/messages/")
            assert message["$ref"].rpartition("/")[2] in channel["messages"]


def test_every_reference_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 100
    for reference in found:
        assert resolved(reference)


def test_every_type_of_the_wire_is_there_with_words_and_an_example() -> None:
    names = {kind.__name__ for kind in (*INCOMING, *OUTGOING)}
    assert set(DOCUMENT["components"]["messages"]) == names
    assert len(DOCUMENT["operations"]) == len(names)
    for message in DOCUMENT["components"]["messages"].values():
        assert message["summary"].endswith(".")
        assert message["examples"]
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema.get("description"), name
        assert "Attributes:" not in schema["description"]


def test_every_example_is_a_message_that_the_code_reads() -> None:
    for example in FROM_PAGE:
        assert read(msgspec.json.encode(example).decode()) == example
    for sent in FROM_BRIDGE:
        assert msgspec.json.decode(msgspec.json.encode(sent), type=type(sent)) == sent
    assert {type(one) for one in FROM_PAGE} == set(INCOMING)
    assert {type(one) for one in FROM_BRIDGE} == set(OUTGOING)
    assert {Hello, Event, Anew, Reply} < set(OUTGOING)


@pytest.mark.parametrize("words", ["_ERROR_WORDS", "_CLOSE_WORDS", "_RIGHT_WORDS"])
def test_every_code_is_explained(words: str) -> None:
    explained = getattr(wire_page, words)
    assert set(explained) == set(type(next(iter(explained))).__members__.values())
