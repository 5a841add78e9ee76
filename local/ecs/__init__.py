"""A stand-in for ECS on Fargate: reads services and task definitions through the AWS API, runs them as containers.

It is a test tool. It knows task definitions, secrets from Parameter Store, service names, health, restarts, desired
counts, stop time-outs and task protection. It knows no IAM, no security groups, no CPU limits and no rolling
deployment: what those do is shown elsewhere, or on AWS only.
"""
