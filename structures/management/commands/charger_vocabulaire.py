from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from structures.chargement import Chargement, ChargementError, load_vocabulaire_commun
from structures.models import Theme


class Command(BaseCommand):
    help = (
        "Charge les thèmes et leurs champs, les publics et les sigles communs à tous les territoires. "
        "Sans danger à relancer : ce qui a été modifié depuis dans l’administration est gardé."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remettre", action="store_true", help="Remet aussi ce qui a été modifié depuis."
        )

    def handle(self, *args, **options):
        chargement = Chargement(timezone.localdate(), options["remettre"])
        try:
            with transaction.atomic():
                load_vocabulaire_commun(chargement)
                chargement.close()
        except ChargementError as refus:
            raise CommandError(str(refus)) from refus
        if not options["verbosity"]:
            return
        self.stdout.write(f"Vocabulaire commun : {Theme.objects.count()} thèmes ({chargement.summary()}).")
        for endroit in chargement.laisses:
            self.stdout.write(f"  gardé, modifié depuis : {endroit}")
