"""IAM roles, and accepted findings of policies."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len

from environments.fields import Day, GitReference, OidcProviderArn, Pattern, PolicyArn, Section, plan, synth


class Oidc(Section):
    """Roles that a CI system assumes through OpenID Connect, without a stored key."""

    provider_arn: Annotated[
        OidcProviderArn | None, synth("Existing identity provider; bootstrap creates one when absent.")
    ] = None
    github_repository: Annotated[
        Annotated[str, Pattern(r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9_.-]{1,100}$", "owner/name")] | None,
        plan("GitHub repository whose workflows may assume the roles."),
    ] = None
    branch: Annotated[GitReference, plan("Branch whose workflows may deploy; other branches may only plan.")] = "main"


class Iam(Section):
    """Path and limits of all roles."""

    path: Annotated[
        Annotated[
            str,
            Len(1, 512),
            Pattern(r"^/([A-Za-z0-9_+=,.@-]+/)*$", "a path such as /airflow/, with a slash at both ends"),
        ],
        plan("Path of every role and IAM policy."),
    ] = "/airflow/"
    permissions_boundary: Annotated[PolicyArn | None, plan("Permissions boundary of every role.")] = None
    oidc: Annotated[Oidc | None, synth("Deploy and plan roles for a CI system.")] = None


class Waiver(Section):
    """A finding of a policy that is accepted until a date."""

    rule: Annotated[Annotated[str, Pattern(r"^[A-Z][A-Z0-9_]+$", "the id of a rule")], synth("Id of the waived rule.")]
    address: Annotated[
        Annotated[str, Pattern(r"^\S+$", "the address of a resource")], synth("Terraform address of the resource.")
    ]
    reason: Annotated[
        Annotated[str, Pattern(r"^.*\S.{8,}$", "a sentence of at least ten characters")],
        synth("Why the finding is acceptable."),
    ]
    owner: Annotated[
        Annotated[str, Pattern(r"\S", "a name or address")], synth("Person or team that accepts the finding.")
    ]
    expires: Annotated[Day, synth("Last day on which the waiver is valid.")]
