"""Reads Terraform JSON and plans into configurations, and evaluates the expressions whose values are known."""
