"""checkov's own rules that are not applied, each with its reason. Nothing else is left out.

A rule stands here when it is wrong about every environment that this project can produce. What only one environment
chooses (no second zone in dev) is a waiver of that environment.
"""

from __future__ import annotations

from collections.abc import Mapping

NOT_APPLIED: Mapping[str, str] = {
    "CKV2_AWS_5": (
        "Security groups of one-off tasks are named by RunTask and by schedules, which checkov does not read. Unused "
        "groups have no flow, and AF_NET rules hold every rule of a group against the declared flows."
    ),
    "CKV2_AWS_62": "Event notifications of buckets are an application's choice; nothing here listens to them.",
    "CKV2_AWS_76": "Asks for the managed rule against Log4j; no Java runs behind the load balancer.",
    "CKV_AWS_144": (
        "Task logs and access logs are not worth a second region; the state bucket is versioned, and its loss is "
        "repaired by import."
    ),
    "CKV_AWS_161": (
        "Connection pools outlive the 15 minutes of an IAM token; the password is a SecureString which Terraform "
        "never sees (AF_SECRET_1), and TLS is forced."
    ),
    "CKV_AWS_18": (
        "Server access logs would need a further bucket, which then has none; who reads objects is recorded by "
        "CloudTrail's data events."
    ),
    "CKV_AWS_192": "Asks for a WAF rule against Log4j; no Java runs behind the load balancer.",
    "CKV_AWS_231": "Sees port 3389 in the reply ports (1024-65535) of a stateless ACL. AF_NACL rules judge both legs.",
    "CKV_AWS_31": (
        "Wants auth_token as an argument, which writes it into the state (AF_SECRET_1). The API sets the token "
        "from its SecureString; CKV_AWS_30 still asks for TLS."
    ),
    "CKV_AWS_338": (
        "Wants every log kept for a year. How long is the environment's choice; CKV_AWS_66 still asks that it is made."
    ),
}
