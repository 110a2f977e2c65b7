"""How lists of fiches are read and cut in pages, the same for a theme and for a search."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils import timezone

from structures.cartes import load_cartes, present_carte, write_carte
from structures.models import Competence, Permanence

PER_PAGE = 20


def paginate(request, queryset, per_page=PER_PAGE):
    """Return the page that ``?page=`` asks for; the nearest one when there is no such page."""
    return Paginator(queryset, per_page).get_page(request.GET.get("page"))


def present_page(request, ids, vocabulaire):
    """Return the Cartes of these fiches, which the reader may read, in the same order."""
    now = timezone.localtime()
    return [present_carte(data, request.droits, vocabulaire, now) for data in read_cartes(ids)]


def read_cartes(ids):
    """Return what the cards of these fiches hold, in the same order: one query when all are indexed.

    A fiche that the index does not hold (an installation that was not indexed yet) is written on the spot: a list
    never loses one. A fiche deleted in between is left out.
    """
    ids = list(ids)
    cartes = load_cartes(ids)
    if missing := [pk for pk in ids if pk not in cartes]:
        cartes |= write_cartes(missing)
    return [cartes[pk] for pk in ids if pk in cartes]


def write_cartes(ids):
    """Return ``{pk: what its card holds}`` from the fiches themselves, in three queries."""
    permanences = Permanence.objects.select_related("lieu__structure").prefetch_related("lieu__periodes")
    fiches = Competence.objects.filter(pk__in=ids).select_related("structure", "theme").order_by()
    fiches = fiches.prefetch_related(Prefetch("permanences", permanences))
    return {fiche.pk: write_carte(fiche, fiche.permanences.all()) for fiche in fiches}
