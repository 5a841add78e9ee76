"""The messages of a data channel: a header of 120 bytes and a payload.

Source of the fields, their order and their sizes:
https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go
"""

from __future__ import annotations

import hashlib
import struct
import time
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID, uuid4

INPUT, OUTPUT = "input_stream_data", "output_stream_data"
ACKNOWLEDGE, CHANNEL_CLOSED = "acknowledge", "channel_closed"
SCHEMA_VERSION = 1
# Header length, type, schema version, date in milliseconds, sequence, flags, id, digest, payload type; big endian.
HEADER = struct.Struct(">I32sIQqQ16s32sI")
LENGTH = struct.Struct(">I")


class Payload(IntEnum):
    """What the payload of a stream message is."""

    NONE = 0
    OUTPUT = 1
    ERROR = 2
    SIZE = 3
    PARAMETER = 4
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    CHALLENGE_REQUEST = 8
    CHALLENGE_RESPONSE = 9
    FLAG = 10
    STDERR = 11
    EXIT_CODE = 12


class Flag(IntEnum):
    """The value of a payload of type ``FLAG``."""

    DISCONNECT_FROM_PORT = 1
    TERMINATE_SESSION = 2
    CONNECT_TO_PORT_ERROR = 3


class InvalidMessage(ValueError):
    """The bytes are not a message, or the digest differs from the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    Attributes:
        kind: ``input_stream_data``, ``output_stream_data``, ``acknowledge`` or ``channel_closed``.
        payload: The bytes after the header.
        type: What the payload is; ``NONE`` outside streams.
        sequence: The number in its stream, from 0.
        flags: Bit 0 marks the first message of a sequence, bit 1 the last one.
    """

    kind: str
    payload: bytes
    type: Payload = Payload.NONE
    sequence: int = 0
    flags: int = 0
    id: UUID = field(default_factory=uuid4)

    def pack(self) -> bytes:
        """Return the bytes of the message."""
        header = HEADER.pack(
            HEADER.size,
            self.kind.encode().ljust(32),
            SCHEMA_VERSION,
            int(time.time() * 1000),
            self.sequence,
            self.flags,
            _swapped(self.id.bytes),
            hashlib.sha256(self.payload).digest(),
            self.type,
        )
        return header + LENGTH.pack(len(self.payload)) + self.payload

    @classmethod
    def unpack(cls, data: bytes) -> Message:
        """Return the message in ``data``.

        Raises:
            InvalidMessage: The bytes are not a message, or the digest differs from the payload.
        """
        try:
            size, kind, _, _, sequence, flags, id_, digest, type_ = HEADER.unpack_from(data)
            (length,) = LENGTH.unpack_from(data, size)
            payload = data[size + LENGTH.size :]
            found = cls(
                kind=kind.strip(b"\0 ").decode(), payload=payload, type=Payload(type_), sequence=sequence, flags=flags,
                id=UUID(bytes=_swapped(id_)),
            )  # fmt: skip
        except (struct.error, ValueError) as error:
            raise InvalidMessage(f"not a message of a data channel: {error}") from None
        if len(payload) != length or (payload and hashlib.sha256(payload).digest() != digest):
            raise InvalidMessage("the payload differs from its length or its digest")
        return found


def _swapped(id_: bytes) -> bytes:
    """Return the two halves of an id exchanged: the less significant one is sent first."""
    return id_[8:] + id_[:8]
