"""Messages of a data channel have the documented layout, and damage is found."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from terraform_harness.emulator.sessions.message import OUTPUT, InvalidMessage, Message, Payload

ID = UUID("00112233-4455-6677-8899-aabbccddeeff")


@pytest.mark.feature("H3")
def test_fields_are_where_the_plugin_expects_them() -> None:
    """Offsets: clientmessage.go of session-manager-plugin."""
    packed = Message(kind=OUTPUT, payload=b"hello", type=Payload.OUTPUT, sequence=7, flags=3, id=ID).pack()
    assert int.from_bytes(packed[0:4]) == 116
    assert packed[4:36] == b"output_stream_data".ljust(32)
    assert int.from_bytes(packed[36:40]) == 1
    assert (int.from_bytes(packed[48:56]), int.from_bytes(packed[56:64])) == (7, 3)
    assert packed[64:80].hex() == "8899aabbccddeeff" + "0011223344556677"
    assert packed[80:112] == hashlib.sha256(b"hello").digest()
    assert (int.from_bytes(packed[112:116]), int.from_bytes(packed[116:120]), packed[120:]) == (1, 5, b"hello")


@pytest.mark.feature("H3")
def test_packed_message_is_unpacked_unchanged() -> None:
    message = Message(kind=OUTPUT, payload=b"\x00\xff", type=Payload.STDERR, sequence=1, id=ID)
    assert Message.unpack(message.pack()) == message


@pytest.mark.feature("H3")
@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"short",
        Message(kind=OUTPUT, payload=b"hello").pack()[:-1] + b"O",
        Message(kind=OUTPUT, payload=b"a").pack()[:-1],
    ],
    ids=["empty", "short", "changed", "cut"],
)
def test_damage_is_found(damaged: bytes) -> None:
    with pytest.raises(InvalidMessage):
        Message.unpack(damaged)
