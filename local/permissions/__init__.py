"""Compares the IAM permissions of the task roles and CI roles with the requests of recorded runs: ``make grants``."""
