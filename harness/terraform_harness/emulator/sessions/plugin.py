"""A program that takes the place of ``session-manager-plugin`` where AWS's plugin does not install.

It takes the same arguments, reads the session from the same variable, and opens the same data channel:
https://github.com/aws/session-manager-plugin/blob/mainline/src/sessionmanagerplugin/session/session.go

:func:`install` writes a program with the plugin's name, which runs this module.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from terraform_harness.emulator.sessions import encryption
from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.message import CHANNEL_CLOSED, Flag, Message, Payload
from terraform_harness.emulator.sessions.session import KMS, PORT, SUCCESS, TYPE
from terraform_harness.emulator.sessions.terminal import CHUNK_BYTES
from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from websockets.sync.client import connect

NAME = "session-manager-plugin"
VERSION = "1.2.707.0"
FAILED = 2
INTERRUPT = b"\x03"


def install(folder: Path) -> Path:
    """Write a program named ``session-manager-plugin`` into a folder, and return its path.

    Put the folder first on PATH: ``PATH=FOLDER:$PATH``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / NAME
    root = Path(__file__).resolve().parents[3]
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m {__name__} "$@"\n')
    program.chmod(0o755)
    return program


class Client:
    """The user's side of one session.

    Args:
        connection: The WebSocket connection.
        session: ``SessionId``, ``StreamUrl`` and ``TokenValue``.
        target: The container as Session Manager names it.
        region: Region of the KMS key.
    """

    def __init__(self, connection: Any, session: dict[str, str], *, target: str, region: str) -> None:
        self._id, self._target, self._region = session["SessionId"], target, region
        opened = {
            "MessageSchemaVersion": "1.0",
            "RequestId": str(uuid4()),
            "TokenValue": session["TokenValue"],
            "ClientId": str(uuid4()),
            "ClientVersion": VERSION,
        }
        connection.send(json.dumps(opened))
        self._channel = Channel(connection, is_agent=False)
        self._kind, self._properties = "", dict[str, str]()
        self._local: socket.socket | None = None

    def run(self) -> None:
        """Handle messages until the session ends, and print what the plugin prints."""
        while message := self._channel.receive():
            if message.kind == CHANNEL_CLOSED:
                text = json.loads(message.payload)["Output"]
                end = f"SessionId: {self._id} : {text}" if text else f"Exiting session with sessionId: {self._id}."
                print(f"\n\n{end}\n\n", end="", flush=True)
                return
            self._handle(message)

    def _handle(self, message: Message) -> None:
        if message.type is Payload.HANDSHAKE_REQUEST:
            self._respond(json.loads(message.payload)["RequestedClientActions"])
        elif message.type is Payload.CHALLENGE_REQUEST and self._channel.cipher:
            plain = self._channel.cipher.decrypt(base64.b64decode(json.loads(message.payload)["Challenge"]))
            answer = base64.b64encode(self._channel.cipher.encrypt(plain)).decode()
            self._channel.send_json(Payload.CHALLENGE_RESPONSE, {"Challenge": answer})
        elif message.type is Payload.HANDSHAKE_COMPLETE:
            self._begin(json.loads(message.payload)["CustomerMessage"])
        elif message.type is Payload.FLAG:
            print("Connection to destination port failed, check SSM Agent logs.", flush=True)
        elif self._local:
            with suppress(OSError):
                self._local.sendall(message.payload)
        else:
            sys.stdout.buffer.write(message.payload)
            sys.stdout.buffer.flush()

    def _respond(self, actions: list[dict[str, Any]]) -> None:
        done = [self._carry_out(action["ActionType"], action["ActionParameters"]) for action in actions]
        errors = [item["Error"] for item in done if item["Error"]]
        response = {"ClientVersion": VERSION, "ProcessedClientActions": done, "Errors": errors}
        self._channel.send_json(Payload.HANDSHAKE_RESPONSE, response)

    def _carry_out(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        result, error = None, ""
        if action == TYPE:
            self._kind, self._properties = parameters["SessionType"], parameters["Properties"]
        elif action == KMS:
            kms = boto3.client("kms", region_name=self._region)
            context = encryption.context_of(self._id, self._target)
            try:
                key, self._channel.cipher = encryption.of_client(kms, key=parameters["KMSKeyId"], context=context)
                result = {"KMSCipherTextKey": base64.b64encode(key).decode()}
            except (BotoCoreError, ClientError) as reason:
                error = f"Failed to process action {KMS}: Error calling KMS GenerateDataKey API: {reason}"
        return {
            "ActionType": action,
            "ActionStatus": FAILED if error else SUCCESS,
            "ActionResult": result,
            "Error": error,
        }

    def _begin(self, text: str) -> None:
        if text:
            print(text, flush=True)
        if self._kind == PORT:
            listener = socket.create_server(("localhost", int(self._properties["localPortNumber"])))
            print(f"Port {listener.getsockname()[1]} opened for sessionId {self._id}.", flush=True)
            print("Waiting for connections...", flush=True)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        else:
            self._channel.send_json(Payload.SIZE, {"cols": 300, "rows": 100})
            threading.Thread(target=self._type, daemon=True).start()

    def _type(self) -> None:
        """Send what the user types."""
        while data := os.read(0, CHUNK_BYTES):
            self._channel.send(Payload.OUTPUT, data)

    def _accept(self, listener: socket.socket) -> None:
        """Forward one local connection after the other."""
        while True:
            self._local, _ = listener.accept()
            print(f"Connection accepted for session {self._id}.", flush=True)
            with suppress(OSError):
                while data := self._local.recv(CHUNK_BYTES):
                    self._channel.send(Payload.OUTPUT, data)
            self._channel.send(Payload.FLAG, struct.pack(">I", Flag.DISCONNECT_FROM_PORT))
            self._local.close()

    def interrupt(self) -> None:
        """Handle Ctrl-C: the command gets it, and the forwarding of a port ends."""
        if self._kind != PORT:
            self._channel.send(Payload.OUTPUT, INTERRUPT)
            return
        print("Terminate signal received, exiting.", flush=True)
        self._channel.send(Payload.FLAG, struct.pack(">I", Flag.TERMINATE_SESSION))


def main(words: list[str]) -> None:
    """Run a session as the AWS CLI asks for it.

    Args:
        words: Session or name of its variable, region, operation, profile, request, endpoint.
    """
    response, region, operation, _profile, request, _endpoint = words
    if operation != "StartSession":
        print("Invalid Operation")
        return
    if response.startswith("AWS_SSM_START_SESSION_RESPONSE"):
        response = os.environ.pop(response)
    session = json.loads(response)
    print(f"\nStarting session with SessionId: {session['SessionId']}", flush=True)
    with connect(session["StreamUrl"], compression=None) as connection:
        client = Client(connection, session, target=json.loads(request)["Target"], region=region)
        signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=client.interrupt).start())
        client.run()
    sys.stdout.flush()
    os._exit(0)  # a thread may wait for the user's next word


if __name__ == "__main__":
    main(sys.argv[1:])
