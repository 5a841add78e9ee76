"""A DAG file that fails to parse."""

raise ValueError("this DAG file is broken")
