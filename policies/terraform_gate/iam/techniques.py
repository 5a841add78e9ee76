"""Techniques to act with the permissions of another principal: the actions that each needs, and their resources.

Sources: AWS's documentation of each service's role (`iam:PassRole` and the service that assumes the role), Rhino
Security Labs' research on privilege escalation, and Datadog's catalog pathfinding.cloud.
"""

from __future__ import annotations

from terraform_gate.iam.passing_techniques import PASSING
from terraform_gate.iam.technique import Technique

EDITING = (
    Technique("edit the inline policies of a role", "role", ("iam:putrolepolicy",)),
    Technique("attach a policy to a role", "role", ("iam:attachrolepolicy",)),
    Technique("edit the inline policies of a user", "user", ("iam:putuserpolicy",)),
    Technique("attach a policy to a user", "user", ("iam:attachuserpolicy",)),
    Technique("edit the inline policies of a group", "group", ("iam:putgrouppolicy",)),
    Technique("attach a policy to a group", "group", ("iam:attachgrouppolicy",)),
    Technique("edit a policy", "policy", ("iam:createpolicyversion",)),
    Technique("roll a policy back", "policy", ("iam:setdefaultpolicyversion",)),
    Technique("remove a permissions boundary", "role", ("iam:deleterolepermissionsboundary",)),
    Technique("remove a permissions boundary of a user", "user", ("iam:deleteuserpermissionsboundary",)),
)
"""Changes of the permissions of a principal: of the caller itself, or of any other."""

CREATING = (
    Technique("create a role with any permission", "role", ("iam:createrole", "iam:putrolepolicy")),
    Technique("create a role and attach any policy", "role", ("iam:createrole", "iam:attachrolepolicy")),
    Technique(
        "create a user with any permission", "user", ("iam:createuser", "iam:putuserpolicy", "iam:createaccesskey")
    ),
    Technique(
        "create a user and attach any policy", "user", ("iam:createuser", "iam:attachuserpolicy", "iam:createaccesskey")
    ),
)
"""Techniques to make a principal and use it: the creator chooses its trust and its permissions.

A prefix is as good as every name. A required permissions boundary (condition key ``iam:PermissionsBoundary``) ends
the path. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

TAKING = (
    Technique("rewrite the trust of a role", "role", ("iam:updateassumerolepolicy",)),
    Technique("create an access key", "user", ("iam:createaccesskey",)),
    Technique("create a console password", "user", ("iam:createloginprofile",)),
    Technique("change a console password", "user", ("iam:updateloginprofile",)),
    Technique("deactivate MFA and change a password", "user", ("iam:deactivatemfadevice", "iam:updateloginprofile")),
    Technique("add a user to a group", "group", ("iam:addusertogroup",)),
)
"""Techniques to become another principal."""

ASSUMING = Technique("assume a role", "role", ("sts:assumerole",))

RUNNING = (
    Technique("change the code of a function", "function", ("lambda:updatefunctioncode",)),
    Technique("add a layer to a function", "function", ("lambda:updatefunctionconfiguration",)),
    Technique("build with an existing project", "project", ("codebuild:startbuild",)),
    Technique("build in batches with an existing project", "project", ("codebuild:startbuildbatch",)),
    Technique("open a shell in a Fargate task (ECS Exec)", "task", ("ecs:executecommand",)),
    Technique("open a session on an instance", "instance", ("ssm:startsession",)),
    Technique("run a command on an instance", "instance", ("ssm:sendcommand",)),
    Technique("log in with EC2 Instance Connect", "instance", ("ec2-instance-connect:sendsshpublickey",)),
    Technique(
        "change the user data of an instance",
        "instance",
        ("ec2:modifyinstanceattribute",),
        ("ec2:stopinstances", "ec2:startinstances"),
    ),
    Technique(
        "change the launch template of instances",
        "launch-template",
        ("ec2:createlaunchtemplateversion",),
        ("ec2:modifylaunchtemplate",),
    ),
    Technique("update an existing CloudFormation stack", "stack", ("cloudformation:updatestack",)),
    Technique(
        "change an existing CloudFormation stack by a change set",
        "stack",
        ("cloudformation:createchangeset",),
        ("cloudformation:executechangeset",),
    ),
    Technique("update an existing App Runner service", "apprunner", ("apprunner:updateservice",)),
    Technique("change the key of a Glue development endpoint", "dev-endpoint", ("glue:updatedevendpoint",)),
    Technique("change the script of a Glue job", "glue-job", ("glue:updatejob",), ("glue:startjobrun",)),
    Technique("open a SageMaker notebook", "notebook", ("sagemaker:createpresignednotebookinstanceurl",)),
    Technique(
        "change the start script of a SageMaker notebook",
        "notebook",
        ("sagemaker:updatenotebookinstance",),
        (
            "sagemaker:createnotebookinstancelifecycleconfig",
            "sagemaker:stopnotebookinstance",
            "sagemaker:startnotebookinstance",
        ),
    ),
    Technique(
        "run code in an existing Bedrock code interpreter",
        "code-interpreter",
        ("bedrock-agentcore:invokecodeinterpreter",),
        ("bedrock-agentcore:startcodeinterpretersession",),
    ),
    Technique("change a Cognito identity pool's roles", "identity-pool", ("cognito-identity:setidentitypoolroles",)),
)
"""Techniques to run code in a workload that has a role already."""

TECHNIQUES = (*PASSING, *EDITING, *TAKING, ASSUMING, *RUNNING)
