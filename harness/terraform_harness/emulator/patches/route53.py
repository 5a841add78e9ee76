"""Route 53: a hosted zone under a given id."""

from __future__ import annotations

from typing import Any

from moto.route53.models import Route53Backend

from terraform_harness.emulator.patches.patch import patch

GIVEN_ID = "given-id:"
_create = Route53Backend.create_hosted_zone


@patch(Route53Backend, reason="a configuration names an existing hosted zone by id; moto always generates a new id")
def create_hosted_zone(self: Any, *args: Any, **kwargs: Any) -> Any:
    zone = _create(self, *args, **kwargs)
    if zone.caller_reference.startswith(GIVEN_ID):
        del self.zones[zone.resource_id]
        zone.resource_id = zone.caller_reference.removeprefix(GIVEN_ID)
        self.zones[zone.resource_id] = zone
    return zone
