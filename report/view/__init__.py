"""The view of an environment that pictures, tables and comparisons read."""
