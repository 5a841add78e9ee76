"""A DAG file that Airflow cannot import."""

# Airflow parses only files whose text contains both "dag" and "airflow" (dag_discovery_safe_mode).
raise ValueError("this DAG file is broken")
