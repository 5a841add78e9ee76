"""Single sign-on with OpenID Connect through Flask-AppBuilder (docs/sign_on.md)."""
