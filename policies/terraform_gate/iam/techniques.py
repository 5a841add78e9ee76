"""Techniques to act with the permissions of another principal: the actions that each needs, and their resources.

Sources: AWS's documentation of each service's role (`iam:PassRole` and the service that assumes the role), Rhino
Security Labs' research on privilege escalation, and Datadog's catalog pathfinding.cloud.
"""

from __future__ import annotations

from dataclasses import dataclass

PASS_ROLE = "iam:passrole"  # noqa: S105


@dataclass(frozen=True)
class Technique:
    """One technique.

    Attributes:
        name: Name in messages.
        on: Kind of the resource of ``decisive``, whose permissions the technique gains.
        decisive: Actions whose resource decides which permissions are gained, in lower case.
        needs: Further actions, on any resource.
        service: The service that gets the role, for ``iam:PassRole``.
    """

    name: str
    on: str
    decisive: tuple[str, ...]
    needs: tuple[str, ...] = ()
    service: str = ""

    @property
    def actions(self) -> tuple[str, ...]:
        """All actions."""
        return (*self.decisive, *self.needs)


def _passes(service: str, *ways: str) -> tuple[Technique, ...]:
    """Techniques with which ``service`` runs code, or makes calls, with a passed role: actions joined by ``+``."""
    return tuple(
        Technique(
            name=f"PassRole to {service} with {way}",
            on="role",
            decisive=(PASS_ROLE,),
            needs=tuple(way.lower().split("+")),
            service=f"{service}.amazonaws.com",
        )
        for way in ways
    )


PASSING = (
    *_passes(
        "ecs-tasks",
        "ecs:RegisterTaskDefinition+ecs:RunTask",
        "ecs:RegisterTaskDefinition+ecs:StartTask",
        "ecs:RegisterTaskDefinition+ecs:CreateService",
        "ecs:RegisterTaskDefinition+ecs:UpdateService",
        "ecs:RunTask",
        "ecs:StartTask",
        "batch:RegisterJobDefinition+batch:SubmitJob",
    ),
    *_passes(
        "lambda",
        "lambda:CreateFunction+lambda:InvokeFunction",
        "lambda:CreateFunction+lambda:CreateEventSourceMapping",
        "lambda:CreateFunction+lambda:AddPermission",
        "lambda:CreateFunction+lambda:CreateFunctionUrlConfig",
        "lambda:UpdateFunctionConfiguration+lambda:UpdateFunctionCode",
        "synthetics:CreateCanary+synthetics:StartCanary",
        "synthetics:UpdateCanary+synthetics:StartCanary",
    ),
    *_passes(
        "ec2",
        "ec2:RunInstances",
        "ec2:RequestSpotInstances",
        "ec2:RequestSpotFleet",
        "ec2:AssociateIamInstanceProfile",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "autoscaling:CreateLaunchConfiguration+autoscaling:CreateAutoScalingGroup",
        "autoscaling:CreateAutoScalingGroup+ec2:CreateLaunchTemplate",
        "elasticmapreduce:RunJobFlow",
    ),
    *_passes(
        "codebuild",
        "codebuild:CreateProject+codebuild:StartBuild",
        "codebuild:CreateProject+codebuild:StartBuildBatch",
        "codebuild:UpdateProject+codebuild:StartBuild",
    ),
    *_passes(
        "cloudformation",
        "cloudformation:CreateStack",
        "cloudformation:UpdateStack",
        "cloudformation:CreateStackSet+cloudformation:CreateStackInstances",
        "cloudformation:UpdateStackSet",
        "cloudformation:CreateChangeSet+cloudformation:ExecuteChangeSet",
    ),
    *_passes(
        "glue",
        "glue:CreateDevEndpoint",
        "glue:CreateJob+glue:StartJobRun",
        "glue:CreateJob+glue:CreateTrigger",
        "glue:UpdateJob+glue:StartJobRun",
        "glue:UpdateJob+glue:CreateTrigger",
        "glue:CreateSession+glue:RunStatement",
    ),
    *_passes(
        "sagemaker",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateProcessingJob",
        "sagemaker:CreateUserProfile",
    ),
    *_passes(
        "bedrock-agentcore",
        "bedrock-agentcore:CreateCodeInterpreter+bedrock-agentcore:StartCodeInterpreterSession"
        "+bedrock-agentcore:InvokeCodeInterpreter",
    ),
    *_passes("tasks.apprunner", "apprunner:CreateService", "apprunner:UpdateService"),
    *_passes("states", "states:CreateStateMachine+states:StartExecution", "states:UpdateStateMachine"),
    *_passes("scheduler", "scheduler:CreateSchedule", "scheduler:UpdateSchedule"),
    *_passes("events", "events:PutRule+events:PutTargets"),
    *_passes("pipes", "pipes:CreatePipe"),
    *_passes(
        "datapipeline",
        "datapipeline:CreatePipeline+datapipeline:PutPipelineDefinition",
        "datapipeline:PutPipelineDefinition+datapipeline:ActivatePipeline",
    ),
    *_passes("elasticmapreduce", "elasticmapreduce:RunJobFlow"),
    *_passes("emr-serverless", "emr-serverless:StartJobRun"),
    *_passes("ssm", "ssm:StartAutomationExecution"),
    *_passes("codepipeline", "codepipeline:CreatePipeline"),
    *_passes("airflow-env", "airflow:CreateEnvironment", "airflow:UpdateEnvironment"),
    *_passes("airflow", "airflow:CreateEnvironment", "airflow:UpdateEnvironment"),
    *_passes("amplify", "amplify:CreateApp+amplify:StartJob", "amplify:UpdateApp+amplify:StartJob"),
    *_passes(
        "kinesisanalytics",
        "kinesisanalytics:CreateApplication+kinesisanalytics:StartApplication",
        "kinesisanalytics:UpdateApplication+kinesisanalytics:StartApplication",
    ),
    *_passes("iot", "iot:CreateTopicRule", "iot:ReplaceTopicRule"),
    *_passes("codedeploy", "codedeploy:CreateDeploymentGroup+codedeploy:CreateDeployment"),
)
"""A job of AWS Batch is an ECS task, so its role trusts ecs-tasks; instances of a scaling group trust ec2."""

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
