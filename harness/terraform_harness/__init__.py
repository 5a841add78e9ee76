"""Tests for Terraform: assertions on configurations and plans, an AWS emulator, verification, mutation testing."""
