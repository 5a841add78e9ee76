"""The line that ``make demo`` and ``make live`` print about the validated requests."""

from __future__ import annotations

from terraform_harness.emulator.validation.report import ValidationReport


def test_line_names_each_rejected_request_and_its_error() -> None:
    errors = {"rds:DeleteDBInstance: InvalidDBInstanceState": 2, "ec2:DeleteVpc: DependencyViolation": 1}
    assert str(ValidationReport(validated=9, rejected=errors)) == (
        "9 requests validated, 3 rejected"
        " (ec2:DeleteVpc: DependencyViolation; rds:DeleteDBInstance: InvalidDBInstanceState (2))"
    )


def test_line_without_rejected_requests_has_no_list() -> None:
    assert str(ValidationReport(validated=9)) == "9 requests validated, 0 rejected"
