from django.apps import AppConfig


class StructuresConfig(AppConfig):
    """Shared reference data: territories, themes, structures, fiches, glossary, accounts."""

    name = "structures"
    verbose_name = "Répertoire des structures"
