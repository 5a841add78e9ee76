"""Assertions on Terraform JSON and on plans.

>>> stack = {"resource": {"aws_s3_bucket": {"logs": {"bucket": "logs", "force_destroy": False}}}}
>>> template = Template(stack)
>>> template.any("aws_s3_bucket", bucket=Match.regex("^l")).address
'aws_s3_bucket.logs'
>>> template.every("aws_s3_bucket", force_destroy=True)
Traceback (most recent call last):
    ...
AssertionError: not every aws_s3_bucket matches:
  aws_s3_bucket.logs: force_destroy: expected True, got False
"""

from terraform_harness.assertions.matchers import Capture, Match, Matcher, Mismatch, compare
from terraform_harness.assertions.template import Found, Template

__all__ = ["Capture", "Found", "Match", "Matcher", "Mismatch", "Template", "compare"]
