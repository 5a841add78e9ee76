"""Simulates the autoscaling of workers: the deployed policy, other published policies and a clairvoyant bound."""

from __future__ import annotations

import sys

from local.repository import ROOT

# The simulator runs the sidecar's own decisions.
sys.path.append(str(ROOT / "docker"))
