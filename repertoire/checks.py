"""System checks: a configuration that cannot work is refused before the first request."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connection


@register(Tags.database, databases=True)
def check_database_version(app_configs=None, databases=None, **kwargs):
    """Refuse a PostgreSQL older than 15: it is the oldest that the test suite runs on."""
    if not databases or connection.vendor != "postgresql":
        return []
    with connection.cursor():
        version = connection.connection.info.server_version
    if version < 150000:
        return [
            Error(f"PostgreSQL 15 au moins est nécessaire (ici {version // 10000}).", id="repertoire.E001")
        ]
    return []


@register(Tags.security, deploy=True)
def check_site_url(app_configs=None, **kwargs):
    """Warn when the printed address would be plain HTTP or the local machine."""
    if not settings.HTTPS:
        sentence = "SITE_URL n’est pas en https : les adresses imprimées ne le seraient pas."
        return [Warning(sentence, id="repertoire.W001")]
    return []
