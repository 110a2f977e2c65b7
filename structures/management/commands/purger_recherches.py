from django.core.management.base import BaseCommand
from django.utils import timezone

from structures.recherche.comptage import purge


class Command(BaseCommand):
    help = (
        "Oublie les recherches anciennes : les empreintes au bout de 60 jours sans nouvelle recherche, les mots et les "
        "chiffres au bout de 13 mois. À lancer chaque nuit."
    )

    def handle(self, *args, **options):
        gone = purge(timezone.localdate())
        if options["verbosity"]:
            self.stdout.write(
                f"Recherches oubliées : {gone['empreintes']} empreintes, {gone['mots']} termes, "
                f"{gone['jours']} jours, {gone['figures']} figures."
            )
