"""The words of a territory (themes, publics, acronyms, fields), read once and kept in memory.

They are on every page and change a few times a month. They are kept under the versions of the territories, which
come with the rights of each request: a change is seen by every process at its next request, at no query.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from structures.models import Champ, Public, ReglageTheme, Sigle, Theme
from structures.texte import fold


@dataclass(frozen=True)
class Onglet:
    """A theme as a territory shows it: its own name and order, its sub-themes."""

    pk: int
    slug: str
    nom: str
    description: str
    couleur: str
    pictogramme: str
    ordre: int
    sous_themes: tuple = ()

    @property
    def url(self):
        return reverse("structures:theme_detail", args=[self.slug])


@dataclass(frozen=True)
class Vocabulaire:
    """The words of one territory. ``sigles`` maps an acronym to its Sigle.

    ``publics`` and ``champs`` are those of every territory: a fiche may be read from next door (a QR code opened at
    home) and keeps its own words.
    """

    onglets: tuple
    themes: dict
    publics: dict
    sigles: dict
    champs: dict


def load_vocabulaire(droits, territoire):
    """Return the Vocabulaire of a territory; without one, the words that are common to all."""
    chain = tuple(territoire.ancestor_ids) if territoire else ()
    return read_vocabulaire(chain, droits.vocabulaire_versions, timezone.localdate())


@lru_cache(maxsize=256)
def read_vocabulaire(chain, versions, today):
    """Read the words of the last territory of ``chain`` (ids from the root). ``versions`` makes the memory's key."""
    words = Q(territoire__isnull=True) | Q(territoire_id__in=chain)
    reglages = {
        reglage.theme_id: reglage
        for reglage in ReglageTheme.objects.filter(territoire_id__in=chain).order_by("territoire__chemin")
    }
    onglets, children = [], {}
    for theme in Theme.objects.filter(words).filter(Q(retire_le__isnull=True) | Q(retire_le__gt=today)):
        reglage = reglages.get(theme.pk)
        if reglage and reglage.masque:
            continue
        onglet = Onglet(
            theme.pk,
            theme.slug,
            (reglage and reglage.nom) or theme.nom,
            theme.description,
            theme.couleur,
            theme.pictogramme,
            reglage.ordre if reglage and reglage.ordre is not None else theme.ordre,
        )
        if theme.parent_id:
            children.setdefault(theme.parent_id, []).append(onglet)
        else:
            onglets.append(onglet)
    onglets = tuple(
        replace(
            onglet,
            sous_themes=tuple(sorted(children.get(onglet.pk, ()), key=lambda o: (o.ordre, fold(o.nom)))),
        )
        for onglet in sorted(onglets, key=lambda o: (o.ordre, fold(o.nom)))
    )
    champs = {}
    for champ in Champ.objects.all():
        champs.setdefault(champ.theme_id, []).append(champ)
    # A territory's own explanation of an acronym comes after the common one and wins.
    common_first = F("territoire__chemin").asc(nulls_first=True)
    sigles = {sigle.sigle: sigle for sigle in Sigle.objects.filter(words).order_by(common_first)}
    return Vocabulaire(
        onglets,
        {theme.pk: theme for onglet in onglets for theme in (onglet, *onglet.sous_themes)},
        dict(Public.objects.values_list("code", "libelle")),
        sigles,
        champs,
    )
