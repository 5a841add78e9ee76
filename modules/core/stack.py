"""A Terraform root: provider with its guards, remote state, readable addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cdktf import TerraformElement, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_fast_bindings.remembered_references import path_of
from constructs import Construct

from modules.core.state import StateSettings, keep_state

# The id of a construct's main resource: it adds nothing to the address.
MAIN = "Resource"
REQUIRED_TERRAFORM = ">= 1.11.0"


class Stack(TerraformStack):
    """One Terraform root with its own state."""

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
        keep_state(self, name=id_, state=state)

    def annotate(self, **notes: object) -> None:
        """Put ``notes`` where Terraform does not look and policies do: the top level's comment."""
        for name, value in notes.items():
            self.add_override(f"//.{name}", json.loads(json.dumps(value)))

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        """An address people can read, and keep: the construct's path instead of cdktf's hash."""
        path = path_of(element)
        parts = [part for part in path.split("/")[1:] if part != MAIN] or [path]
        name = re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(parts))
        kind = type(element).__name__
        taken_by = self._addresses.setdefault(f"{kind}.{name}", path)
        if taken_by != path:
            raise ValueError(f"{self.name}: {path} and {taken_by} would share the address {kind}.{name}")
        return name
