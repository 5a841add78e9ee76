"""Writes the CI/CD pipelines of environments: GitHub Actions workflows or a GitLab CI configuration."""
