"""An environment with everything that the smallest one has not."""

from __future__ import annotations

from typing import Any

TWO_GROUPS = [
    {
        "name": "small",
        "queues": ["default", "mail"],
        "min_count": 2,
        "max_count": 3,
        "on_demand_base": 2,
        "spot_percent": 60,
    },
    {
        "name": "big",
        "queues": ["heavy"],
        "cpu": 4096,
        "memory_mib": 16384,
        "concurrency": 2,
        "min_count": 0,
        "max_count": 5,
        "ephemeral_storage_gib": 100,
    },
]
DIGEST = "sha256:" + "a" * 64
LARGE: dict[str, Any] = {
    "architecture": "X86_64",
    "airflow": {"image_digest": DIGEST, "exec_enabled": True},
    "components": {"scheduler": {"count": 2}, "flower": {"cpu": 256, "memory_mib": 512}},
    "workers": TWO_GROUPS,
}
"""Everything that a small environment has not."""
