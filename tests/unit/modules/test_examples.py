"""The docstring of each construct has an example that runs and shows a result."""

from __future__ import annotations

import pytest
from constructs import Construct

from modules.constructs.encryption_key import EncryptionKey
from tests.unit.modules.examples import constructs, run_example


@pytest.mark.parametrize("construct", tuple(constructs()), ids=lambda construct: construct.__name__)
def test_example_in_docstring_shows_what_the_construct_makes(construct: type[Construct]) -> None:
    messages = run_example(construct)
    assert not messages, "".join(messages)


def test_example_with_another_result_fails() -> None:
    text = str(EncryptionKey.__doc__)
    assert "True" in text
    (message,) = run_example(EncryptionKey, text=text.replace("        True\n", "        False\n"))
    assert "Expected:\n    False\nGot:\n    True" in message


def test_docstring_without_a_result_fails() -> None:
    assert run_example(EncryptionKey, text="A key.") == ["EncryptionKey has no example with a result"]
