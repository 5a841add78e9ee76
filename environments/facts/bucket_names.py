"""Names of S3 buckets.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import re

from environments.errors import listed

RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")


def problem_in_bucket_name(name: str) -> tuple[str, str] | None:
    """The problem with a name of lower-case letters, digits, dots and hyphens, and the fix; None when S3 accepts it.

    >>> problem_in_bucket_name("a..b")
    ("must not contain '..', '.-' or '-.'", 'rename the bucket')
    """
    fix = "rename the bucket"
    if any(pair in name for pair in ("..", ".-", "-.")):
        return "must not contain '..', '.-' or '-.'", fix
    if _ADDRESS.fullmatch(name):
        return "must not look like an IP address", fix
    if name.startswith(RESERVED_PREFIXES):
        return f"must not begin with {listed(RESERVED_PREFIXES)}, which S3 reserves", fix
    if name.endswith(RESERVED_SUFFIXES):
        return f"must not end with {listed(RESERVED_SUFFIXES)}, which S3 reserves", fix
    return None
