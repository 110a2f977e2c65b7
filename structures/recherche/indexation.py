"""Writing the index: in the transaction that saves a fiche, or whole.

Models call ``update_index`` with the ids of the fiches that a change touches. ``together`` gathers those of several
changes (a form with its places), so that each fiche is indexed once.
"""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from structures.cartes import STILL_NEEDED, write_carte
from structures.models import (
    Champ,
    Commune,
    Competence,
    Contact,
    FicheIndexee,
    Mot,
    Permanence,
    Public,
    ReglageTheme,
    Statut,
)
from structures.recherche.analyse import racine
from structures.recherche.documents import Contexte, is_place_indexed, write_document, write_traits
from structures.recherche.moteurs import get_moteur
from structures.version import touch_version

BATCH = 500
UPDATED = [item.name for item in FicheIndexee._meta.concrete_fields if not item.primary_key]
GATHERED = ContextVar("fiches to index", default=None)


@contextmanager
def together():
    """Index the fiches of several changes at the end, once each, in one transaction with them."""
    if GATHERED.get() is not None:
        yield
        return
    with transaction.atomic():
        token = GATHERED.set(set())
        try:
            yield
            gathered = GATHERED.get()
        finally:
            GATHERED.reset(token)
        update_index(gathered)


def update_index(ids):
    """Bring the index up to date for these fiches: those that are no longer published leave it."""
    ids = set(ids)
    if not ids:
        return
    gathered = GATHERED.get()
    if gathered is not None:
        gathered |= ids
        return
    with transaction.atomic():
        version = touch_version()
        write_fiches(sorted(ids), version)


@transaction.atomic
def rebuild_index(progress=None):
    """Write the whole index anew; ``progress`` is called with the number of fiches done. Return how many there are."""
    version = touch_version()
    FicheIndexee.objects.all().delete()
    Mot.objects.all().delete()
    get_moteur().clear()
    ids = list(published().order_by("pk").values_list("pk", flat=True))
    contexte, known = load_contexte(), {}
    for begin in range(0, len(ids), BATCH):
        write_fiches(ids[begin : begin + BATCH], version, contexte, known)
        if progress:
            progress(min(begin + BATCH, len(ids)))
    get_moteur().optimize()
    return len(ids)


def published():
    return Competence.objects.filter(statut=Statut.PUBLIEE, structure__statut=Statut.PUBLIEE)


def load_contexte(fiches=None):
    """Read what is common to the fiches; for a few of them, only the fields of their themes and their communes."""
    champs, reglages = Champ.objects.all(), ReglageTheme.objects.exclude(nom="")
    communes = Commune.objects.all()
    if fiches is not None:
        themes = {fiche.theme_id for fiche in fiches} | {fiche.theme.parent_id for fiche in fiches}
        champs, reglages = champs.filter(theme__in=themes), reglages.filter(theme__in=themes)
        lost = {
            p.lieu.code_insee
            for fiche in fiches
            for p in fiche.permanences.all()
            if p.lieu.latitude is None and p.lieu.code_insee
        }
        communes = communes.filter(pk__in=lost) if lost else communes.none()
    by_theme, names = defaultdict(list), defaultdict(list)
    for champ in champs:
        by_theme[champ.theme_id].append(champ)
    for theme, nom in reglages.values_list("theme_id", "nom"):
        names[theme].append(nom)
    points = {
        code: (latitude, longitude)
        for code, latitude, longitude in communes.order_by().values_list("pk", "latitude", "longitude")
        if latitude is not None
    }
    publics = dict(Public.objects.values_list("code", "libelle"))
    return Contexte(publics, by_theme, names, timezone.localdate() - STILL_NEEDED, points)


def load_fiches(ids):
    """Return the published fiches among ``ids`` with all that is indexed of them, and their contacts."""
    permanences = Permanence.objects.select_related("lieu__structure").prefetch_related("lieu__periodes")
    fiches = list(
        published()
        .filter(pk__in=ids)
        .select_related("structure", "theme__parent")
        .prefetch_related(Prefetch("permanences", permanences))
    )
    contacts = defaultdict(list)
    for contact in Contact.objects.filter(structure__in={fiche.structure_id for fiche in fiches}):
        contacts[contact.structure_id].append(contact)
    return fiches, contacts


def write_fiches(ids, version, contexte=None, known=None):
    """Write the rows, the words and the roots of these fiches; ``known``: the words already written, if known."""
    fiches, contacts = load_fiches(ids)
    contexte = contexte or (load_contexte(fiches) if fiches else None)
    rows, documents, mots = [], {}, {}
    for fiche in fiches:
        permanences = [p for p in fiche.permanences.all() if is_place_indexed(p.lieu, fiche.structure)]
        own = [c for c in contacts[fiche.structure_id] if c.competence_id in (None, fiche.pk)]
        document = write_document(fiche, permanences, own, contexte)
        documents[fiche.pk] = document.racines
        mots |= dict.fromkeys(document.mots_reserves - mots.keys(), False)
        mots |= dict.fromkeys(document.mots_publics, True)
        rows.append(make_row(fiche, permanences, contexte, version))
    gone = set(ids) - documents.keys()
    rows += [FicheIndexee(fiche_id=pk, version=version, retiree=True) for pk in gone]
    FicheIndexee.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["fiche_id"], update_fields=UPDATED, batch_size=BATCH
    )
    moteur = get_moteur()
    if gone:
        moteur.delete(gone)
    if documents:
        moteur.write(documents)
        write_mots(mots, version, known)


def make_row(fiche, permanences, contexte, version):
    structure = fiche.structure
    return FicheIndexee(
        fiche_id=fiche.pk,
        version=version,
        structure_id=structure.pk,
        territoire_id=structure.territoire_id,
        theme_id=fiche.theme_id,
        reservee=fiche.visibilite != "public",
        debut=fiche.debut,
        fin=fiche.fin,
        date_maj=fiche.date_maj,
        # Structures in the order of names, the fiches of each in the order of tabs.
        cle_tri=f"{structure.cle_tri[:170]}\t{structure.pk:012}\t{fiche.theme.ordre:05}",
        traits=write_traits(fiche, permanences, contexte),
        carte=write_carte(fiche, permanences),
    )


def write_mots(mots, version, known=None):
    """Add the words that are not known yet. None is taken away: a word that nothing holds finds nothing."""
    if known is None:
        known = dict(Mot.objects.filter(pk__in=mots).values_list("pk", "public"))
    new = [
        Mot(mot=mot, racine=racine(mot), public=public, version=version)
        for mot, public in mots.items()
        if mot not in known or (public and not known[mot])
    ]
    known |= {mot.mot: mot.public for mot in new}
    if new:
        Mot.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["mot"], update_fields=["public", "version"]
        )
