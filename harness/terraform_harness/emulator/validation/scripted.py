"""Answers that a test gives in advance: errors that no request provokes, such as throttling or missing capacity."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.validation.requests import Call

ANSWERS_PATH = "/moto-api/answers"


class ScriptedAnswers:
    """The next answers of operations, by ``service:Operation``."""

    def __init__(self) -> None:
        self._answers: dict[str, deque[Mapping[str, Any]]] = defaultdict(deque)

    def add(self, body: bytes) -> None:
        """Append answers: JSON with ``operation`` and ``answers``."""
        added = json.loads(body)
        self._answers[added["operation"]].extend(added["answers"])

    def take(self, call: Call) -> Any | None:
        """Remove and return the next answer of an operation: the exception or the result that moto would return."""
        from terraform_harness.emulator.patches.patch import service_error

        waiting = self._answers.get(f"{call.service}:{call.operation}")
        if not waiting:
            return None
        answer = waiting.popleft()
        if "result" in answer:
            return answer["result"]
        return service_error(service=call.service, code=answer["code"], message=answer["message"])
