"""Answers that a test gives in advance: errors that no request provokes, such as throttling or missing capacity."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.violation import Violation

ANSWERS_PATH = "/moto-api/answers"


class ScriptedAnswers:
    """The next answers of operations, by ``service:Operation``."""

    def __init__(self) -> None:
        self._answers: dict[str, deque[Mapping[str, Any]]] = defaultdict(deque)

    def add(self, body: bytes) -> None:
        """Append answers: JSON with ``operation`` and ``answers``."""
        added = json.loads(body)
        self._answers[added["operation"]].extend(added["answers"])

    def take(self, call: Call) -> Violation | Mapping[str, Any] | None:
        """Remove and return the next answer of an operation: the error, or the members of the result."""
        waiting = self._answers.get(f"{call.service}:{call.operation}")
        if not waiting:
            return None
        answer = waiting.popleft()
        if "result" in answer:
            result: Mapping[str, Any] = answer["result"]
            return result
        return Violation(answer["code"], answer["message"])
