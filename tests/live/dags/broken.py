"""A DAG file that Airflow cannot read: it is to be named, and nothing else."""

raise ValueError("this DAG file is broken")
