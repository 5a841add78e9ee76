"""The users of the broker that log in with IAM tokens, and their user group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from environments.facts.broker_users import AIRFLOW_ACCESS, CLOSED, airflow_user, default_user, team_access, team_user


def user_group(scope: Construct, name: str, teams: Mapping[str, Sequence[str]]) -> ElasticacheUserGroup:
    """Create the users of Airflow and of each team. Brokers of both engines accept users of engine redis.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html

    Args:
        scope: the broker.
        name: name of the replication group.
        teams: queues by team; the user of a team can use only these queues.
    """
    default = ElasticacheUser(
        scope,
        "default-user",
        user_id=default_user(name),
        user_name="default",
        engine="redis",
        access_string=CLOSED,
        # ElastiCache reports the authentication mode no-password-required as no-password: a difference for ever.
        no_password_required=True,
    )
    users = [default, _user(scope, "airflow-user", airflow_user(name), AIRFLOW_ACCESS)]
    for team, queues in sorted(teams.items()):
        users.append(_user(scope, f"team-{team}-user", team_user(name, team), team_access(team, queues)))
    return ElasticacheUserGroup(
        scope, "user-group", user_group_id=name, engine="redis", user_ids=[user.user_id for user in users]
    )


def _user(scope: Construct, id_: str, name: str, access: str) -> ElasticacheUser:
    return ElasticacheUser(
        scope,
        id_,
        user_id=name,
        user_name=name,
        engine="redis",
        access_string=access,
        authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
    )
