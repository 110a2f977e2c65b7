"""What the tests of the search ask it, one line per search for any reader; changes drawn at random."""

import random

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from structures.droits import load_droits
from structures.models import (
    Competence,
    Contact,
    Lieu,
    PeriodeExceptionnelle,
    Permanence,
    Public,
    Structure,
    Theme,
)
from structures.recherche import Demande, chercher, suggerer
from structures.vocabulaires import load_vocabulaire
from tests import fabriques


def search(texte="", *, user=None, territoire=None, a=None, **choices):
    """Return the Resultats of a search. ``user``: None for the public; ``choices``: the rest of the Demande."""
    droits = load_droits(user or AnonymousUser())
    vocabulaire = load_vocabulaire(droits, territoire)
    demande = Demande(texte=texte, **choices)
    return chercher(demande, droits, territoire, vocabulaire, a or timezone.localtime())


def find(texte="", **options):
    """Return the ids of all the fiches that a search finds, in order."""
    resultats = search(texte, **options)
    return [trouvaille.fiche_id for trouvaille in resultats.lire(0, resultats.total)]


def find_names(texte="", **options):
    """Return the names of the structures whose fiches a search finds, in order."""
    resultats = search(texte, **options)
    found = resultats.lire(0, resultats.total)
    names = {ligne.fiche_id: ligne.cle_tri.split("\t")[0] for ligne in resultats.registre.lignes}
    return [names[trouvaille.fiche_id] for trouvaille in found]


def suggest(texte, *, user=None, territoire=None):
    """Return what is proposed while one types."""
    droits = load_droits(user or AnonymousUser())
    return suggerer(texte, droits, territoire, load_vocabulaire(droits, territoire))


class Hasard:
    """Changes drawn at random, of all the kinds that the screens of the site make."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.parent = fabriques.ThemeFactory(nom="Onglet")
        self.themes = [fabriques.ThemeFactory(parent=self.parent) for _ in range(4)]
        self.territoires = fabriques.TerritoireFactory.create_batch(2)
        fabriques.PublicFactory(code="jeunes")
        for _ in range(4):
            self.add_structure()

    def mot(self):
        return self.draw.choice(["Vélo", "cœur", "co-voiturage", "C.A.F.", "أطفال", "Été", "l’aide", "R2D2"])

    def pick(self, model):
        return self.draw.choice(list(model.objects.order_by("pk")) or [None])

    def add_structure(self):
        structure = fabriques.StructureFactory(territoire=self.draw.choice(self.territoires))
        fabriques.LieuFactory(structure=structure, code_insee=self.draw.choice(["69034", "69381", ""]))
        self.add_fiche(structure)

    def add_fiche(self, structure=None):
        structure = structure or self.pick(Structure)
        free = [theme for theme in self.themes if not structure.competences.filter(theme=theme).exists()]
        if free:
            fabriques.CompetenceFactory(structure=structure, theme=self.draw.choice(free), publics=["jeunes"])

    def add_permanence(self):
        fiche, lieu = self.pick(Competence), self.pick(Lieu)
        if fiche and lieu and not Permanence.objects.filter(competence=fiche, lieu=lieu).exists():
            fabriques.PermanenceFactory(competence=fiche, lieu=lieu, precisions=self.mot())

    def add_contact(self):
        if structure := self.pick(Structure):
            fabriques.ContactFactory(
                structure=structure,
                competence=structure.competences.first() if self.draw.random() < 0.5 else None,
                nom=self.mot(),
                visibilite=self.draw.choice(["public", "partenaires", "coordination"]),
            )

    def add_periode(self):
        if lieu := self.pick(Lieu):
            fabriques.PeriodeFactory(lieu=lieu)

    def change(self):
        model, name, values = self.draw.choice(
            [
                (Structure, "nom", None),
                (Structure, "statut", ["publiee", "publiee", "archivee"]),
                (Structure, "attentes", None),
                (Competence, "nom", None),
                (Competence, "statut", ["publiee", "publiee", "brouillon"]),
                (Competence, "visibilite", ["public", "partenaires"]),
                (Competence, "mobilisation_visibilite", ["public", "partenaires"]),
                (Lieu, "commune", None),
                (Lieu, "adresse_confidentielle", [True, False]),
                (Theme, "nom", None),
                (Theme, "ordre", [1, 2, 3]),
                (Public, "libelle", None),
                (Contact, "visibilite", ["public", "partenaires", "coordination"]),
                (Permanence, "horaires_accueil", ["", "Mo 09:00-12:00"]),
                (PeriodeExceptionnelle, "message", None),
            ]
        )
        if row := self.pick(model):
            setattr(row, name, self.draw.choice(values) if values else f"{self.mot()} {self.draw.random()}")
            row.save()

    def delete(self):
        model = self.draw.choice([Structure, Competence, Lieu, Permanence, Contact, PeriodeExceptionnelle])
        if (row := self.pick(model)) and (model is not Structure or Structure.objects.count() > 2):
            model.objects.filter(pk=row.pk).delete() if self.draw.random() < 0.5 else row.delete()

    def step(self):
        adds = [self.add_structure, self.add_fiche, self.add_permanence, self.add_contact, self.add_periode]
        if not Structure.objects.exists():
            return self.add_structure()
        return self.draw.choice(
            [*adds, self.add_permanence, self.add_contact, *[self.change] * 6, self.delete]
        )()
