"""A data channel acknowledges what it receives, drops what came twice, and encrypts output."""

from __future__ import annotations

import json
from collections import deque

import pytest
from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.encryption import Cipher, WrongKey
from terraform_harness.emulator.sessions.message import ACKNOWLEDGE, INPUT, Message, Payload

ONE, OTHER = b"1" * 32, b"2" * 32


class Wire:
    """A connection that keeps what is sent, and gives what waits."""

    def __init__(self, *waiting: bytes) -> None:
        self.sent: list[bytes] = []
        self.waiting = deque(waiting)

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def recv(self) -> bytes:
        return self.waiting.popleft()


def typed(text: bytes, sequence: int) -> bytes:
    return Message(kind=INPUT, payload=text, type=Payload.OUTPUT, sequence=sequence).pack()


@pytest.mark.feature("H3")
def test_message_that_comes_twice_is_acknowledged_twice_and_used_once() -> None:
    wire = Wire(typed(b"a", 0), typed(b"a", 0), typed(b"b", 1))
    channel = Channel(wire, is_agent=True)
    received = [channel.receive(), channel.receive()]
    assert [message.payload for message in received if message] == [b"a", b"b"]
    answers = [Message.unpack(data) for data in wire.sent]
    assert [answer.kind for answer in answers] == [ACKNOWLEDGE] * 3
    assert [json.loads(answer.payload)["AcknowledgedMessageSequenceNumber"] for answer in answers] == [0, 0, 1]


@pytest.mark.feature("H3")
def test_output_is_encrypted_and_numbered() -> None:
    sender, receiver = Wire(), Wire()
    agent, client = Channel(sender, is_agent=True), Channel(receiver, is_agent=False)
    agent.cipher, client.cipher = Cipher(sending=ONE, receiving=OTHER), Cipher(sending=OTHER, receiving=ONE)
    for text in (b"secret", b"more"):
        agent.send(Payload.OUTPUT, text)
    assert not any(b"secret" in data for data in sender.sent)
    receiver.waiting.extend(sender.sent)
    messages = [client.receive(), client.receive()]
    assert [(message.sequence, message.payload) for message in messages if message] == [(0, b"secret"), (1, b"more")]


@pytest.mark.feature("H3")
def test_another_key_is_found() -> None:
    wire = Wire(typed(b"0" * 40, 0))
    channel = Channel(wire, is_agent=True)
    channel.cipher = Cipher(sending=ONE, receiving=OTHER)
    with pytest.raises(WrongKey):
        channel.receive()
