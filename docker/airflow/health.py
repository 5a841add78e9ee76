"""The health check of task definitions: ``python /opt/airflow-fargate/health.py COMPONENT``."""

import sys

from airflow_fargate.health import main

sys.exit(main(sys.argv[1:]))
