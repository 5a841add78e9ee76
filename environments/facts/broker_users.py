"""Users of the broker that log in with IAM tokens, and the keys that each may use.

Kombu names the keys: a list for each queue, sets of bindings for each exchange, and a hash, an index and a lock for
messages that a worker received and did not acknowledge yet. The workers of each user have the last three for themselves
(``docker/airflow_fargate/broker_keys.py`` tells Celery their names).
https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.transport.redis.html
"""

from __future__ import annotations

from collections.abc import Sequence

AIRFLOW_ACCESS = "on ~* &* +@all -@dangerous"
"""Access string of Airflow's user: every key, but no command that lists all keys or changes the server."""
CLOSED = "off -@all"
"""Access string of ElastiCache's user ``default``, as which every connection begins."""
UNACKNOWLEDGED = ("unacked", "unacked_index", "unacked_mutex")
"""Keys of messages that are not acknowledged."""
BINDINGS = ("_kombu.binding", "_kombu.binding_permanent")
RESERVED = (*UNACKNOWLEDGED, "_kombu.")
"""Beginnings of the names of keys that are no queues."""
COMMANDS = (
    *("brpop", "llen", "lpush", "rpush", "exists", "del"),
    *("hset", "hget", "hdel", "zadd", "zrem", "zrange", "zrevrangebyscore"),
    *("sadd", "srem", "smembers"),
    *("multi", "exec", "discard", "watch", "unwatch"),
    *("get", "set", "pexpire", "evalsha", "script|load"),
    *("ping", "select"),
)
"""Commands of a worker, all of which Redis 7.0 knows (an unknown one is an error in an access string).

None of them lists keys, changes a setting, or publishes to a channel. redis-py ignores that it may not set its name.
"""


def airflow_user(name: str) -> str:
    """The user of scheduler and Flower, and of all workers where there are no teams.

    >>> airflow_user("airflow-prod")
    'airflow-prod-airflow'
    """
    return f"{name}-airflow"


def default_user(name: str) -> str:
    """Id of the user ``default``: a user group must have one, and ElastiCache's own may do everything."""
    return f"{name}-default"


def team_user(name: str, team: str) -> str:
    """The user of the worker groups of a team; ``dags`` for those that belong to no team.

    >>> team_user("airflow-prod", "sales")
    'airflow-prod-team-sales'
    """
    return f"{name}-team-{team}"


def team_access(team: str, queues: Sequence[str]) -> str:
    """The access string of a team: its queues, their bindings, and the team's own unacknowledged messages.

    >>> team_access("sales", ["sales"]).split()[:4]
    ['on', '~sales', '~_kombu.binding.sales', '~_kombu.binding_permanent.sales']
    """
    keys = [key for queue in queues for key in (queue, *(f"{binding}.{queue}" for binding in BINDINGS))]
    keys += [f"{key}:{team}" for key in UNACKNOWLEDGED]
    words = ["on", *(f"~{key}" for key in keys), "resetchannels", "-@all", *(f"+{command}" for command in COMMANDS)]
    return " ".join(words)
