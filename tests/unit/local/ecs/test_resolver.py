"""The resolver answers with the addresses of a name at the moment."""

from __future__ import annotations

import struct

from local.ecs import resolver

A, AAAA = 1, 28
NO_ERROR, NO_SUCH_NAME = 0, 3
ADDRESSES = {"api.dev.internal": ["10.0.0.4", "10.0.0.5"], "starting.dev.internal": []}


def _ask(name: str, kind: int = A) -> tuple[int, list[str]]:
    """The response code, and the addresses in the answer."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack(">HH", kind, 1)
    found = resolver.answer(struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + question, ADDRESSES.get)
    id_, flags, _, count, *_ = struct.unpack_from(">HHHHHH", found)
    assert id_ == 7
    records = found[12 + len(question) :]
    assert len(records) == 16 * count
    return flags & 15, [".".join(map(str, records[16 * n + 12 : 16 * n + 16])) for n in range(count)]


def test_every_address_of_a_name_is_in_the_answer() -> None:
    assert _ask("API.dev.internal") == (NO_ERROR, ["10.0.0.4", "10.0.0.5"])


def test_name_without_ready_tasks_exists_and_has_no_address() -> None:
    assert _ask("starting.dev.internal") == (NO_ERROR, [])


def test_other_types_have_no_record_and_unknown_names_do_not_exist() -> None:
    assert _ask("api.dev.internal", AAAA) == (NO_ERROR, [])
    assert _ask("other.dev.internal") == (NO_SUCH_NAME, [])
