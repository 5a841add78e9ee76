"""checkov's own rules that are not applied, each with its reason. Nothing else is left out."""

from __future__ import annotations

from collections.abc import Mapping

NOT_APPLIED: Mapping[str, str] = {}
