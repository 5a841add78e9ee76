"""Runs Terraform on root modules: offline plans, applies on the emulator, diagnostics, progress."""
