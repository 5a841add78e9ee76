"""The key that signs the cookies of the user interface, which only api-servers have.

Airflow signs cookies with ``[api] secret_key``. Workers have this key too, because it signs requests for the logs of
running Airflow tasks: code on a worker could sign a cookie ``remember_token``, with which Flask-Login signs in as any
person. Workers do not have the JWT secret, from which this key is derived.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from airflow_fargate.components import JWT_SECRET

PURPOSE = b"cookies of the user interface"


def key(environ: Mapping[str, str]) -> str:
    """The key, which is the same in every api-server of an environment."""
    return hmac.digest(environ[JWT_SECRET].encode(), PURPOSE, "sha256").hex()
