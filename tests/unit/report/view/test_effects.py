"""The effect of a change of each key."""

from __future__ import annotations

import pytest

from report.contents import Contents


@pytest.mark.feature("O6")
def test_every_key_with_its_value_has_the_declared_effect(contents: Contents) -> None:
    effects = {effect.key: effect for effect in contents.effects}
    assert effects["architecture"].effect == "rolling"
    assert effects["network.cidr"].effect.startswith("not possible later")
    assert effects["workers[0].max_count"].value
    assert len(effects) > 80
