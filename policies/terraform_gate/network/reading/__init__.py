"""Builds a `Network` from a `Configuration`, for every way to write the same network in Terraform."""
