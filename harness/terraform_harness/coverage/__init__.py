"""Attribute coverage of stacks: what do tests and rules look at, and what does nobody?"""

from terraform_harness.coverage.recording import TOUCHED, load, save, watch
from terraform_harness.coverage.report import Coverage, cover

__all__ = ["TOUCHED", "Coverage", "cover", "load", "save", "watch"]
