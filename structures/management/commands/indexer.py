"""Rebuild the index of the search."""

import time

from django.core.management.base import BaseCommand

from structures.recherche.indexation import is_complete, rebuild_index


class Command(BaseCommand):
    help = "Refait entièrement l’index de la recherche (après une restauration, ou une écriture directe en base)."

    def add_arguments(self, parser):
        parser.add_argument(
            "--si-besoin",
            action="store_true",
            help="Ne refait rien quand chaque fiche publiée est dans l’index.",
        )

    def handle(self, *args, verbosity, si_besoin, **options):
        if si_besoin and is_complete():
            return
        begin = time.monotonic()
        count = rebuild_index(self.tell if verbosity > 1 else None)
        if verbosity:
            self.stdout.write(f"Index refait : {count} fiches en {time.monotonic() - begin:.1f} s.")

    def tell(self, done):
        self.stdout.write(f"{done} fiches…")
