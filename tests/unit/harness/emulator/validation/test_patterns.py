"""Translated patterns of AWS's models match the same texts in Python as in Java."""

from __future__ import annotations

import pytest
from terraform_harness.emulator.validation.patterns import UndecidablePattern, compiled

XML_TEXT = r"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]*"


@pytest.mark.feature("H8")
@pytest.mark.parametrize(
    ("pattern", "value", "allowed"),
    [
        (r"[\w+=,.@-]+", "a-b", True),
        (r"[\w+=,.@-]+", "größe", False),
        (r"[\w+=,.@-]+", "a b", False),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "Größe 1", True),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "R&D", False),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "a\n", False),
        (r"\P{L}+", "12", True),
        (r"\P{L}+", "a", False),
        (r"\p{Alnum}+", "a1", True),
        (XML_TEXT, "a\U0001f600", True),
        (XML_TEXT, "a\x00", False),
        (r"[\w-_]*", "a-_", True),
        (r"[\w-_]*", "a.", False),
        (r"[^\]]+", "a[", True),
        (r"[]a]+", "]a", True),
        (r"(?<name>a)b", "ab", True),
        (r"(?<!a)b", "b", True),
    ],
)
def test_pattern_matches_the_whole_value(pattern: str, value: str, allowed: bool) -> None:
    assert bool(compiled(pattern).fullmatch(value)) is allowed


@pytest.mark.feature("H8")
@pytest.mark.parametrize("pattern", [r"[a-z&&[^b]]", r"[\P{L}]", r"\p{Nothing}", r"(a"])
def test_pattern_that_python_cannot_express_is_named(pattern: str) -> None:
    with pytest.raises(UndecidablePattern):
        compiled(pattern)
