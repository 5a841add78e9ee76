"""What the DAGs of a service need beyond Airflow itself: network access, IAM permissions and secrets."""

from __future__ import annotations

import re
from typing import Annotated

from annotated_types import Len
from pydantic import StrictInt

from environments.arns import PolicyArn
from environments.fields import IN_PLACE, ROLLING, Section, synth
from environments.formats import Ipv4Cidr, Label, Pattern, checked_text
from environments.sections.network import SecurityGroupId

OPERATORS = r"(For(Any|All)Values:)?[A-Z][A-Za-z]+"


def _problem_in_action(value: str) -> tuple[str, str] | None:
    if re.fullmatch(r"\*|[^:]*:\*+|\*:.*", value):
        return "must name an action, not every action of a service", "list the actions, such as s3:GetObject"
    return None


def _problem_in_resource(value: str) -> tuple[str, str] | None:
    partition = re.match(r"arn:([^:]*):", value)
    if partition and partition[1] != "aws":
        return (
            f"must be an ARN of the partition aws, not {partition[1]!r}: only its regions are supported",
            "use arn:aws:",
        )
    return None


Action = Annotated[
    str,
    # At most 128 characters: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    Pattern(r"^(\*|[A-Za-z0-9*-]{1,64}:[A-Za-z0-9*?]{1,63})$", "an IAM action such as s3:GetObject"),
    checked_text(_problem_in_action),
]
Resource = Annotated[
    str,
    Pattern(r"^(\*|arn:[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|aws|\*)?:\S+)$", "an ARN, or * for every resource"),
    checked_text(_problem_in_resource),
]
ConditionOperator = Annotated[str, Pattern(rf"^{OPERATORS}$", "an operator of IAM such as StringEquals")]
ConditionKey = Annotated[str, Pattern(r"^[A-Za-z0-9-]+:[A-Za-z0-9:/=+@._-]+$", "a condition key such as aws:SourceVpc")]
ConditionValues = Annotated[tuple[str, ...], Len(1, 20)]
Variable = Annotated[
    str,
    Pattern(r"^[A-Za-z_][A-Za-z0-9_]{0,99}$", "the name of an environment variable, such as AIRFLOW_CONN_WAREHOUSE"),
]
Parameter = Annotated[
    str,
    Pattern(
        r"^(arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter)?(/[A-Za-z0-9_.-]+)+$",
        "the path of a parameter such as /data/warehouse/password, or its ARN",
    ),
    checked_text(_problem_in_resource),
]
# The characters that AWS allows in the description of a security group rule, without $ (Terraform would evaluate it):
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
Reason = Annotated[
    str,
    Pattern(
        r"^[A-Za-z0-9][A-Za-z0-9 ._:/()#,@\[\]+=&;{}!*-]{4,199}$",
        "5 to 200 letters, digits, spaces and ._:/()#,@[]+=&;{}!*-",
    ),
]


class Egress(Section):
    """A destination outside of this project that the service may connect to by TCP."""

    cidr: Annotated[Ipv4Cidr | None, synth("CIDR block of the destination.", effect=IN_PLACE)] = None
    security_group: Annotated[
        SecurityGroupId | None,
        synth(
            "Security group of the destination, instead of `cidr`; in a new VPC its members are in the application "
            "subnets. The owner of that security group must allow the security group of the service, which is an "
            "output of the stack.",
            effect=IN_PLACE,
        ),
    ] = None
    port: Annotated[
        StrictInt, synth("TCP port of the destination; the first one of a range.", effect=IN_PLACE, ge=1, le=65535)
    ]
    last_port: Annotated[
        StrictInt | None, synth("Last TCP port of a range of ports.", effect=IN_PLACE, ge=1, le=65535)
    ] = None
    reason: Annotated[Reason, synth("Purpose; the description of the security group rule.", effect=IN_PLACE)]

    @property
    def ports(self) -> tuple[int, int]:
        """First and last port."""
        return self.port, self.last_port or self.port

    @property
    def name(self) -> str:
        """Destination and ports as one word, which identifies the entry."""
        where = re.sub(r"[^0-9a-z]+", "-", self.cidr or self.security_group or "")
        return "-".join([where, *(str(port) for port in sorted(set(self.ports)))])


class Policy(Section):
    """IAM permissions of the Airflow tasks: a managed policy, or one statement that allows actions."""

    arn: Annotated[PolicyArn | None, synth("ARN of a managed policy.", effect=IN_PLACE)] = None
    actions: Annotated[
        Annotated[tuple[Action, ...], Len(0, 100)], synth("Actions that the statement allows.", effect=IN_PLACE)
    ] = ()
    resources: Annotated[
        Annotated[tuple[Resource, ...], Len(0, 100)],
        synth("ARNs of the resources on which the actions are allowed.", effect=IN_PLACE),
    ] = ()
    conditions: Annotated[
        Annotated[
            dict[ConditionOperator, dict[ConditionKey, ConditionValues]],
            Label("a mapping of operators to a mapping of condition keys to lists of values"),
        ],
        synth("Conditions of the statement.", effect=IN_PLACE),
    ] = {}  # noqa: RUF012  # pydantic copies defaults

    @property
    def name(self) -> str:
        """The policy as one word, which identifies the entry."""
        return re.sub(r"[^0-9a-zA-Z]+", "-", self.arn or "-".join((*self.actions, *self.resources)))


class DagAccess(Section):
    """A service that runs code of DAGs: network access, IAM permissions and secrets that only this code needs."""

    egress: Annotated[
        Annotated[tuple[Egress, ...], Len(0, 50)],
        synth("Destinations that DAGs connect to; HTTPS to the internet is open in a network with NAT."),
    ] = ()
    policies: Annotated[
        Annotated[tuple[Policy, ...], Len(0, 30)], synth("IAM permissions of the DAGs, added to the task role.")
    ] = ()
    secrets: Annotated[
        Annotated[dict[Variable, Parameter], Label("a mapping of environment variables to parameters")],
        synth(
            "Environment variables with the values of SecureStrings in Parameter Store, which ECS reads at the start "
            "of a Fargate task.",
            effect=ROLLING,
        ),
    ] = {}  # noqa: RUF012  # pydantic copies defaults
