"""The access that an environment gives the DAGs of a service, as a backing service."""

from __future__ import annotations

from environments.facts.naming import Names
from environments.model import Environment
from environments.sections.dag_access import DagAccess as DagAccessSection
from modules.core.container import Secret
from modules.core.dag_access import DagAccess, Destination, Permission


def dag_access(section: DagAccessSection, environment: Environment, *, names: Names, secrets_key_arn: str) -> DagAccess:
    """Return the access of ``section``, in an order that does not depend on the order in the file.

    Args:
        section: keys of a worker group or a component.
        environment: gives account and region of the parameters.
        names: gives the path of the environment's own parameters.
        secrets_key_arn: KMS key of the environment's own parameters.
    """
    destinations = [
        Destination(egress.ports, egress.reason, cidr=egress.cidr, security_group_id=egress.security_group)
        for egress in section.egress
    ]
    permissions = [
        Permission(tuple(sorted(policy.actions)), tuple(sorted(policy.resources)), policy.conditions)
        for policy in section.policies
        if not policy.arn
    ]
    return DagAccess(
        destinations=tuple(sorted(destinations, key=lambda item: (item.endpoint.name, item.ports))),
        managed_policies=tuple(sorted(policy.arn for policy in section.policies if policy.arn)),
        permissions=tuple(sorted(permissions, key=lambda item: item.name)),
        secrets={
            variable: _secret(variable, parameter, environment, names=names, own_key=secrets_key_arn)
            for variable, parameter in sorted(section.secrets.items())
        },
    )


def _secret(variable: str, parameter: str, environment: Environment, *, names: Names, own_key: str) -> Secret:
    """Return the reference to a parameter that people write.

    The key of a parameter outside of the environment's path is unknown; the encryption context of the grant allows the
    decryption of this parameter only.
    """
    here = f"{environment.region}:{environment.account_id}"
    path = parameter.split(":parameter", 1)[-1]
    own = path.startswith(f"{names.path}/")
    return Secret(
        name=f"dags-{variable}",
        arn=f"arn:aws:ssm:{here}:parameter{path}",
        key_arn=own_key if own else f"arn:aws:kms:{here}:key/*",
        version="external",
    )
