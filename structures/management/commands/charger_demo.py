from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from structures.chargement import ChargementError
from structures.demonstration import DOSSIER, is_safe_site, load_demonstration
from structures.models import Commune, Competence, Lieu, Structure


def parse_date(value):
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ArgumentTypeError(f"« {value} » n’est pas une date. Par exemple : 2026-03-15.") from error


class Command(BaseCommand):
    help = (
        "Charge le territoire de démonstration, tout ou rien. Sans danger à relancer : ce qui a été modifié depuis "
        "est gardé, le reste suit les fichiers."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--date", type=parse_date, help="Le jour « J » des fichiers (2026-03-15) ; aujourd’hui sinon."
        )
        parser.add_argument(
            "--dossier", type=Path, default=DOSSIER, help="Le dossier des fichiers à charger."
        )
        parser.add_argument(
            "--remettre", action="store_true", help="Remet la démonstration en état, modifications comprises."
        )
        parser.add_argument(
            "--comptes-publics",
            action="store_true",
            help="Accepte d’ouvrir les comptes de démonstration, dont le mot de passe est connu de tous, "
            "sur un site que d’autres peuvent joindre.",
        )

    def handle(self, *args, **options):
        if not (options["comptes_publics"] or is_safe_site()):
            raise CommandError(
                "Ce site peut être joint par d’autres, et la démonstration ouvre des comptes dont le mot de passe est "
                "public. Si c’est voulu, ajoutez --comptes-publics."
            )
        if not Commune.objects.exists():
            raise CommandError("Les communes manquent. Lancez d’abord : manage.py charger_geographie")
        try:
            chargement = load_demonstration(
                options["date"] or timezone.localdate(), options["dossier"], remettre=options["remettre"]
            )
        except ChargementError as refus:
            raise CommandError(str(refus)) from refus
        if not options["verbosity"]:
            return
        self.stdout.write(
            f"Démonstration : {Structure.objects.count()} structures, {Lieu.objects.count()} lieux, "
            f"{Competence.objects.count()} fiches ({chargement.summary()})."
        )
        for endroit in chargement.laisses:
            self.stdout.write(f"  gardé, modifié depuis : {endroit}")
