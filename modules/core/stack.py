"""A Terraform root module: provider, backend and readable addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cdktf import TerraformElement, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_fast_bindings.cached_references import path_of
from constructs import Construct

from modules.core.state import StateSettings, configure_backend

# Id of a construct's main resource; it is left out of the address.
MAIN = "Resource"
REQUIRED_TERRAFORM = ">= 1.11.0"


class Stack(TerraformStack):
    """A Terraform root module with its own state.

    The address of a resource is the path of its construct: ``LoadBalancer(stack, "load-balancer")`` defines
    ``aws_lb.load_balancer``.

    Args:
        scope: the cdktf app.
        id_: name of the stack.
        account_id: the only AWS account in which the provider may work.
        region: AWS region.
        tags: default tags of all resources.
        state: settings of the backend.

    Raises:
        ValueError: two constructs would get the same address.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        account_id: str,
        region: str,
        tags: Mapping[str, str],
        state: StateSettings,
    ) -> None:
        super().__init__(scope, id_)
        self.name = id_
        self._addresses: dict[str, str] = {}
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        AwsProvider(
            self,
            "aws",
            region=region,
            allowed_account_ids=[account_id],
            default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
        )
        configure_backend(self, name=id_, state=state)

    def annotate(self, **notes: object) -> None:
        """Add ``notes`` to the top-level comment ``//``: Terraform ignores it, the policies read it."""
        for name, value in notes.items():
            self.add_override(f"//.{name}", json.loads(json.dumps(value)))

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        """Return the construct's path as the address, instead of cdktf's path with a hash."""
        path = path_of(element)
        parts = [part for part in path.split("/")[1:] if part != MAIN] or [path]
        name = re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(parts))
        kind = type(element).__name__
        owner = self._addresses.setdefault(f"{kind}.{name}", path)
        if owner != path:
            raise ValueError(f"{self.name}: {path} and {owner} would have the same address {kind}.{name}")
        return name
