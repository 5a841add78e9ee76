"""IAM roles, and accepted findings of policies."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len

from environments.arns import OidcProviderArn, PolicyArn
from environments.fields import CHECKS_ONLY, IN_PLACE, Section, plan, replaces, synth
from environments.formats import Day, GitReference, Pattern


class Oidc(Section):
    """Roles that a CI system assumes through OpenID Connect, without a stored key."""

    provider_arn: Annotated[
        OidcProviderArn | None, synth("Existing identity provider; bootstrap creates one when absent.", effect=IN_PLACE)
    ] = None
    github_repository: Annotated[
        Annotated[str, Pattern(r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9_.-]{1,100}$", "owner/name")] | None,
        plan("GitHub repository whose workflows may assume the roles.", effect=IN_PLACE),
    ] = None
    gitlab_project: Annotated[
        Annotated[
            str, Len(3, 255), Pattern(r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$", "group/project")
        ]
        | None,
        synth(
            "GitLab project whose pipelines may assume the roles, instead of a GitHub repository; the host is "
            "gitlab.com, or that of `provider_arn`.",
            effect=IN_PLACE,
        ),
    ] = None
    github_ids: Annotated[
        Annotated[str, Pattern(r"^[0-9]{1,20}/[0-9]{1,20}$", "<owner id>/<repository id>")] | None,
        synth(
            "Ids in the subject of the repository's tokens (`repo:owner@id/name@id:...`); GitHub adds them for "
            "repositories created, renamed or transferred since June 18, 2026.",
            effect=IN_PLACE,
        ),
    ] = None
    branch: Annotated[
        GitReference, plan("Branch whose workflows may deploy; other branches may only plan.", effect=IN_PLACE)
    ] = "main"
    github_environment: Annotated[
        Annotated[str, Pattern(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$", "a name of letters, digits, '_', '.' and '-'")]
        | None,
        synth(
            "GitHub environment whose jobs may deploy, instead of the branch: limit the environment to the branch on "
            "GitHub, because the token of such a job does not name the branch.",
            effect=IN_PLACE,
        ),
    ] = None


class Iam(Section):
    """Path and limits of all roles."""

    path: Annotated[
        Annotated[
            str,
            Len(1, 512),
            Pattern(
                r"^/([A-Za-z0-9_+=,.@-]+/)*$",
                "a path such as /airflow/: letters, digits and _+=,.@-, with a slash at both ends",
            ),
        ],
        plan("Path of every role and IAM policy.", effect=replaces("all IAM roles")),
    ] = "/airflow/"
    permissions_boundary: Annotated[
        PolicyArn | None, plan("Permissions boundary of every role.", effect=IN_PLACE, nullable=True)
    ] = None
    oidc: Annotated[Oidc | None, synth("Deploy and plan roles for a CI system.", effect=IN_PLACE)] = None


class Waiver(Section):
    """A finding of a policy that is accepted until a date."""

    rule: Annotated[
        Annotated[str, Pattern(r"^[A-Z][A-Z0-9_]+$", "the id of a rule")],
        synth("Id of the waived rule.", effect=CHECKS_ONLY),
    ]
    address: Annotated[
        Annotated[str, Pattern(r"^\S+$", "the address of a resource")],
        synth("Terraform address of the resource.", effect=CHECKS_ONLY),
    ]
    reason: Annotated[
        Annotated[str, Pattern(r"^.*\S.{8,}$", "a sentence of at least ten characters")],
        synth("Why the finding is acceptable.", effect=CHECKS_ONLY),
    ]
    owner: Annotated[
        Annotated[str, Pattern(r"^.*\S.*$", "a name or address in one line")],
        synth("Person or team that accepts the finding.", effect=CHECKS_ONLY),
    ]
    expires: Annotated[Day, synth("Last day on which the waiver is valid.", effect=CHECKS_ONLY)]
