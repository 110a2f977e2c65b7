"""From a search to its results: which fiches, in what order, why, and the counts of each filter."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import chain

from django.utils import timezone

from structures.models import Commune
from structures.recherche.demande import Correction, Demande, Raison, Trouvaille
from structures.recherche.lecture import Lecture
from structures.recherche.lexique import LEXIQUES
from structures.recherche.masques import iter_positions
from structures.recherche.moteurs import NIVEAUX
from structures.recherche.registre import MEMOIRE, POUR_TOUS
from structures.recherche.requete import read_requete
from structures.version import read_version

# When fewer than one fiche in so many is a result, traits are counted fiche by fiche; else set by set.
PEU = 300
CERCLES = (5, 10, 20, 50)
CHOIX = {
    "public": "publics",
    "frais": "frais",
    "accueil": "accueil",
    "langue": "langues",
    "accessibilite": "accessibilite",
    "mobilisable": "mobilisable",
}


def chercher(demande: Demande, droits, territoire, vocabulaire, a, version=None) -> "Resultats":
    """Search what a reader may read in a territory (None: in all) at an instant (aware datetime).

    ``version``: of what is kept in memory, as ``read_version`` gives it; read when it is not given.
    """
    registre = MEMOIRE.read(version or read_version())
    return Resultats(demande, droits, territoire, vocabulaire, a, registre)


@dataclass
class Resultats:
    """What a search finds. Everything is worked out when asked for: a page asks for a few results and all counts."""

    demande: Demande
    droits: object
    territoire: object
    vocabulaire: object
    a: object
    registre: object
    filtres: dict = field(init=False)

    def __post_init__(self):
        self.filtres = self.list_filtres()

    # What is asked

    @cached_property
    def jour(self):
        return timezone.localdate(self.a)

    @cached_property
    def partenaires(self):
        return self.registre.partenaires(self.droits)

    @cached_property
    def visibles(self):
        scope = self.droits.scope_of(self.territoire) if self.territoire else None
        return self.registre.visibles(self.droits, scope, self.jour)

    @cached_property
    def centre(self):
        """The position of the commune asked for, which distances are counted from; None without one."""
        if not self.demande.communes:
            return None
        point = Commune.objects.filter(pk=self.demande.communes[0]).values_list("latitude", "longitude")
        latitude, longitude = next(iter(point), (None, None))
        return None if latitude is None else (latitude, longitude)

    @cached_property
    def distances(self):
        """{position: km} around the commune asked for."""
        return self.registre.distances(*self.centre) if self.centre else {}

    # Filters

    def list_filtres(self):
        """Return {name of a filter in use: set of the fiches that it lets through}."""
        demande, registre = self.demande, self.registre
        found = {}
        if demande.themes:
            found["theme"] = 0
            for theme in demande.themes:
                found["theme"] |= self.masque_theme(theme)
        for facette, name in CHOIX.items():
            if valeurs := getattr(demande, name):
                found[facette] = registre.union(facette, valeurs)
        if "public" in found:
            found["public"] |= registre.masque("public", POUR_TOUS)
        for pk, valeurs in demande.champs.items():
            # Sub-themes have fields of the same name: a fiche has one theme, and answers by the field of its own.
            name = self.name_champ(pk)
            found[name] = found.get(name, 0) | self.masque_champ(pk, valeurs)
        if demande.communes:
            found["commune"] = self.masque_lieu(demande.rayon)
        if demande.ouvert:
            found["ouvert"] = registre.ouvertes(self.a)
        if demande.sans_attente:
            found["sans_attente"] = self.masque_sans_attente()
        return found

    def masque_theme(self, pk):
        theme = self.vocabulaire.themes.get(pk)
        below = theme.sous_themes if theme else ()
        return self.registre.union("theme", [pk, *(sous_theme.pk for sous_theme in below)])

    def name_champ(self, pk):
        """Return the name of the filter that a theme's own field is part of: its code."""
        return f"code:{self.champs_connus[pk].code if pk in self.champs_connus else pk}"

    @cached_property
    def champs_connus(self):
        return {champ.pk: champ for champs in self.vocabulaire.champs.values() for champ in champs}

    def masque_champ(self, pk, valeurs):
        found = self.registre.union(f"champ:{pk}", valeurs)
        return found & self.partenaires if self.is_champ_reserve(pk) else found

    def is_champ_reserve(self, pk):
        return pk in self.champs_connus and self.champs_connus[pk].reserve_partenaires

    def masque_lieu(self, rayon):
        """The fiches held in the communes asked for, or within so many kilometres of the first."""
        communes = self.demande.communes
        found = self.registre.union("commune", communes)
        if rayon and self.centre:
            for position, km in self.distances.items():
                if km <= rayon:
                    found |= 1 << position
        return found

    def masque_sans_attente(self):
        return self.registre.masque("sans_attente", True) & ~self.registre.suspendues(self.jour)

    def apply(self, masque, sauf=None):
        """Return what the filters let through of a set, but for one of them."""
        for name, filtre in self.filtres.items():
            if name != sauf:
                masque &= filtre
        return masque

    # Words

    @cached_property
    def lecture(self):
        """What the words find; None when there is no word to look for: everything is then a result."""
        demande = self.demande
        if not demande.texte:
            return None
        key = (
            demande.texte,
            demande.en_cours,
            demande.titres,
            self.lexique,
            self.visibles,
            self.partenaires,
        )
        return self.registre.read_lecture(key, self.read_texte)

    @cached_property
    def lexique(self):
        return LEXIQUES.read(self.vocabulaire)

    def read_texte(self):
        requete = read_requete(
            self.demande.texte,
            self.registre,
            self.lexique,
            visibles=self.visibles,
            partenaires=self.partenaires,
            en_cours=self.demande.en_cours,
        )
        if not requete.groupes and not requete.inconnus:
            return None
        niveaux = NIVEAUX[:1] if self.demande.titres else NIVEAUX
        return Lecture(requete, self.registre, self.visibles, self.partenaires, niveaux)

    @property
    def textuels(self):
        return self.visibles if self.lecture is None else self.lecture.masque

    @cached_property
    def entieres(self):
        """How many results have all the words that were looked for; all of them without words."""
        return self.total if self.lecture is None else (self.lecture.entieres & self.masque).bit_count()

    @property
    def elargi(self):
        """Whether no fiche, filters aside, has all the words: those that have some of them are given."""
        return self.lecture is not None and bool(self.lecture.masque) and not self.lecture.entieres

    @cached_property
    def masque(self):
        """The set of all results."""
        return self.apply(self.textuels)

    @cached_property
    def total(self):
        return self.masque.bit_count()

    def __len__(self):
        return self.total

    def __getitem__(self, item):
        return self.lire(item.start or 0, self.total if item.stop is None else item.stop)

    # Order

    def lire(self, debut, fin):
        """Return the results from ``debut`` to ``fin`` (excluded), as Trouvaille."""
        fin = min(fin, self.total)
        positions, seen = [], 0
        for classe in self.lecture.classes if self.lecture else (self.visibles,):
            classe &= self.masque
            count = classe.bit_count()
            if seen + count > debut:
                positions += self.arrange(classe, fin - seen)[max(0, debut - seen) :]
            seen += count
            if seen >= fin:
                break
        return [self.make_trouvaille(position) for position in positions]

    def arrange(self, classe, count):
        """Return the ``count`` first of fiches that the words do not tell apart: public, distance, then name."""
        named = self.demande.publics and self.registre.union("public", self.demande.publics)
        if not self.centre and not named:
            return self.registre.first(classe, count)
        positions = self.registre.first(classe, classe.bit_count())
        far = self.distances

        def rank(position):
            meant = not named or named >> position & 1
            return not meant, round(far.get(position, 10_000.0), 1)

        return sorted(positions, key=rank)[:count]

    def make_trouvaille(self, position):
        raisons = tuple(
            Raison(groupe.mot, ", ".join(groupe.lus) if voie == "correction" else "", niveau, voie)
            for groupe, niveau, voie in (self.lecture.explain(position) if self.lecture else ())
        )
        return Trouvaille(self.registre.lignes[position].fiche_id, self.distances.get(position), raisons)

    # What is said of it

    @property
    def formes(self):
        """The roots to highlight."""
        return self.lecture.requete.racines if self.lecture else frozenset()

    @property
    def groupes(self):
        """(group, set of fiches that it finds), in the order of what was typed."""
        return (
            list(zip(self.lecture.requete.groupes, self.lecture.unions, strict=True)) if self.lecture else []
        )

    @property
    def corrections(self):
        return tuple(
            Correction(groupe.mot, groupe.lus) for groupe, union in self.groupes if groupe.lus and union
        )

    @property
    def inconnus(self):
        """The typed words that nothing readable holds."""
        unknown = self.lecture.requete.inconnus if self.lecture else ()
        return (*unknown, *(groupe.mot for groupe, union in self.groupes if not union))

    @property
    def sans_filtres(self):
        """How many fiches the words alone find, when the filters leave nothing."""
        return 0 if self.total or not self.filtres else self.textuels.bit_count()

    @property
    def autour(self):
        """(km, fiches) of the wider circles that find something, when the place asked for holds nothing."""
        if self.total or not self.centre:
            return ()
        base = self.apply(self.textuels, sauf="commune")
        counts = [
            (rayon, (base & self.masque_lieu(rayon)).bit_count())
            for rayon in CERCLES
            if rayon > self.demande.rayon
        ]
        return tuple((rayon, count) for rayon, count in counts if count)

    @cached_property
    def facettes(self):
        """The number of results under each value of each filter, that filter itself left out: {name: {value: n}}."""
        counts = self.count_traits()
        for facette in counts:
            own = self.name_champ(int(facette[6:])) if facette.startswith("champ:") else facette
            if own in self.filtres:
                counts[facette] = self.count_facette(facette, self.apply(self.textuels, sauf=own))
        counts["theme"] = self.count_themes()
        for name, masque in (("ouvert", self.registre.ouvertes), ("sans_attente", None)):
            base = self.apply(self.textuels, sauf=name)
            kept = base & (masque(self.a) if masque else self.masque_sans_attente())
            counts[name] = {True: kept.bit_count()} if kept else {}
        return counts

    def count_traits(self):
        names = [*CHOIX, "commune", *self.champs_asked]
        return {name: self.count_facette(name, self.masque) for name in names}

    @property
    def champs_asked(self):
        """The filterable fields of the themes chosen: those of one theme mean nothing for another."""
        themes = [self.vocabulaire.themes[pk] for pk in self.demande.themes if pk in self.vocabulaire.themes]
        below = chain.from_iterable((theme, *theme.sous_themes) for theme in themes)
        champs = [
            champ
            for theme in below
            for champ in self.vocabulaire.champs.get(theme.pk, ())
            if champ.filtrable and (not champ.reserve_partenaires or self.partenaires)
        ]
        return dict.fromkeys(
            [f"champ:{champ.pk}" for champ in champs] + [f"champ:{pk}" for pk in self.demande.champs]
        )

    def count_facette(self, facette, base):
        """Count the fiches of ``base`` under each value of a facet; none of the values counts for nothing."""
        if facette.startswith("champ:") and self.is_champ_reserve(int(facette[6:])):
            base &= self.partenaires
        if not base:
            return {}
        if base.bit_count() * PEU < len(self.registre.lignes) and facette != "public":
            counts = self.count_each(facette, base)
        else:
            counts = self.registre.count(facette, base)
        return counts

    def count_each(self, facette, base):
        lignes = self.registre.lignes
        return Counter(
            valeur
            for position in iter_positions(base)
            for name, valeur in lignes[position].cles
            if name == facette
        )

    def list_recentes(self, count):
        """Return the ids of the fiches changed last, whatever the words and the filters."""
        return self.registre.derive(("recentes", self.visibles, count), self.find_recentes, count)

    def find_recentes(self, count):
        lignes = self.registre.lignes
        found = nlargest(
            count,
            (lignes[position] for position in iter_positions(self.visibles)),
            key=lambda ligne: (ligne.date_maj, ligne.fiche_id),
        )
        return [ligne.fiche_id for ligne in found]

    def count_themes(self):
        """Return {id of a theme: number of results}, its sub-themes included; the filter by theme is left out."""
        base = self.apply(self.textuels, sauf="theme")
        own = self.count_facette("theme", base)
        return {
            pk: count
            for pk, theme in self.vocabulaire.themes.items()
            if (count := sum(own.get(key, 0) for key in (pk, *(below.pk for below in theme.sous_themes))))
        }
