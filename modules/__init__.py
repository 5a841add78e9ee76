"""Constructs: one file, one construct, one exportable Terraform module."""

from modules.core import bindings

bindings.install()
