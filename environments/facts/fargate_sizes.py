"""The task sizes that Fargate offers.

Source: table of task sizes in
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html (read 2026-11-23).
"""

from __future__ import annotations

from environments.errors import listed

MEMORY_MIB: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
"""Allowed MiB of memory for each number of CPU units."""


def invalid_size(*, cpu: int, memory_mib: int) -> tuple[str, str] | None:
    """The invalid key (``cpu`` or ``memory_mib``) and the problem; None for a size that Fargate offers."""
    if cpu not in MEMORY_MIB:
        return "cpu", f"Fargate offers {listed(MEMORY_MIB)} cpu units, got {cpu}"
    offered = MEMORY_MIB[cpu]
    if memory_mib in offered:
        return None
    step = "" if cpu == 256 else f" in steps of {offered[1] - offered[0]}"
    between = offered[0] <= memory_mib <= offered[-1]
    steps = step if between else ""
    return (
        "memory_mib",
        f"Fargate offers {offered[0]} to {offered[-1]} MiB{steps} for {cpu} cpu units, got {memory_mib}",
    )
