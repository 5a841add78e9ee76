"""Layers of an environment, and the files that cannot import them."""

from __future__ import annotations

import re
from pathlib import Path

from environments.facts.stacks import LAYERS

MAKEFILE = Path(__file__).parents[4] / "Makefile"


def test_makefile_names_the_layers_in_order() -> None:
    found = re.search(r"^ENV_STACKS = \$\(foreach layer,([a-z ]+),", MAKEFILE.read_text("utf-8"), re.MULTILINE)
    assert found
    assert tuple(found[1].split()) == LAYERS
