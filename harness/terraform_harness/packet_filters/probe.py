"""Tries many TCP connections at once from one network namespace."""

from __future__ import annotations

import errno
import select
import socket
import time
from collections.abc import Iterable
from enum import StrEnum

from terraform_harness.packet_filters.namespace import NetworkNamespace

Target = tuple[str, int]
_BATCH = 256


class Outcome(StrEnum):
    """The result of an attempt. ``OPEN`` includes a refused connection: the packets passed, and nothing listened."""

    OPEN = "open"
    TIMED_OUT = "timed out"
    NO_ROUTE = "no route"


_OPEN = frozenset({0, errno.ECONNREFUSED, errno.ECONNRESET, errno.EISCONN})
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH})


def probe(namespace: NetworkNamespace, targets: Iterable[Target], *, seconds: float = 1.0) -> dict[Target, Outcome]:
    """Try to connect to each address and port, all at once.

    Args:
        namespace: the namespace of the client.
        targets: addresses and ports.
        seconds: time for an answer. The first retransmission of Linux follows after 1 s.
    """
    wanted = sorted(set(targets))
    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    return {
        target: outcome
        for batch in batches
        for target, outcome in namespace.call(lambda batch=batch: _attempt(batch, seconds)).items()  # type: ignore[misc]
    }


def _attempt(targets: list[Target], seconds: float) -> dict[Target, Outcome]:
    pending: dict[int, tuple[socket.socket, Target]] = {}
    outcomes: dict[Target, Outcome] = {}
    poll = select.poll()
    for target in targets:
        client = socket.socket()
        client.setblocking(False)
        code = client.connect_ex(target)
        if code == errno.EINPROGRESS:
            pending[client.fileno()] = (client, target)
            poll.register(client, select.POLLOUT)
        else:
            outcomes[target] = _outcome(code)
            client.close()
    deadline = time.monotonic() + seconds
    while pending and (left := deadline - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            client, target = pending.pop(number)
            outcomes[target] = _outcome(client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            poll.unregister(client)
            client.close()
    for client, target in pending.values():
        outcomes[target] = Outcome.TIMED_OUT
        client.close()
    return outcomes


def _outcome(code: int) -> Outcome:
    if code in _OPEN:
        return Outcome.OPEN
    return Outcome.NO_ROUTE if code in _NO_ROUTE else Outcome.TIMED_OUT
