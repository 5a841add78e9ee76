"""Changes of Airflow, sign-on, DAG delivery and teams."""

from __future__ import annotations

from collections.abc import Mapping

from day_two.bases import ABSENT, COMPLETE, HOST_KEY, SECOND_HOST_KEY
from day_two.changes.change import Change, reversed_, set_

DIGEST = "sha256:" + "a" * 64
GIT = {"delivery": "git_sync", "repository": "https://github.com/example/dags.git"}
TEAM = {"name": "sales", "worker_groups": ["sales"], "repository": "git@github.com:example/sales.git"}
GROUPS = [{"name": "default", "queues": ["default"]}, {"name": "sales", "queues": ["sales"]}]
PRIVATE = {**COMPLETE["dags"], "delivery": "git_bundle", "known_hosts": [HOST_KEY]}
CHANGES: Mapping[str, tuple[Change, ...]] = {
    "airflow.image_tag": (set_("3.3.2-1", "3.3.2-2", airflow={"image_tag": "3.3.2-2"}),),
    "airflow.image_digest": (set_("absent", "sha256:aaaa...", airflow={"image_digest": DIGEST}),),
    "auth.mode": (
        set_("oidc", "password", "complete", auth=ABSENT),
        set_(
            "password",
            "oidc",
            "lean",
            load_balancer={"domain_name": "airflow.example.com"},
            auth={**COMPLETE["auth"]},
        ),
        set_("password", "alb_oidc", "single", auth={**COMPLETE["auth"], "mode": "alb_oidc"}),
    ),
    "auth.issuer": (
        set_("login.example.com", "id.example.com", "complete", auth={"issuer": "https://id.example.com"}),
    ),
    "auth.client_id": (set_("airflow", "other", "complete", auth={"client_id": "other"}),),
    "auth.scopes": (set_("[email, profile]", "[groups]", "complete", auth={"scopes": ["groups"]}),),
    "auth.username_claim": (set_("sub", "upn", "complete", auth={"username_claim": "upn"}),),
    "auth.groups_claim": (set_("groups", "roles", "complete", auth={"groups_claim": "roles"}),),
    "auth.roles": (
        set_("{Admin, Viewer}", "{Admin, Op, Viewer}", "complete", auth={"roles": {"Op": ["on-call"]}}),
        set_(
            "[everybody, guests]",
            "[guests, everybody]",
            "complete",
            auth={"roles": {"Viewer": ["guests", "everybody"]}},
        ),
    ),
    "airflow.config": (
        set_("{}", "{1}", "lean", airflow={"config": {"AIRFLOW__SMTP__SMTP_MAIL_FROM": "a@example.com"}}),
        set_("{1}", "{}", "complete", airflow={"config": ABSENT}),
    ),
    "dags.delivery": (
        *(set_("git_sync", after, "complete", dags={"delivery": after}) for after in ("git_bundle",)),
        set_("git_sync", "baked", "complete", dags=ABSENT),
        set_("baked", "s3", "lean", dags={"delivery": "s3"}),
        set_("s3", "baked", "single", dags={"delivery": "baked"}),
        set_("baked", "git_sync", "lean", dags=GIT),
        set_("baked", "git_bundle", "lean", dags={**GIT, "delivery": "git_bundle"}),
    ),
    "dags.repository": (
        set_(
            "git@...:example/dags", "git@...:example/d", "complete", dags={"repository": "git@github.com:example/d.git"}
        ),
    ),
    "dags.branch": (set_("main", "release", "complete", dags={"branch": "release"}),),
    "dags.subdirectory": (set_("dags", "team/dags", "complete", dags={"subdirectory": "team/dags"}),),
    "dags.deploy_key": (
        set_(
            "true",
            "false",
            "complete",
            dags={
                "repository": "https://github.com/example/dags.git",
                "deploy_key": False,
                "known_hosts": ABSENT,
            },
        ),
    ),
    "dags.known_hosts": (
        Change("[1, 2]", "[2, 1]", reversed_("dags", "known_hosts"), "complete"),
        Change("[1, 2]", "[1]", lambda data: {"dags": {"known_hosts": data["dags"]["known_hosts"][:1]}}, "complete"),
        Change(
            "[1, 2]",
            "[1, 2, 3]",
            lambda data: {
                "dags": {
                    "known_hosts": [
                        *data["dags"]["known_hosts"],
                        SECOND_HOST_KEY.replace("git.example.com", "a.example.com"),
                    ]
                }
            },
            "complete",
        ),
    ),
    **{
        f"teams[].{key}": (set_("[]", "[1]", "guest", teams=[TEAM], workers=GROUPS, dags=PRIVATE),)
        for key in ("name", "worker_groups", "repository", "branch", "subdirectory", "pool_slots")
    },
}
