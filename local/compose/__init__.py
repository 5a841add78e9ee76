"""Runs an environment on this machine: its task definitions, PostgreSQL, Redis and an AWS emulator in Compose."""
