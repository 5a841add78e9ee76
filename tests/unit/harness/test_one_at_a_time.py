"""The emulator answers one request after the other, because moto takes no care of two at once."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from terraform_harness.emulator.serve import OneAtATime


class Backend:
    """Notices when it is asked twice at once, also while it still gives the pieces of its answer."""

    def __init__(self) -> None:
        self.inside, self.most, self.closed, self.bodies = 0, 0, 0, set[bytes]()

    def __call__(self, environ: dict[str, Any], _start: Any) -> Backend:
        self.inside += 1
        self.bodies.add(environ["wsgi.input"].read())
        return self

    def __iter__(self) -> Iterator[bytes]:
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        yield b"answer"

    def close(self) -> None:
        self.closed += 1
        self.inside -= 1


@pytest.mark.feature("H3")
def test_requests_do_not_meet_in_the_emulator() -> None:
    backend = Backend()
    application, answers = OneAtATime(backend), list[list[bytes]]()

    def ask(number: int) -> None:
        body = str(number).encode()
        environ = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body + b" of the next request")}
        answers.append(application(environ, None))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (backend.most, backend.closed, answers) == (1, 8, [[b"answer"]] * 8)
    assert backend.bodies == {str(number).encode() for number in range(8)}
