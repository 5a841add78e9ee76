"""AF_STATE_6: a provider deploys to the accounts that it names only."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.settings import PROVIDER
from terraform_gate.rules.shared.settings_rule import SettingsRule, provider_example
from terraform_gate.terraform_resource import Resource


class AccountGuard(SettingsRule):
    """``allowed_account_ids`` of AWS providers; the role that a provider assumes names its account too."""

    id = "AF_STATE_6"
    title = "Every AWS provider names the accounts that it may deploy to"
    severity = Severity.HIGH
    why = (
        "With the credentials of another account in the shell, Terraform creates the environment there. When the state "
        "is shared, it plans to create everything again, since the account has none of the resources."
    )
    remediation = "Set allowed_account_ids in the provider block."
    references = ()
    resource_types = (PROVIDER,)
    passing = (
        provider_example("one account", allowed_account_ids=["111111111111"]),
        provider_example("the account of a role", assume_role=[{"role_arn": "arn:aws:iam::111111111111:role/deploy"}]),
    )
    failing = (
        provider_example("no account"),
        provider_example("an empty list", allowed_account_ids=[]),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check that the provider names an account."""
        accounts = resource.values("allowed_account_ids")
        roles = (*resource.blocks("assume_role"), *resource.blocks("assume_role_with_web_identity"))
        if resource.name != "aws" or any(role.get("role_arn") for role in roles):
            return
        if not accounts:
            yield Finding.fail(resource, "no allowed_account_ids: the provider deploys to any account")
        elif not is_known(list(accounts)):
            yield Finding.unknown(resource, f"allowed_account_ids is not known: {', '.join(map(str, accounts))}")


rule = AccountGuard()
