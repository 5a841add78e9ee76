"""Flask-AppBuilder's configuration for sign-on; Airflow's option ``[fab] config_file`` names this file."""

import os

from flask_appbuilder.const import AUTH_OAUTH

from airflow_fargate.sign_on import cookies
from airflow_fargate.sign_on.security_manager import LoadBalancerSecurityManager, SignOnSecurityManager
from airflow_fargate.sign_on.settings import SignOn

SIGN_ON = SignOn.of(os.environ)
SECRET_KEY = cookies.key(os.environ)
AUTH_TYPE = AUTH_OAUTH
# Where the load balancer authenticates, this process needs no client of the issuer.
OAUTH_PROVIDERS = [] if SIGN_ON.load_balancer else [SIGN_ON.provider]
SECURITY_MANAGER_CLASS = LoadBalancerSecurityManager if SIGN_ON.load_balancer else SignOnSecurityManager
# The security manager creates users itself; Flask-AppBuilder's form for it stays closed.
AUTH_USER_REGISTRATION = False
# The identifiers of an issuer are case-sensitive (OpenID Connect Core 1.0, section 2).
AUTH_USERNAME_CI = False
WTF_CSRF_ENABLED = True
