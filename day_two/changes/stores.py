"""Changes of database and broker."""

from __future__ import annotations

from collections.abc import Mapping

from day_two.changes.change import Change, set_

CHANGES: Mapping[str, tuple[Change, ...]] = {
    "database.engine_version": (
        set_("16", "16.9", database={"engine_version": "16.9"}),
        set_("16", "17", database={"engine_version": "17"}),
    ),
    "database.instance_class": (
        set_("db.m7g.large", "db.m7g.xlarge", "complete", database={"instance_class": "db.m7g.xlarge"}),
        set_("db.t4g.medium", "db.t4g.small", "lean", database={"instance_class": "db.t4g.small"}),
    ),
    "broker.engine": (
        set_("valkey", "redis", "complete", broker={"engine": "redis", "engine_version": "7.1"}),
        set_("redis", "valkey", "guest", broker={"engine": "valkey", "engine_version": "8.0"}),
    ),
    "broker.engine_version": (
        set_("8.0", "8.1", "complete", broker={"engine_version": "8.1"}),
        set_("8.0", "7.2", "complete", broker={"engine_version": "7.2"}),
        set_("7.0", "7.1", "guest", broker={"engine_version": "7.1"}),
    ),
    "broker.authentication": (
        set_("token", "iam", "complete", broker={"authentication": "iam"}),
        set_("iam", "token", "guest", broker={"authentication": "token"}),
    ),
    "broker.node_type": (
        set_("cache.t4g.small", "cache.t4g.medium", "complete", broker={"node_type": "cache.t4g.medium"}),
        set_("cache.t4g.small", "cache.t4g.micro", "guest", broker={"node_type": "cache.t4g.micro"}),
    ),
}
