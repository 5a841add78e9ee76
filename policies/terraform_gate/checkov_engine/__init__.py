"""Runs checkov's rules in this process, and makes checks for checkov of the gate's rules."""
