"""Filters and their counts add up: they are counted again in plain Python, from the models."""

import random
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from structures import horaires
from structures.droits import load_droits
from structures.models import Competence, Contact, Lieu, PeriodeExceptionnelle, Permanence, Structure
from structures.ouvertures import departement_of
from structures.recherche import resultats as module
from structures.recherche.indexation import rebuild_index
from tests import fabriques
from tests.recherche import search

pytestmark = pytest.mark.django_db

COMMUNES = {
    "69034": (45.797, 4.851),
    "69266": (45.771, 4.890),
    "69123": (45.758, 4.835),
    "01262": (46.25, 5.13),
}
HEURES = ["", "Mo-Su 00:00-24:00", "Mo-Fr 09:00-12:00", "Sa 10:00-12:00"]
PUBLICS = ("familles", "jeunes", "seniors", "tous-publics")
LIEUX = {
    "accueil": "modes_accueil",
    "langue": "langues",
    "mobilisable": "mobilisable_par",
    "public": "publics",
}


class Ville:
    """Two hundred fiches drawn at random in a public territory and a partner-only one, and who reads them."""

    def __init__(self, seed=7):
        self.draw = random.Random(seed)
        self.now = timezone.localtime()
        self.today = self.now.date()
        self.territoires = [fabriques.TerritoireFactory(), fabriques.TerritoireFactory(partenaires=True)]
        parents = fabriques.ThemeFactory.create_batch(3)
        self.themes = parents + [
            fabriques.ThemeFactory(parent=parent) for parent in parents[:2] for _ in "ab"
        ]
        self.champs = {
            "moment": fabriques.ChampFactory(
                theme=parents[0],
                code="moment",
                type="choix-multiples",
                options=["Matin", "Soir"],
                filtrable=True,
            ),
            "urgence": fabriques.ChampFactory(
                theme=parents[0], code="urgence", type="oui-non", filtrable=True, reserve_partenaires=True
            ),
        }
        for code, point in COMMUNES.items():
            fabriques.CommuneFactory(code=code, nom=f"Commune {code}", latitude=point[0], longitude=point[1])
        for code in PUBLICS:
            fabriques.PublicFactory(code=code)
        self.write()
        self.readers = {
            "anonyme": None,
            "partenaire": fabriques.MembreFactory(structure=Structure.objects.get(nom="S000")).user,
            "voisine": fabriques.MembreFactory(
                structure=Structure.objects.filter(territoire=self.territoires[1]).first()
            ).user,
        }
        rebuild_index()

    def some(self, values):
        return [value for value in values if self.draw.random() < 0.4]

    def write(self):
        draw = self.draw
        structures = Structure.objects.bulk_create(
            Structure(
                nom=f"S{rank:03}",
                cle_tri=f"s{rank:03}",
                slug=f"s{rank:03}",
                territoire=self.territoires[rank % 5 == 4],
                statut="archivee" if rank % 20 == 13 else "publiee",
            )
            for rank in range(50)
        )
        lieux = Lieu.objects.bulk_create(
            self.draw_lieu(structure, rank) for structure in structures for rank in range(2)
        )
        fiches = Competence.objects.bulk_create(
            self.draw_fiche(structure, theme)
            for structure in structures
            for theme in draw.sample(self.themes, 4)
        )
        places = {}
        for lieu in lieux:
            places.setdefault(lieu.structure_id, []).append(lieu)
        Permanence.objects.bulk_create(
            Permanence(competence=fiche, lieu=lieu, horaires_accueil=draw.choice(HEURES))
            for fiche in fiches
            for lieu in self.some(places[fiche.structure_id])
        )
        PeriodeExceptionnelle.objects.bulk_create(
            PeriodeExceptionnelle(lieu=lieu, debut=self.today - timedelta(days=1), fin=self.today)
            for lieu in self.some(lieux)[:25]
        )
        Contact.objects.bulk_create(
            Contact(
                structure=structure, nom="Quincaillerie", telephone="+33465710000", visibilite="partenaires"
            )
            for structure in structures[::3]
        )

    def draw_lieu(self, structure, rank):
        code = self.draw.choice([*COMMUNES, ""])
        point = COMMUNES.get(code, (None, None))
        placed = point[0] is not None and self.draw.random() < 0.7
        return Lieu(
            structure=structure,
            nom=f"L{rank}",
            code_insee=code,
            latitude=point[0] + self.draw.uniform(-0.2, 0.2) if placed else None,
            longitude=point[1] + self.draw.uniform(-0.2, 0.2) if placed else None,
            adresse_confidentielle=self.draw.random() < 0.2,
            horaires_accueil=self.draw.choice(HEURES),
            accessibilite={
                famille: {"niveau": self.draw.choice(["oui", "non", "partiel"]), "source": "declaration"}
                for famille in self.some(["moteur", "visuel"])
            },
        )

    def draw_fiche(self, structure, theme):
        draw, today = self.draw, self.today
        suspended = draw.random() < 0.15
        own = theme.pk == self.themes[0].pk
        return Competence(
            structure=structure,
            theme=theme,
            objectifs=" ".join(self.some(["Vitrail.", "Poterie.", "Ferronnerie."])),
            publics=self.some(PUBLICS),
            frais=draw.choice(["", "gratuit", "payant"]),
            modes_accueil=self.some(["en-presentiel", "a-distance"]),
            langues=self.some(["fr", "ar", "en"]),
            mobilisable_par=self.some(["usagers", "professionnels"]),
            disponibilite=draw.choice(["", "places", "attente", "complet"]),
            suspension_debut=today - timedelta(days=draw.choice([3, -3])) if suspended else None,
            suspension_fin=draw.choice([today + timedelta(days=9), None]) if suspended else None,
            champs={"moment": self.some(["Matin", "Soir"]), "urgence": draw.random() < 0.5} if own else {},
            statut="brouillon" if draw.random() < 0.05 else "publiee",
            visibilite="partenaires" if draw.random() < 0.15 else "public",
            debut=today + timedelta(days=2) if draw.random() < 0.05 else None,
        )


def haversine(one, other):
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    root = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(root))


class Recompte:
    """The same filters and counts, one fiche at a time."""

    def __init__(self, ville, user, territoire):
        self.ville = ville
        self.droits = load_droits(user or AnonymousUser())
        within = self.droits.scope_of(territoire) if territoire else None
        visible = Competence.objects.visible_to(self.droits, ville.today, within)
        self.fiches = list(
            visible.select_related("structure", "theme")
            .prefetch_related("permanences__lieu__periodes")
            .order_by()
        )
        self.valeurs = {fiche.pk: self.read(fiche) for fiche in self.fiches}

    def read(self, fiche):
        """Return {facet: set of values} of a fiche, as this reader may be told of them."""
        partner = self.droits.is_partner_of(fiche.structure)
        places = list(fiche.permanences.all())
        told = [p.lieu for p in places if not p.lieu.adresse_confidentielle]
        suspended = fiche.is_suspended(self.ville.today)
        found = {facette: set(getattr(fiche, name)) for facette, name in LIEUX.items()}
        found["frais"] = {fiche.frais} - {""}
        found["theme"] = {fiche.theme_id, fiche.theme.parent_id} - {None}
        found["commune"] = {lieu.code_insee for lieu in told} - {""}
        found["accessibilite"] = {
            famille
            for p in places
            for famille, etat in p.lieu.accessibilite.items()
            if etat["niveau"] == "oui"
        }
        found["sans_attente"] = {True} if fiche.disponibilite == "places" and not suspended else set()
        opened = not suspended and any(self.is_open(permanence) for permanence in places)
        found["ouvert"] = {True} if opened else set()
        champs = self.ville.champs
        found[f"champ:{champs['moment'].pk}"] = set(fiche.champs.get("moment", ()))
        urgent = fiche.champs.get("urgence") and partner
        found[f"champ:{champs['urgence'].pk}"] = {"oui"} if urgent else set()
        found["points"] = [
            (lieu.latitude, lieu.longitude) if lieu.latitude is not None else COMMUNES[lieu.code_insee]
            for lieu in told
            if lieu.latitude is not None or lieu.code_insee
        ]
        return found

    def is_open(self, permanence):
        lieu = permanence.lieu
        hours = permanence.horaires_accueil or lieu.horaires_accueil
        etat = horaires.etat(
            hours,
            a=self.ville.now,
            departement=departement_of(lieu, self.droits.territoires),
            periodes=list(lieu.periodes.all()),
            base=lieu.horaires_accueil if permanence.horaires_accueil else None,
        )
        return etat.statut == "ouvert"

    def passes(self, fiche, name, asked):
        found = self.valeurs[fiche.pk]
        if name == "commune" and asked[1]:
            near = any(haversine(point, COMMUNES[asked[0][0]]) <= asked[1] for point in found["points"])
            return near or not found["commune"].isdisjoint(asked[0])
        asked = asked[0] if name == "commune" else asked
        return not found[name].isdisjoint(asked) or (name == "public" and "tous-publics" in found["public"])

    def keep(self, filtres, sauf=None):
        return [
            fiche
            for fiche in self.fiches
            if all(self.passes(fiche, name, asked) for name, asked in filtres.items() if name != sauf)
        ]

    def count(self, name, filtres, values):
        fiches = self.keep(filtres, sauf=name)
        counts = {}
        for value in values:
            asked = ((value,), 0) if name == "commune" else (value,)
            if count := sum(self.passes(fiche, name, asked) for fiche in fiches):
                counts[value] = count
        return counts


VALEURS = {
    "public": PUBLICS,
    "frais": ("gratuit", "payant"),
    "accueil": ("en-presentiel", "a-distance"),
    "langue": ("fr", "ar", "en"),
    "mobilisable": ("usagers", "professionnels"),
    "accessibilite": ("moteur", "visuel"),
    "ouvert": (True,),
    "sans_attente": (True,),
}
NOMS = {
    "theme": "themes",
    "public": "publics",
    "frais": "frais",
    "accueil": "accueil",
    "langue": "langues",
    "mobilisable": "mobilisable",
    "accessibilite": "accessibilite",
}


def draw_filtres(ville, draw):
    """Return filters drawn at random, as Recompte reads them."""
    filtres = {
        name: tuple(draw.sample(values, draw.choice([1, 1, 2]) if len(values) > 1 else 1))
        for name, values in VALEURS.items()
    }
    filtres = {name: filtres[name] for name in draw.sample(list(filtres), draw.choice([0, 1, 1, 2, 3]))}
    if draw.random() < 0.5:
        filtres["theme"] = tuple(theme.pk for theme in draw.sample(ville.themes, draw.choice([1, 2])))
    if draw.random() < 0.4:
        filtres["commune"] = tuple(draw.sample(list(COMMUNES), draw.choice([1, 2]))), draw.choice([0, 5, 20])
    if draw.random() < 0.3:
        filtres[f"champ:{ville.champs['moment'].pk}"] = (draw.choice(["Matin", "Soir"]),)
    if draw.random() < 0.2:
        filtres[f"champ:{ville.champs['urgence'].pk}"] = ("oui",)
    return filtres


def ask(filtres):
    """Return the same filters as a Demande takes them."""
    choices = {NOMS[name]: asked for name, asked in filtres.items() if name in NOMS}
    choices |= {name: True for name in ("ouvert", "sans_attente") if name in filtres}
    choices["champs"] = {int(name[6:]): asked for name, asked in filtres.items() if name.startswith("champ:")}
    if "commune" in filtres:
        choices["communes"], choices["rayon"] = filtres["commune"]
    return choices


@pytest.fixture(scope="module")
def ville(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield Ville()
        transaction.set_rollback(True)


@pytest.fixture(params=[0, 10**9], ids=["peu", "beaucoup"])
def peu(request, monkeypatch):
    """Both ways of counting: fiche by fiche when they are few, set by set."""
    monkeypatch.setattr(module, "PEU", request.param)


def check_counts(ville, user, territoire, filtres):
    recompte = Recompte(ville, user, territoire)
    found = search(user=user, territoire=territoire, a=ville.now, **ask(filtres))
    kept = {fiche.pk for fiche in recompte.keep(filtres)}
    assert {trouvaille.fiche_id for trouvaille in found.lire(0, 999)} == kept
    assert found.total == len(kept)
    facettes = found.facettes
    champs = {name for name in facettes if name.startswith("champ:")}
    assert {name for name in filtres if name.startswith("champ:")} <= champs
    values = VALEURS | {"commune": tuple(COMMUNES), "theme": tuple(theme.pk for theme in ville.themes)}
    values |= dict.fromkeys(champs, ("Matin", "Soir", "oui"))
    assert facettes.keys() == values.keys()
    for name in values:
        assert facettes[name] == recompte.count(name, filtres, values[name]), (name, filtres)


@pytest.mark.parametrize("reader", ["anonyme", "partenaire", "voisine"])
def test_counts_add_up(ville, db, peu, reader):
    draw = random.Random(reader)
    check_counts(ville, ville.readers[reader], None, {})
    for _ in range(25):
        territoire = draw.choice([None, *ville.territoires])
        check_counts(ville, ville.readers[reader], territoire, draw_filtres(ville, draw))


@pytest.mark.parametrize("reader", ["anonyme", "partenaire"])
def test_each_count_is_what_choosing_the_value_finds(ville, db, peu, reader):
    user, draw = ville.readers[reader], random.Random(3)
    for _ in range(6):
        filtres = {name: asked for name, asked in draw_filtres(ville, draw).items() if name != "commune"}
        facettes = search("vitrail", user=user, a=ville.now, **ask(filtres)).facettes
        for name, counts in facettes.items():
            for value, count in counts.items():
                chosen = ((value,), 0) if name == "commune" else (value,)
                found = search("vitrail", user=user, a=ville.now, **ask(filtres | {name: chosen}))
                assert found.total == count, (name, value, filtres)


def test_words_and_filters_meet(ville, db):
    words, filtres = search("vitrail poterie", a=ville.now), search(frais=("gratuit",), a=ville.now)
    both = search("vitrail poterie", frais=("gratuit",), a=ville.now)
    ids = [{t.fiche_id for t in found.lire(0, 999)} for found in (words, filtres, both)]
    assert ids[0] & ids[1] == ids[2] != set()


def test_reserved_field_is_counted_for_partners_only(ville, db):
    name = f"champ:{ville.champs['urgence'].pk}"
    themes = (ville.themes[0].pk,)
    assert name not in search(themes=themes).facettes
    partner = search(user=ville.readers["partenaire"], themes=themes).facettes[name]
    neighbour = search(user=ville.readers["voisine"], themes=themes).facettes[name]
    assert partner["oui"] > neighbour["oui"] > 0
    asked = {"champs": {ville.champs["urgence"].pk: ("oui",)}}
    assert search(**asked).total == 0
    assert search(**asked).facettes[name] == {}


@pytest.mark.parametrize(
    "choices",
    [
        {"themes": (999_999,)},
        {"communes": ("99999",)},
        {"communes": ("99999",), "rayon": 10},
        {"frais": ("troc",)},
        {"champs": {999_999: ("x",)}},
        {"langues": ("\x00",)},
    ],
    ids=lambda choices: next(iter(choices)),
)
def test_unknown_values_find_nothing(ville, db, choices):
    found = search(**choices)
    assert (found.total, found.lire(0, 20), found.autour) == (0, [], ())
    assert found.sans_filtres == search().total
    assert found.facettes["theme"].keys() <= {theme.pk for theme in ville.themes}


def test_public_that_no_fiche_names_finds_what_is_for_all(ville, db):
    found = search(publics=("martiens",))
    assert (
        0
        < found.total
        == search().facettes["public"]["tous-publics"]
        == search(publics=("tous-publics",)).total
    )


def test_wider_circles_are_counted_when_the_place_holds_nothing(ville, db):
    fabriques.CommuneFactory(code="69003", nom="Vide", latitude=45.9, longitude=4.7)
    found = search(communes=("69003",), a=ville.now)
    assert found.total == 0
    counts = dict(found.autour)
    assert list(counts) == sorted(counts) != []
    for rayon, count in counts.items():
        assert search(communes=("69003",), rayon=rayon, a=ville.now).total == count
    assert search(communes=("69034",)).autour == ()


def test_fiche_of_an_arrondissement_is_in_its_commune(db):
    fiche = fabriques.CompetenceFactory()
    lieu = fabriques.LieuFactory(structure=fiche.structure, code_insee="69384")
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    here = {"territoire": fiche.structure.territoire}
    assert search(communes=("69123",), **here).total == search(communes=("69384",), **here).total == 1
    assert search(**here).facettes["commune"] == {"69123": 1, "69384": 1}


def test_place_is_open_at_the_minute_asked(db):
    fiche = fabriques.CompetenceFactory()
    lieu = fabriques.LieuFactory(structure=fiche.structure, horaires_accueil="Mo-Su 09:00-12:00")
    fabriques.PermanenceFactory(competence=fiche, lieu=lieu)
    here = {"territoire": fiche.structure.territoire}
    noon = timezone.localtime().replace(hour=12, minute=0)
    before = noon - timedelta(minutes=1)
    assert [search(ouvert=True, a=a, **here).total for a in (before, noon, before)] == [1, 0, 1]
    assert search(a=before, **here).facettes["ouvert"] == {True: 1}
    assert search(a=noon, **here).facettes["ouvert"] == {}
