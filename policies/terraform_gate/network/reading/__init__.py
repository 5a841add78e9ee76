"""Reads a `Network` out of a `Configuration`: every way in which Terraform lets one write the same thing."""
