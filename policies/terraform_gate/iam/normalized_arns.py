"""The account and the region of normalized ARNs, and a resource of each kind outside of the configuration."""

from __future__ import annotations

OTHER = "any-other-resource-0f9e8d7c"
"""A name that no configuration uses: only a pattern that covers every resource of a type matches it."""
HOME, HERE = "000000000000", "home"
"""The account and the region that ARNs of a configuration are normalized to."""
ANY_RESOURCE = {
    "role": f"arn:aws:iam::{HOME}:role/{OTHER}",
    "user": f"arn:aws:iam::{HOME}:user/{OTHER}",
    "group": f"arn:aws:iam::{HOME}:group/{OTHER}",
    "policy": f"arn:aws:iam::{HOME}:policy/{OTHER}",
    "function": f"arn:aws:lambda:{HERE}:{HOME}:function:{OTHER}",
    "project": f"arn:aws:codebuild:{HERE}:{HOME}:project/{OTHER}",
    "task": f"arn:aws:ecs:{HERE}:{HOME}:task/{OTHER}/{OTHER}",
    "instance": f"arn:aws:ec2:{HERE}:{HOME}:instance/{OTHER}",
    "launch-template": f"arn:aws:ec2:{HERE}:{HOME}:launch-template/{OTHER}",
    "stack": f"arn:aws:cloudformation:{HERE}:{HOME}:stack/{OTHER}/{OTHER}",
    "apprunner": f"arn:aws:apprunner:{HERE}:{HOME}:service/{OTHER}/{OTHER}",
    "dev-endpoint": f"arn:aws:glue:{HERE}:{HOME}:devEndpoint/{OTHER}",
    "glue-job": f"arn:aws:glue:{HERE}:{HOME}:job/{OTHER}",
    "notebook": f"arn:aws:sagemaker:{HERE}:{HOME}:notebook-instance/{OTHER}",
    "code-interpreter": f"arn:aws:bedrock-agentcore:{HERE}:{HOME}:code-interpreter/{OTHER}",
    "identity-pool": f"arn:aws:cognito-identity:{HERE}:{HOME}:identitypool/{OTHER}",
}
"""Kind -> a resource outside of the configuration."""
