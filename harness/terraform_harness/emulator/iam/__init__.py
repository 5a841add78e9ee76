"""Decides whether each request to the emulator is permitted, as IAM does."""

from terraform_harness.emulator.iam.report import DECISIONS_PATH, DecisionReport, Taken

__all__ = ["DECISIONS_PATH", "DecisionReport", "Taken"]
