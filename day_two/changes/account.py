"""Changes of names, tags, IAM, topology and waivers."""

from __future__ import annotations

from collections.abc import Mapping

from day_two.bases import ABSENT, ACCOUNT
from day_two.changes.change import Change, Data, set_

WAIVER = {
    "rule": "CKV2_AWS_50",
    "address": "aws_elasticache_replication_group.broker",
    "reason": "A minute without a broker is acceptable here.",
    "owner": "platform team",
    "expires": "2099-11-30",
}
NO_CELERY: Data = {"workers": ABSENT, "components": ABSENT, "ecs_executor": ABSENT}
CHANGES: Mapping[str, tuple[Change, ...]] = {
    "name": (set_("lean", "lena", "lean", name="lena"),),
    "name_prefix": (set_("airflow", "af", "lean", name_prefix="af"),),
    "topology": tuple(
        set_(before, after, base, topology=after, **extra)
        for base, before, after, extra in (
            ("complete", "celery", "local_executor", NO_CELERY),
            ("complete", "celery", "single", NO_CELERY),
            ("complete", "celery", "ecs", {"workers": ABSENT, "components": ABSENT}),
            ("lean", "local_executor", "ecs", {}),
            ("lean", "local_executor", "celery", {}),
            ("lean", "local_executor", "single", {}),
            ("lean", "local_executor", "sequential", {}),
            ("single", "single", "sequential", {}),
            ("single", "single", "local_executor", {}),
            ("single", "single", "celery", {}),
        )
    ),
    "tags": (
        set_("{cost-center, team}", "{team}", "complete", tags={"cost-center": ABSENT}),
        set_("{cost-center, team}", "{cost-center, owner, team}", "complete", tags={"owner": "me"}),
        set_("team: data", "team: other", "complete", tags={"team": "other"}),
    ),
    "iam.path": (set_("/airflow/", "/data/", iam={"path": "/data/"}),),
    "iam.permissions_boundary": (
        set_("absent", "limits", iam={"permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/limits"}),
    ),
    "iam.oidc": (set_("given", "absent", "complete", iam={"oidc": ABSENT}),),
    "iam.oidc.provider_arn": (
        set_(
            "absent",
            "given",
            "complete",
            iam={"oidc": {"provider_arn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}},
        ),
    ),
    "iam.oidc.github_repository": (
        set_("example/platform", "example/other", "complete", iam={"oidc": {"github_repository": "example/other"}}),
    ),
    "iam.oidc.gitlab_project": (
        set_(
            "GitHub",
            "example/platform",
            "complete",
            iam={"oidc": {"github_repository": ABSENT, "gitlab_project": "example/platform"}},
        ),
    ),
    "iam.oidc.github_ids": (set_("absent", "1/2", "complete", iam={"oidc": {"github_ids": "1/2"}}),),
    "iam.oidc.github_environment": (
        set_("absent", "production", "complete", iam={"oidc": {"github_environment": "production"}}),
    ),
    "iam.oidc.branch": (set_("main", "release", "complete", iam={"oidc": {"branch": "release"}}),),
    **{
        f"waivers[].{key}": (set_("[]", "[1]", "complete", waivers=[WAIVER]),)
        for key in ("rule", "address", "reason", "owner", "expires")
    },
}
