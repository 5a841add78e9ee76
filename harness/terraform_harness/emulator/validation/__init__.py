"""Validates requests before the emulator handles them: the service's model, documented rules, and account quotas."""

from terraform_harness.emulator.validation.quotas import QUOTAS, Quota, limits
from terraform_harness.emulator.validation.report import REPORT_PATH, ValidationReport

__all__ = ["QUOTAS", "REPORT_PATH", "Quota", "ValidationReport", "limits"]
