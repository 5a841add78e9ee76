"""Flask's configuration where people sign in with a password, for Airflow's option ``[fab] config_file``."""

import os

from airflow_fargate.sign_on import cookies

SECRET_KEY = cookies.key(os.environ)
