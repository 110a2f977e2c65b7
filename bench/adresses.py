"""Print the addresses to measure in a generated territory, as JSON: ``python -m bench.adresses``.

Chosen by what the pages hold, so that the same kind of page is read in a small and in a large territory: structures
with three public fiches, fiches with one place.
"""

import json
import os
import sys

import django

PER_PAGE = 8  # addresses read in turn for one kind of page


def list_adresses():
    from django.db.models import Count
    from django.utils import timezone

    from structures.droits import public_droits
    from structures.models import Competence, Structure

    droits = public_droits()
    root = droits.default_territoire
    fiches = Competence.objects.visible_to(droits, timezone.localdate(), within=droits.scope_of(root))
    per_structure = dict(fiches.order_by().values_list("structure_id").annotate(Count("pk")))
    usual = [pk for pk, count in per_structure.items() if count == 3] or list(per_structure)
    structures = list(Structure.objects.order_by("slug").filter(pk__in=usual[:2000])[:PER_PAGE])
    one_place = (
        fiches.annotate(places=Count("permanences")).filter(places=1).select_related("structure", "theme")
    )
    chosen = list(one_place.order_by("source_id")[:PER_PAGE])
    largest = (
        fiches.order_by()
        .filter(theme__parent=None)
        .values_list("theme__slug")
        .annotate(n=Count("pk"))
        .order_by("-n")
    )
    return {
        "accueil": ["/"],
        "theme": [f"/themes/{min(largest, key=lambda row: (-row[1], row[0]))[0]}/"],
        "structure": [f"/structures/{structure.slug}/" for structure in structures],
        "fiche": [f"/structures/{fiche.structure.slug}/{fiche.theme.slug}/" for fiche in chosen],
        "index": ["/structures/"],
        "sigles": ["/sigles/"],
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repertoire.settings")
    django.setup()
    json.dump(list_adresses(), sys.stdout)
