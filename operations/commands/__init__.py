"""The command line of operations: one module for each group of commands."""
