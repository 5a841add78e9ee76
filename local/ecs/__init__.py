"""A fake of ECS on Fargate for tests: reads services and task definitions from the AWS API, runs them as containers.

Supported: task definitions, secrets from Parameter Store, service names, health checks, restarts, desired counts, stop
timeouts and task protection. Not supported: IAM, security groups, CPU limits and deployments in batches.
"""
