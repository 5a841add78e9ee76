"""Application Load Balancers: the client secret of an action."""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import ELBv2Backend

from terraform_harness.emulator.patches.patch import patch

_describe = ELBv2Backend.describe_rules


@patch(ELBv2Backend, reason="AWS returns no client secret; the provider would write the one of moto to the state")
def describe_rules(self: Any, *args: Any, **kwargs: Any) -> Any:
    rules = _describe(self, *args, **kwargs)
    for action in (action for rule in rules for action in rule.actions):
        action.data.get("AuthenticateOidcConfig", {}).pop("ClientSecret", None)
    return rules
