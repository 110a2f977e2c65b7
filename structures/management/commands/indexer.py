"""Rebuild the index of the search."""

import time

from django.core.management.base import BaseCommand

from structures.recherche.indexation import rebuild_index


class Command(BaseCommand):
    help = "Refait entièrement l’index de la recherche (après une restauration, ou une écriture directe en base)."

    def handle(self, *args, verbosity, **options):
        begin = time.monotonic()
        count = rebuild_index(self.tell if verbosity > 1 else None)
        if verbosity:
            self.stdout.write(f"Index refait : {count} fiches en {time.monotonic() - begin:.1f} s.")

    def tell(self, done):
        self.stdout.write(f"{done} fiches…")
