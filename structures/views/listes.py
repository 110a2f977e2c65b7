"""How lists of fiches are read and cut in pages, the same for a theme and for a search."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils import timezone

from structures.affichage import present_fiche
from structures.models import Permanence

PER_PAGE = 20


def with_places(fiches):
    """Load what a card shows of each fiche's places: two queries, whatever the number of fiches."""
    permanences = Permanence.objects.select_related("lieu__structure").prefetch_related("lieu__periodes")
    return fiches.select_related("structure", "theme").prefetch_related(Prefetch("permanences", permanences))


def paginate(request, queryset, per_page=PER_PAGE):
    """Return the page that ``?page=`` asks for; the nearest one when there is no such page."""
    return Paginator(queryset, per_page).get_page(request.GET.get("page"))


def present_page(request, page, vocabulaire):
    """Return the fiches of a page as the reader may see them."""
    now = timezone.localtime()
    return [
        present_fiche(fiche, fiche.permanences.all(), request.droits, vocabulaire, now=now) for fiche in page
    ]
