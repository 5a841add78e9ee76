"""A copy of the migrated database behind a fake of RDS that checks IAM tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.containers import authority, backing_services
from tests.image.fake_rds_tokens import ROLE, FakeRdsTokens
from tests.image.services import PRISTINE, Services

REGION = "eu-central-1"


@contextmanager
def rds_database(
    migrated: Services,
    folder: Path,
    *,
    name: str,
    owner: str,
    password: str,
    secret_keys: Mapping[str, str],
    users: Mapping[str, frozenset[str]],
) -> Iterator[FakeRdsTokens]:
    """A copy whose owner, as after the first apply, does not have the role ``rds_iam`` yet.

    Args:
        migrated: the migrated database.
        folder: a folder for the clock of the fake.
        name: DNS name of the fake.
        owner: the user that Airflow logs in as, and the name of the copy; like RDS's master user, it is no superuser.
        password: the password of ``owner``.
        secret_keys: secret access key by access key id.
        users: the database users that an access key may log in as, by access key id.
    """
    database, gateway = migrated.database, migrated.gateway
    if not backing_services.query(database, f"select 1 from pg_roles where rolname = '{ROLE}'"):  # noqa: S608
        backing_services.query(database, f"create role {ROLE} nologin")
    for statement in (
        f"create role {owner} login createrole createdb password '{password}' in role airflow",
        f"create database {owner} owner {owner} template {PRISTINE}",
    ):
        backing_services.query(database, statement, name="postgres")
    rules = rf"hostnossl all +{ROLE} {gateway}/32 trust\nhostnossl all {owner} {gateway}/32 scram-sha-256"
    database.exec("sed", "-i", f"1i {rules}", "/data/cluster/pg_hba.conf")
    backing_services.query(database, "select pg_reload_conf()")
    folder.chmod(0o777)
    clock = folder / "offset"
    clock.write_text("0")
    clock.chmod(0o666)
    with FakeRdsTokens(
        name=name,
        host=gateway,
        database=(database.address, 5432),
        certificate=authority.issue(migrated.setting.authority, name=name),
        region=REGION,
        secret_keys=secret_keys,
        users=users,
        clock=clock,
    ) as fake:
        yield fake
