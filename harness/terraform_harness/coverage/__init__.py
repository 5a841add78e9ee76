"""Attribute coverage: which attributes of a stack do tests and policies read?

>>> stack = {"resource": {"aws_s3_bucket": {"logs": {"bucket": "logs", "force_destroy": False}}}}
>>> cover([stack], recorded=frozenset({("aws_s3_bucket", "bucket")})).uncovered
{'aws_s3_bucket': ('force_destroy',)}
"""

from terraform_harness.coverage.recording import RECORDED, load, record, save
from terraform_harness.coverage.report import Coverage, cover

__all__ = ["RECORDED", "Coverage", "cover", "load", "record", "save"]
