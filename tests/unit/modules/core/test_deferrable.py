"""The functions give the plain Python result for plain values; deferred values are tested with the export."""

from __future__ import annotations

from modules.core.deferrable import at_least, equals, exceeds, mapped


def test_plain_values() -> None:
    assert (at_least(3, 1), at_least(3, 30)) == (3, 30)
    assert (equals("internal", "internal"), equals("internal", "x")) == (True, False)
    assert (exceeds(4, 2), exceeds(2, 2)) == (True, False)
    assert mapped("b", {"a": 1, "b": 2}.__getitem__, among="ab") == 2
