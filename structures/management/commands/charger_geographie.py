from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from structures.geographie import GeographieError, read_geographie, write_geographie


class Command(BaseCommand):
    help = "Charge les régions, départements, EPCI, communes et codes postaux (fixtures/geographie)."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dossier",
            type=Path,
            default=settings.BASE_DIR / "fixtures" / "geographie",
            help="dossier des fichiers regions.csv, departements.csv, epci.csv, communes.csv (ou .csv.gz)",
        )

    def handle(self, *args, dossier, verbosity, **options):
        try:
            geo = read_geographie(dossier)
        except GeographieError as error:
            raise CommandError(f"{error} Rien n’a été chargé.") from error
        if geo.epcis_absents and verbosity:
            self.stderr.write(
                f"Ces EPCI ne sont pas dans epci.csv, leurs communes restent sans EPCI : "
                f"{', '.join(sorted(geo.epcis_absents))}."
            )
        written = write_geographie(geo)
        if verbosity:
            state = f"{written} lignes écrites" if written else "rien n’a changé"
            self.stdout.write(
                f"Géographie : {len(geo.regions)} régions, {len(geo.departements)} départements, "
                f"{len(geo.epcis)} EPCI, {len(geo.communes)} communes ({state})."
            )
