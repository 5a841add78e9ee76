"""The examples of README.md work as written."""

from __future__ import annotations

import re

import pytest

from environments import InvalidEnvironment, parse
from local.repository import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def example() -> str:
    """The environment file that README.md shows."""
    (found,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    return str(found)


@pytest.mark.feature("O1")
def test_environment_of_the_readme_is_valid() -> None:
    assert parse(example(), source="environments/dev.yaml").name == "dev"


@pytest.mark.feature("O1")
def test_error_message_of_the_readme_is_real() -> None:
    wrong = example().replace("spot_percent: 100", "cpu: 512, memory_mib: 8192")
    with pytest.raises(InvalidEnvironment) as error:
        parse(wrong, source="environments/dev.yaml")
    assert str(error.value) in README


@pytest.mark.feature("O7")
def test_readme_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 120
