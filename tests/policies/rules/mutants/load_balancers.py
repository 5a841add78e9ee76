"""Mutants for the rules about load balancers."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import AIRFLOW, Documents, Mutants, body

MUTANTS = Mutants()


@MUTANTS.add("AF_ALB_1", "the rule that rejects the execution API is removed")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_lb_listener_rule"]["load_balancer_deny_execution_api"]


@MUTANTS.add("AF_ALB_2", "the load balancer accepts TLS 1.0")
def _(documents: Documents) -> None:
    body(documents, "aws_lb_listener", "load_balancer_https")["ssl_policy"] = "ELBSecurityPolicy-2016-08"
