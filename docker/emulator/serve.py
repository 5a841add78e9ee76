"""Serves Parameter Store, S3 and CloudWatch for a local run, in memory.

Variables: EMULATOR_BUCKETS, names of buckets to create at start, separated by commas; EMULATOR_PORT.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import run_simple

PORT = int(os.environ.get("EMULATOR_PORT") or 5000)
ACCOUNT = os.environ.get("MOTO_ACCOUNT_ID") or "123456789012"
REGION = os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def make_buckets(names: list[str]) -> None:
    """Create buckets, as Terraform would."""
    for name in names:
        s3_backends[ACCOUNT]["aws"].create_bucket(name, REGION)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    """Serve until SIGTERM."""
    signal.signal(signal.SIGTERM, _exit)
    make_buckets([name for name in os.environ.get("EMULATOR_BUCKETS", "").split(",") if name])
    run_simple("0.0.0.0", PORT, DomainDispatcherApplication(create_backend_app), threaded=True)  # noqa: S104 - a container


if __name__ == "__main__":
    main()
