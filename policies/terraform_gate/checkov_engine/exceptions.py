"""The rules of checkov that the gate does not apply, each with the reason.

A rule is listed here when it is wrong about every environment that this project can generate. A finding about the
settings of one environment (no second zone in dev) is waived in that environment.
"""

from __future__ import annotations

from collections.abc import Mapping

NOT_APPLIED: Mapping[str, str] = {
    "CKV2_AWS_5": (
        "Security groups of one-off tasks are named by RunTask and by schedules, which checkov does not read. Unused "
        "groups have no flow, and the AF_NET rules compare every rule of a group with the declared flows."
    ),
    "CKV2_AWS_57": (
        "The only secret in Secrets Manager is RDS Proxy's copy of the database password. A rotation function would "
        "change only the copy; the rotation of the password replaces both."
    ),
    "CKV2_AWS_62": "Event notifications of buckets are an application's choice; no resource here receives them.",
    "CKV2_AWS_76": "Requires the managed rule against Log4j; no Java runs behind the load balancer.",
    "CKV_AWS_144": (
        "Task logs and access logs are not worth a second region; the state bucket is versioned, and a lost state is "
        "rebuilt by import."
    ),
    "CKV_AWS_161": (
        "Connection pools outlive the 15 minutes of an IAM token; the password is a SecureString which Terraform "
        "never sees (AF_SECRET_1), and TLS is forced."
    ),
    "CKV_AWS_18": (
        "Server access logs need a second bucket, which then has no access log; CloudTrail's data events record who "
        "reads objects."
    ),
    "CKV_AWS_192": "Requires a WAF rule against Log4j; no Java runs behind the load balancer.",
    "CKV_AWS_231": (
        "Reports port 3389 in the reply ports (1024-65535) of a stateless ACL. AF_NACL rules evaluate both directions."
    ),
    "CKV_AWS_31": (
        "Requires auth_token as an argument, which writes it into the state (AF_SECRET_1). The API sets the token "
        "from its SecureString; CKV_AWS_30 still requires TLS."
    ),
    "CKV_AWS_338": (
        "Requires a retention of one year for every log. The environment sets the retention; CKV_AWS_66 still requires "
        "that it is set."
    ),
}
