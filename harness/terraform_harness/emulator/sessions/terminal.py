"""Runs a command on a pseudo terminal, and connects it with a data channel."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from contextlib import suppress

from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.message import Flag, Message, Payload

# Makes the terminal that of the process, so that Ctrl-C reaches its group, and becomes the command.
_LEAD = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
try:
    os.execvp(sys.argv[1], sys.argv[1:])
except OSError as error:
    sys.exit(f"Unable to start command: {error}")
"""
# Size of a payload: https://github.com/aws/session-manager-plugin/blob/mainline/src/config/config.go
CHUNK_BYTES = 1024


def run(channel: Channel, words: Sequence[str]) -> str:
    """Run a command until it ends or the client leaves; returns its output."""
    own, others = pty.openpty()
    process = subprocess.Popen([sys.executable, "-SEc", _LEAD, *words], stdin=others, stdout=others, stderr=others)
    os.close(others)
    threading.Thread(target=_feed, args=(channel, own, process), daemon=True).start()
    output = b"".join(_forward(channel, own))
    process.wait()
    os.close(own)
    return output.decode(errors="replace")


def _forward(channel: Channel, terminal: int) -> list[bytes]:
    """Send what the command prints, until it ends."""
    sent = []
    with suppress(OSError):  # reading a terminal that no process has open any more
        while data := os.read(terminal, CHUNK_BYTES):
            channel.send(Payload.OUTPUT, data)
            sent.append(data)
    return sent


def _feed(channel: Channel, terminal: int, process: subprocess.Popen[bytes]) -> None:
    """Give the command what the client sends; end the command when the client leaves."""
    with suppress(OSError):  # the command has ended, and its terminal is closed
        while message := channel.receive():
            if message.type is Payload.OUTPUT:
                os.write(terminal, message.payload)
            elif message.type is Payload.SIZE:
                _resize(terminal, message)
            elif is_termination(message):
                break
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGHUP)


def _resize(terminal: int, message: Message) -> None:
    size = json.loads(message.payload)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size["rows"], size["cols"], 0, 0))


def is_termination(message: Message) -> bool:
    """Whether the client asks to end the session."""
    return message.type is Payload.FLAG and struct.unpack(">I", message.payload) == (Flag.TERMINATE_SESSION,)
