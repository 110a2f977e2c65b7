from django.apps import AppConfig


class RepertoireConfig(AppConfig):
    """The project package: settings, URLs, PDF engine, template tags, system checks."""

    name = "repertoire"
    verbose_name = "Répertoire"

    def ready(self):
        from repertoire import checks  # noqa: F401  (registers the checks)
