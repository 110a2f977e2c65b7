"""Write in a generated territory: ``python -m bench.enregistrements couts 60``, ``… marquer mot``; answers in JSON.

``couts``: the time of saving fiches, with the index of the search and without it. ``marquer``: put a word in the text
of a fiche that anybody reads, and tell the address of its structure.
"""

import json
import os
import random
import statistics
import sys
import time
from unittest import mock

import django

GRAINE = 20_260_303


def measure_saves(nombre):
    """Save ``nombre`` fiches each way, in turn; return the medians in milliseconds."""
    from structures.models import Competence

    rng = random.Random(GRAINE)
    ids = list(Competence.objects.order_by("source_id").values_list("pk", flat=True))
    chosen = rng.sample(ids, min(len(ids), 2 * nombre + 4))
    durees = {True: [], False: []}
    for rang, pk in enumerate(chosen):
        fiche = Competence.objects.select_related("structure", "theme").get(pk=pk)
        other = Competence.objects.get(pk=rng.choice(ids))
        # Longer, with words that the index knows and words that it does not.
        fiche.objectifs = f"{fiche.objectifs}\n{other.objectifs} Changement {rng.randrange(10**6)}."
        durees[bool(rang % 2)].append(time_save(fiche, indexed=bool(rang % 2)))
    # The first two of each kind read the code and the tables for the first time.
    return {
        "avec_ms": round(statistics.median(durees[True][2:]) * 1000, 2),
        "sans_ms": round(statistics.median(durees[False][2:]) * 1000, 2),
        "enregistrements": len(durees[True]) - 2,
    }


def time_save(fiche, *, indexed):
    begin = time.perf_counter()
    if indexed:
        fiche.save()
    else:
        with mock.patch("structures.models.indexe.update_index"):
            fiche.save()
    return time.perf_counter() - begin


def mark_fiche(mot):
    """Put ``mot`` in a fiche that anybody reads; return the address of its page."""
    from django.utils import timezone

    from structures.droits import public_droits
    from structures.models import Competence

    droits = public_droits()
    scope = droits.scope_of(droits.default_territoire)
    visible = Competence.objects.visible_to(droits, timezone.localdate(), within=scope)
    fiche = visible.select_related("structure", "theme").order_by("source_id").first()
    fiche.objectifs = f"{fiche.objectifs}\n{mot}"
    fiche.save()
    return {"adresse": fiche.get_absolute_url()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repertoire.settings")
    django.setup()
    action, argument = sys.argv[1:]
    json.dump(measure_saves(int(argument)) if action == "couts" else mark_fiche(argument), sys.stdout)
