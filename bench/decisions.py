"""Measures the decision engine of the gate's IAM model."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from terraform_gate.iam.decision import Caller, Policy, decide

from bench.report import Row

COUNT = 20_000
"""Decisions of one measurement, and the least number in a second."""
LOGS = "arn:aws:s3:::airflow-logs"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:List*"], "Resource": [LOGS, f"{LOGS}/*"]},
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        },
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ],
}


def rows(*, rounds: int) -> list[Row]:
    """Compare decisions about different objects with parsing the policy once for each request."""
    text, policy = json.dumps(DOCUMENT), Policy.parse(DOCUMENT)
    worker = Caller("arn:aws:iam::111122223333:role/worker", (policy,), boundary=policy)
    context = {"aws:SecureTransport": "true"}
    decisions = min(
        _seconds(lambda number: decide(worker, "s3:GetObject", f"{LOGS}/{number}", context)) for _ in range(rounds)
    )
    parsing = min(_seconds(lambda _: json.loads(text)) for _ in range(rounds))
    shown = f"{COUNT / decisions:,.0f}/s"
    return [
        Row("IAM decisions", shown, decisions, f"{COUNT:,} decisions a second", 1.0, limit=1.0),
        Row("IAM decisions", shown, decisions, "parsing the policy as JSON", parsing, limit=10.0),
    ]


def _seconds(work: Callable[[int], object]) -> float:
    began = time.process_time()
    for number in range(COUNT):
        work(number)
    return time.process_time() - began
