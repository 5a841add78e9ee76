"""Decides whether AWS permits a request, from the policies that apply to it.

Source: "Policy evaluation logic" of the IAM User Guide
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html) and the pages it links to.

Example:
    >>> worker = Caller("arn:aws:iam::111122223333:role/worker", identity=(Policy.parse(document),))
    >>> decide(worker, "s3:GetObject", "arn:aws:s3:::airflow-logs/1.log", {"aws:SecureTransport": "true"}).outcome
    <Outcome.ALLOWED: 'allowed'>
"""

from terraform_gate.iam.decision.context import UNKNOWN, Context
from terraform_gate.iam.decision.engine import Decision, Outcome, Target, decide
from terraform_gate.iam.decision.policy import Policy
from terraform_gate.iam.decision.principals import Caller

__all__ = ["UNKNOWN", "Caller", "Context", "Decision", "Outcome", "Policy", "Target", "decide"]
