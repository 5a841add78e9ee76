"""Route 53: a hosted zone under a given id."""

from __future__ import annotations

from typing import Any

from moto.route53.models import Route53Backend

from terraform_harness.emulator.patches.patch import gap

GIVEN = "given-id:"
_create = Route53Backend.create_hosted_zone


@gap(
    Route53Backend, reason="an environment names a hosted zone made elsewhere; the emulator must hold one under that id"
)
def create_hosted_zone(self: Any, *args: Any, **kwargs: Any) -> Any:
    zone = _create(self, *args, **kwargs)
    if zone.caller_reference.startswith(GIVEN):
        del self.zones[zone.resource_id]
        zone.resource_id = zone.caller_reference.removeprefix(GIVEN)
        self.zones[zone.resource_id] = zone
    return zone
