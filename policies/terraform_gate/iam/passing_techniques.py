"""Techniques that pass a role to a service, which then runs code or makes calls with it.

Sources: those of ``terraform_gate.iam.techniques``.
"""

from __future__ import annotations

from terraform_gate.iam.technique import PASS_ROLE, Technique


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
