import re
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from structures.generation import GenerationError, generate_territoire, remove_territoire
from structures.models import Structure, Territoire

MAX_FICHES = 1_000_000
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class Command(BaseCommand):
    help = (
        "Écrit un territoire d’essai de la taille voulue, inventé mais plausible. La même graine et le même nombre "
        "donnent les mêmes lignes, sur SQLite comme sur PostgreSQL."
    )

    def add_arguments(self, parser):
        # Read as text: a wrong value is then told in French, whoever calls.
        parser.add_argument("--fiches", default="1000", help="combien de fiches (1 à 1 000 000)")
        parser.add_argument("--seed", default="1", help="la graine du tirage, un nombre entier")
        parser.add_argument("--slug", default="essai", help="le nom du territoire dans les adresses")
        parser.add_argument(
            "--remplacer", action="store_true", help="efface d’abord le territoire généré de ce nom"
        )
        parser.add_argument("--date", help="le jour dont partent les dates (2026-03-15) ; aujourd’hui sinon")

    def handle(self, *args, fiches, seed, slug, remplacer, date, verbosity, **options):
        fiches = parse_integer("--fiches", fiches)
        seed = parse_integer("--seed", seed)
        if not 1 <= fiches <= MAX_FICHES:
            raise CommandError(f"--fiches : {fiches} n’est pas entre 1 et 1 000 000.")
        if not SLUG.match(str(slug)) or len(slug) > 40:
            raise CommandError(
                f"--slug : « {slug} » : lettres minuscules, chiffres et traits d’union seulement, 40 au plus."
            )
        jour = parse_day(date)
        try:
            if remplacer:
                remove_territoire(slug)
            root = generate_territoire(fiches, seed, slug, jour)
        except GenerationError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            tree = Territoire.objects.descendants_of(root)
            self.stdout.write(
                f"Territoire d’essai « {root.nom} » ({slug}) : {fiches} fiches, "
                f"{Structure.objects.filter(territoire__in=tree).count()} structures, {tree.count()} territoires."
            )


def parse_integer(option, value):
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value).strip()):
        raise CommandError(f"{option} : « {str(value)[:40]} » n’est pas un nombre entier.")
    return int(value)


def parse_day(value):
    if not value:
        return timezone.localdate()
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError as error:
        raise CommandError(f"--date : « {value} » n’est pas une date. Par exemple : 2026-03-15.") from error
