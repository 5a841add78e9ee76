"""One end of a data channel: numbers what it sends, acknowledges what it receives.

Loopback loses no message, so that nothing is sent twice. Source of the order of messages and of acknowledgements:
https://github.com/aws/session-manager-plugin/blob/mainline/src/datachannel/streaming.go
"""

from __future__ import annotations

import json
import threading
from typing import Any

from terraform_harness.emulator.sessions.encryption import Cipher
from terraform_harness.emulator.sessions.message import ACKNOWLEDGE, CHANNEL_CLOSED, INPUT, OUTPUT, Message, Payload
from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from websockets.exceptions import ConnectionClosed

ENCRYPTED = frozenset({Payload.OUTPUT, Payload.STDERR, Payload.EXIT_CODE})


class Channel:
    """One end of a data channel.

    Args:
        connection: The WebSocket connection.
        is_agent: Whether this end is the agent, which sends the output stream.
    """

    def __init__(self, connection: Any, *, is_agent: bool) -> None:
        self._connection, self._is_agent = connection, is_agent
        self._next, self._expected = 0, 0
        self._lock = threading.Lock()
        self.cipher: Cipher | None = None

    def send(self, type_: Payload, payload: bytes) -> None:
        """Send a stream message; does nothing when the other end has gone."""
        if self.cipher and type_ in ENCRYPTED:
            payload = self.cipher.encrypt(payload)
        kind = OUTPUT if self._is_agent else INPUT
        with self._lock:
            self._write(Message(kind=kind, payload=payload, type=type_, sequence=self._next))
            self._next += 1

    def send_json(self, type_: Payload, document: dict[str, Any]) -> None:
        """Send a stream message whose payload is JSON."""
        self.send(type_, json.dumps(document).encode())

    def close(self, *, session: str, text: str = "") -> None:
        """Tell the client that the session has ended, and close the connection.

        Args:
            session: Id of the session.
            text: Why it ended, which the plugin prints; empty for a normal end.
        """
        document = {"SessionId": session, "MessageType": CHANNEL_CLOSED, "SchemaVersion": 1, "Output": text}
        with self._lock:
            self._write(Message(kind=CHANNEL_CLOSED, payload=json.dumps(document).encode()))
        self._connection.close()

    def receive(self) -> Message | None:
        """Return the next stream message or ``channel_closed``; None when the other end has gone.

        Raises:
            InvalidMessage: The other end sent something else.
            WrongKey: A payload was encrypted with another key.
        """
        while True:
            try:
                data = self._connection.recv()
            except ConnectionClosed:
                return None
            message = Message.unpack(data if isinstance(data, bytes) else data.encode())
            if message.kind == CHANNEL_CLOSED:
                return message
            if message.kind != ACKNOWLEDGE and self._accept(message):
                return self._decrypted(message)

    def _accept(self, message: Message) -> bool:
        """Acknowledge a stream message, and tell whether it is the next one of its stream."""
        content = {
            "AcknowledgedMessageType": message.kind,
            "AcknowledgedMessageId": str(message.id),
            "AcknowledgedMessageSequenceNumber": message.sequence,
            "IsSequentialMessage": True,
        }
        with self._lock:
            self._write(Message(kind=ACKNOWLEDGE, payload=json.dumps(content).encode(), flags=3))
        is_next = message.sequence == self._expected
        self._expected += is_next
        return is_next

    def _decrypted(self, message: Message) -> Message:
        if not self.cipher or message.type not in ENCRYPTED:
            return message
        payload = self.cipher.decrypt(message.payload)
        return Message(kind=message.kind, payload=payload, type=message.type, sequence=message.sequence, id=message.id)

    def _write(self, message: Message) -> None:
        try:
            self._connection.send(message.pack())
        except ConnectionClosed:
            return
