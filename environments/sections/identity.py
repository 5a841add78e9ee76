"""Who deploys, and under which names and limits."""

from __future__ import annotations

from typing import Annotated

from environments.fields import Day, Form, OidcProviderArn, PolicyArn, Section, plan, synth


class Oidc(Section):
    """Roles that a CI system takes by OpenID Connect, without a stored key."""

    provider_arn: Annotated[
        OidcProviderArn | None, synth("Existing identity provider; without it bootstrap makes one.")
    ] = None
    github_repository: Annotated[
        Annotated[str, Form(r"^[\w.-]+/[\w.-]+$", "owner/name")] | None,
        plan("GitHub repository whose workflows may take the roles."),
    ] = None
    branch: Annotated[str, plan("Branch whose workflows may deploy; others may only plan.")] = "main"


class Iam(Section):
    """Where roles live and what bounds them."""

    path: Annotated[
        Annotated[str, Form(r"^/([\w+=,.@-]+/)*$", "a path such as /airflow/, with a slash at both ends")],
        plan("Path of every role and policy."),
    ] = "/airflow/"
    permissions_boundary: Annotated[PolicyArn | None, plan("Permissions boundary put on every role.")] = None
    oidc: Annotated[Oidc | None, synth("Deploy and plan roles for CI.")] = None


class Waiver(Section):
    """A finding of a policy that somebody accepts for a time."""

    rule: Annotated[Annotated[str, Form(r"^[A-Z][A-Z0-9_]+$", "the id of a rule")], synth("Rule that is waived.")]
    address: Annotated[
        Annotated[str, Form(r"^\S+$", "the address of a resource")], synth("Terraform address of the resource.")
    ]
    reason: Annotated[
        Annotated[str, Form(r"^.*\S.{8,}$", "a sentence of at least ten characters")],
        synth("Why the finding is acceptable."),
    ]
    owner: Annotated[Annotated[str, Form(r"\S", "a name or address")], synth("Who answers for it.")]
    expires: Annotated[Day, synth("Last day on which the waiver holds.")]
