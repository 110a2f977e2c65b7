"""A plausible territory of any size, for measures and trials: a département, its EPCI, its communes, their structures.

Everything is drawn by one generator from the seed, in an order that the database has no say in: same seed and same
number of fiches, same rows on both engines. Rows are written in bulk, so without history. Telephone numbers are of the
ranges that Arcep keeps for fiction (décision 2018-0881) and addresses at example.org: nothing here can ring anybody.
"""

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate

from django.core.management import call_command
from django.db import models, transaction

from structures.generation_fabrique import BATCH, SOURCE, Fabrique, Lot, make_slug, make_unique
from structures.generation_textes import Plume, load_lexique, set_spaces
from structures.models import (
    Annexe,
    Champ,
    Commune,
    Competence,
    Contact,
    Lieu,
    PeriodeExceptionnelle,
    Permanence,
    Structure,
    Territoire,
    Theme,
)
from structures.recherche.indexation import rebuild_index

MIN_COMMUNES = 60
# Drawn at random, or set by the clock, or made from fixtures that live apart (the fields of a theme).
NOT_COMPARED = {"champs", "chemin", "created_at", "updated_at", "vocabulaire_version"}


class GenerationError(Exception):
    """The territory cannot be generated; the message is a French sentence."""


@transaction.atomic
def generate_territoire(fiches, seed, slug, jour):
    """Write a generated territory of ``fiches`` fiches and return its root.

    ``jour`` is the day that the dates are counted from. Raises GenerationError when the communes are missing or the
    slug is taken.
    """
    if Territoire.objects.filter(slug=slug).exists():
        raise GenerationError(f"Le territoire « {slug} » existe déjà. Ajoutez --remplacer s’il a été généré.")
    themes = load_themes()
    rng = random.Random(seed)  # noqa: S311 - plausible data, not secrets
    departement, communes = choose_communes(rng, fiches)
    names = Commune.objects.filter(nature=Commune.Nature.COMMUNE).values_list("code", "nom")
    plume = Plume(rng, departement.nom, [nom for _, nom in sorted(names)])
    terrain = write_territoires(slug, departement, communes)
    fabrique = Fabrique(plume, terrain, themes, slug, jour, seed)
    remaining = fiches
    while remaining > 0:
        lot = Lot()
        while remaining > 0 and len(lot.structures) < BATCH:
            remaining -= fabrique.add_structure(lot, remaining)
        lot.write()
    write_annexes(fabrique, 2 + fiches // 500)
    rebuild_index()
    return terrain.root


def load_themes():
    """Return the common themes by slug, with their fields; load the shared vocabulary first when it is missing."""
    wanted = load_lexique().themes.keys()
    if Theme.objects.filter(territoire=None, slug__in=wanted).count() < len(wanted):
        call_command("charger_vocabulaire", verbosity=0, stdout=Silence())
    themes = {theme.slug: theme for theme in Theme.objects.filter(territoire=None, slug__in=wanted)}
    if missing := sorted(wanted - themes.keys()):
        raise GenerationError(f"Le thème « {missing[0]} » manque, et charger_vocabulaire ne l’a pas créé.")
    champs = {}
    for champ in Champ.objects.filter(territoire=None, theme__in=themes.values()).order_by(
        "theme_id", "ordre", "code"
    ):
        champs.setdefault(champ.theme_id, []).append(champ)
    return {slug: (themes[slug], champs.get(themes[slug].pk, ())) for slug in wanted}


class Silence:
    """A stream that says nothing."""

    def write(self, texte):
        return len(texte)

    def flush(self):
        return None


def choose_communes(rng, fiches):
    """Draw a département; return it with its most populated communes, as many as ``fiches`` deserve."""
    rows = Commune.objects.filter(
        nature=Commune.Nature.COMMUNE, epci__isnull=False, departement__isnull=False
    )
    counts = Counter(rows.values_list("departement_id", flat=True))
    if not counts:
        raise GenerationError("Les communes manquent. Lancez d’abord : manage.py charger_geographie")
    # Sorted in Python, not in SQL: engines do not sort alike.
    large = sorted(code for code, count in counts.items() if count >= MIN_COMMUNES)
    candidates = large or [min(counts, key=lambda code: (-counts[code], code))]
    code = candidates[int(rng.random() * len(candidates))]
    communes = (
        rows.filter(departement=code).select_related("departement", "epci").prefetch_related("codes_postaux")
    )
    communes = sorted(communes, key=lambda commune: (-commune.population, commune.code))
    return communes[0].departement, communes[: max(3, fiches // 150)]


@dataclass
class Terrain:
    """The territories written, and the communes that each covers."""

    root: Territoire
    communes: list
    by_niveau: dict

    def __post_init__(self):
        # Below the proportional: small communes have structures too.
        self.weights = {
            niveau: list(accumulate(sum(c.population + 50 for c in covered) ** 0.8 for _, covered in places))
            for niveau, places in self.by_niveau.items()
        }

    def draw(self, rng, niveau):
        return rng.choices(self.by_niveau[niveau], cum_weights=self.weights[niveau])[0]


def write_territoires(slug, departement, communes):
    """Write the territories, without history: ``chemin`` is set here because ``save`` is not called."""
    niveaux = Territoire.Niveau
    root = Territoire(
        nom=set_spaces(departement.nom),
        slug=slug,
        niveau=niveaux.DEPARTEMENT,
        code_officiel=departement.code,
        presentation="Territoire d’essai : structures, personnes et numéros y sont inventés.",
        langues=["fr", "en", "ar"],
    )
    taken = {slug}
    epcis = {}
    for commune in communes:
        if commune.epci_id not in epcis:
            epcis[commune.epci_id] = new_territoire(slug, taken, commune.epci, niveaux.EPCI, root)
    places = [
        (new_territoire(slug, taken, commune, niveaux.COMMUNE, epcis[commune.epci_id]), commune)
        for commune in communes
    ]
    for territoire, _ in places[6::16]:
        territoire.acces = Territoire.Acces.PARTENAIRES
    for level in ([root], list(epcis.values()), [territoire for territoire, _ in places]):
        Territoire.objects.bulk_create(level)
        for territoire in level:
            territoire.chemin = f"{territoire.parent.chemin if territoire.parent else '/'}{territoire.pk}/"
        Territoire.objects.bulk_update(level, ["chemin"], batch_size=BATCH)
    covered = {code: [commune for commune in communes if commune.epci_id == code] for code in epcis}
    return Terrain(
        root,
        communes,
        {
            "departement": [(root, communes)],
            "epci": [(epcis[code], covered[code]) for code in epcis],
            "commune": [(territoire, [commune]) for territoire, commune in places],
        },
    )


def new_territoire(slug, taken, place, niveau, parent):
    nom = set_spaces(place.nom)
    return Territoire(
        nom=nom,
        slug=make_unique(f"{slug}-{make_slug(nom)}", taken, 80),
        niveau=niveau,
        code_officiel=place.code,
        parent=parent,
    )


def write_annexes(fabrique, count):
    """Write a few structures of the neighbourhood, each under a theme or two."""
    plume = fabrique.plume
    annexes, links = [], []
    for _ in range(count):
        genre = plume.pick(fabrique.lexique.genres)
        commune = plume.pick(fabrique.terrain.communes)
        plume.settle(commune.nom, commune.epci.nom)
        nom = fabrique.make_nom(genre, fabrique.terrain.root)
        annexes.append(
            Annexe(
                territoire=fabrique.terrain.root,
                nom=nom,
                description=plume.draw_one(genre["presentation"]),
                telephone=fabrique.make_telephone(),
                adresse=plume.draw_adresse(),
                commune=commune.nom,
                code_insee=commune.code,
                horaires_accueil=fabrique.draw_horaires(genre),
                date_maj=fabrique.days_ago(700),
            )
        )
        links.append(plume.some(genre["themes"], 1, 2))
    Annexe.objects.bulk_create(annexes, batch_size=BATCH)
    through = Annexe.themes.through
    through.objects.bulk_create(
        through(annexe=annexe, theme=fabrique.themes[slug][0])
        for annexe, slugs in zip(annexes, links, strict=True)
        for slug in slugs
    )


@transaction.atomic
def remove_territoire(slug):
    """Delete the generated territory of this slug, if there is one, with all that hangs on it.

    Raises GenerationError when anything in it was not generated: a real répertoire is never deleted this way.
    """
    root = Territoire.objects.filter(slug=slug).first()
    if root is None:
        return
    tree = Territoire.objects.descendants_of(root)
    structures = Structure.objects.filter(territoire__in=tree)
    if not structures.exists() or structures.exclude(source=SOURCE).exists():
        raise GenerationError(f"Le territoire « {slug} » n’a pas été généré : il n’est pas remplacé.")
    delete_rows(tree)


def delete_rows(queryset):
    """Delete rows, and those that refer to them, in bulk.

    Django's own cascade would load each row, and write a line of history for each.
    """
    for relation in queryset.model._meta.get_fields(include_hidden=True):
        refers = (
            (relation.one_to_many or relation.one_to_one) and relation.auto_created and not relation.concrete
        )
        if not refers or relation.related_model is queryset.model or relation.on_delete is models.DO_NOTHING:
            continue
        related = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": queryset})
        if relation.on_delete is models.SET_NULL:
            related.update(**{relation.field.name: None})
        else:
            delete_rows(related)
    queryset._raw_delete(queryset.db)


def compute_empreinte(root):
    """Return a digest of all the rows of a generated territory: equal when the rows are, on whichever engine."""
    tree = Territoire.objects.descendants_of(root)
    digest = hashlib.sha256()
    for model, path, keys in (
        (Territoire, "pk", ("parent__slug",)),
        (Structure, "territoire", ("territoire__slug",)),
        (Lieu, "structure__territoire", ("structure__source_id",)),
        (Competence, "structure__territoire", ("structure__source_id", "theme__slug")),
        (Permanence, "competence__structure__territoire", ("competence__source_id", "lieu__nom")),
        (Contact, "structure__territoire", ("structure__source_id", "competence__source_id")),
        (PeriodeExceptionnelle, "lieu__structure__territoire", ("lieu__structure__source_id", "lieu__nom")),
        (Annexe, "territoire", ("themes__slug",)),
    ):
        names = [
            field.name
            for field in model._meta.concrete_fields
            if not field.is_relation and not field.primary_key and field.name not in NOT_COMPARED
        ]
        rows = model.objects.order_by().filter(**{f"{path}__in": tree}).values_list(*keys, *names)
        for line in sorted(json.dumps(row, default=str, sort_keys=True) for row in rows.iterator()):
            digest.update(line.encode())
    return digest.hexdigest()
