"""Mutants for the rules about load balancers."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import AIRFLOW, Documents, Mutants

MUTANTS = Mutants()

MUTANTS.generated(
    "AF_ALB_2",
    "aws_lb_listener.load_balancer_https",
    "weak_transport: ssl_policy = ELBSecurityPolicy-2016-08",
)


@MUTANTS.written("AF_ALB_1", "the rule that rejects the execution API is removed")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_lb_listener_rule"]["load_balancer_deny_execution_api"]
