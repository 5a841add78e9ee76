"""Memory of the RDS instance classes for PostgreSQL, and the number of connections that it allows.

Sources, read 2026-11-23: hardware specifications in
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html and the default
``LEAST(DBInstanceClassMemory/9531392, 5000)`` in
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections.
"""

from __future__ import annotations

from collections.abc import Iterator

BURSTABLE_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge")
VCPUS = {"large": 2, "xlarge": 4, **{f"{n}xlarge": 4 * n for n in (2, 4, 8, 12, 16, 24, 32)}}
GIB_PER_VCPU = {"m": 4, "r": 8}
LARGEST = {
    **dict.fromkeys(("m5", "r5"), "24xlarge"),
    **dict.fromkeys(("m6g", "r6g", "m7g", "r7g"), "16xlarge"),
    **dict.fromkeys(("m6i", "r6i"), "32xlarge"),
    **dict.fromkeys(("m7i", "r7i", "m8g", "r8g"), "24xlarge"),
}
"""The largest size of each family that has the sizes of ``SIZES``."""

BYTES_PER_CONNECTION = 9_531_392
CONNECTION_LIMIT = 5000
GIB = 1024**3
USABLE = 0.8
"""DBInstanceClassMemory is the memory of the class without the share that AWS reserves for its own processes. AWS does
not publish that share; this project assumes a fifth."""


def _all_classes() -> Iterator[tuple[str, int]]:
    for family in ("t3", "t4g"):
        yield from ((f"db.{family}.{size}", gib) for size, gib in BURSTABLE_GIB.items())
    for family, largest in LARGEST.items():
        for size in SIZES[: SIZES.index(largest) + 1]:
            yield f"db.{family}.{size}", VCPUS[size] * GIB_PER_VCPU[family[0]]


MEMORY_GIB: dict[str, int] = dict(_all_classes())
"""GiB of memory of each class."""


def max_connections(instance_class: str) -> int:
    """Connections that PostgreSQL on ``instance_class`` accepts at least.

    Raises:
        KeyError: for an unknown class.
    """
    return min(int(MEMORY_GIB[instance_class] * GIB * USABLE) // BYTES_PER_CONNECTION, CONNECTION_LIMIT)
