"""A session: the agent's side of the handshake, and what runs after it.

Source of the handshake: https://github.com/aws/session-manager-plugin/blob/mainline/src/datachannel/streaming.go
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.emulator.sessions import encryption, port, terminal
from terraform_harness.emulator.sessions.agents import Agent
from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.message import InvalidMessage, Payload
from terraform_harness.emulator.sessions.recording import NotRecorded, Recording
from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from botocore.exceptions import ClientError

# Older than the agents that send several connections over one channel, newer than those without TerminateSession.
AGENT_VERSION = "3.0.161.0"
INTERACTIVE, PORT = "InteractiveCommands", "Port"
KMS, TYPE = "KMSEncryption", "SessionType"
SUCCESS = 1
ENCRYPTED = "This session is encrypted using AWS KMS."
TOKEN_BYTES = 64


class HandshakeFailed(Exception):
    """The two ends do not agree; the message is the agent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that waits for its client.

    Attributes:
        id: For instance ``ecs-execute-command-0123456789abcdef0``.
        target: The container as Session Manager names it, ``ecs:CLUSTER_TASK_RUNTIME``.
        agent: The agent of the container.
        kind: ``InteractiveCommands`` or ``Port``.
        properties: The command, or the ports.
        key: ARN of the KMS key that encrypts the session; empty for TLS alone.
        recording: Where the output goes.
    """

    id: str
    target: str
    agent: Agent
    kind: str
    properties: Mapping[str, str]
    key: str = ""
    recording: Recording | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)

    def run(self, channel: Channel) -> None:
        """Serve the client until the session ends, and say why it ended."""
        try:
            if self.recording:
                self.recording.check(self.agent.client("logs"))
            self._shake_hands(channel)
            self._serve(channel)
            text = ""
        except (HandshakeFailed, InvalidMessage, encryption.WrongKey) as error:
            text = f"----------ERROR-------\nEncountered error while initiating handshake. {error}"
        except NotRecorded as error:
            text = f"----------ERROR-------\n{error}"
        channel.close(session=self.id, text=text)

    def _serve(self, channel: Channel) -> None:
        if self.kind == PORT:
            port.run(channel, self.agent.ports.get(int(self.properties["portNumber"]), 0))
            return
        # In a container, the agent splits the command and starts the program without a shell:
        # https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/session/plugins/sessionplugin (shell_unix.go)
        words = shlex.split(self.properties["command"])
        output = terminal.run(channel, [*self.agent.terminal, *words])
        if self.recording:
            self.recording.write(self.agent.client("logs"), session=self.id, text=output)

    def _shake_hands(self, channel: Channel) -> None:
        started = time.monotonic_ns()
        wanted: list[dict[str, Any]] = [
            {"ActionType": TYPE, "ActionParameters": {"SessionType": self.kind, "Properties": dict(self.properties)}}
        ]
        if self.key:
            wanted.append({"ActionType": KMS, "ActionParameters": {"KMSKeyId": self.key}})
        request = {"AgentVersion": AGENT_VERSION, "RequestedClientActions": wanted}
        channel.send_json(Payload.HANDSHAKE_REQUEST, request)
        results = self._results(channel)
        if self.key:
            self._encrypt(channel, results[KMS])
        done = {
            "HandshakeTimeToComplete": time.monotonic_ns() - started,
            "CustomerMessage": ENCRYPTED if self.key else "",
        }
        channel.send_json(Payload.HANDSHAKE_COMPLETE, done)

    def _results(self, channel: Channel) -> dict[str, Any]:
        """Return the client's result of each action.

        Raises:
            HandshakeFailed: The client left, or could not carry out an action.
        """
        response = _answer(channel, Payload.HANDSHAKE_RESPONSE)
        for action in response["ProcessedClientActions"]:
            if action["ActionStatus"] != SUCCESS:
                raise HandshakeFailed(
                    f"{action['ActionType']} failed on client with status {action['ActionStatus']} error: "
                    f"{action.get('Error', '')}"
                )
        return {action["ActionType"]: action.get("ActionResult") for action in response["ProcessedClientActions"]}

    def _encrypt(self, channel: Channel, result: Mapping[str, str]) -> None:
        """Switch encryption on, and verify it with a challenge."""
        encrypted = base64.b64decode(result["KMSCipherTextKey"])
        context = encryption.context_of(self.id, self.target)
        try:
            channel.cipher = encryption.of_agent(
                self.agent.client("kms"), encrypted=encrypted, key=self.key, context=context
            )
        except ClientError as error:
            reason = f"Unable to retrieve data key, Error when decrypting data key {error}"
            raise HandshakeFailed(f"Fetching data key failed: {reason}") from None
        challenge = os.urandom(64)
        sent = base64.b64encode(channel.cipher.encrypt(challenge)).decode()
        channel.send_json(Payload.CHALLENGE_REQUEST, {"Challenge": sent})
        answer = _answer(channel, Payload.CHALLENGE_RESPONSE)
        if channel.cipher.decrypt(base64.b64decode(answer["Challenge"])) != challenge:
            raise HandshakeFailed("the client's answer to the encryption challenge is wrong")


def _answer(channel: Channel, type_: Payload) -> dict[str, Any]:
    """Return the JSON of the next message of a type; the plugin may send the size of its terminal before.

    Raises:
        HandshakeFailed: The client left.
    """
    while message := channel.receive():
        if message.type is type_:
            document: dict[str, Any] = json.loads(message.payload)
            return document
    raise HandshakeFailed("the client left")
