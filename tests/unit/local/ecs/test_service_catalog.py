"""The catalog reads services, DNS names, task definitions and secrets from the AWS API."""

from __future__ import annotations
