"""What an address asks of the search: one FilterSet for the page, the export, the booklet and the API.

The address holds the whole state. What it says is read with patience: a value that nobody knows is left aside and told,
never refused, for addresses are printed, shortened, translated and typed again.
"""

import re
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Q
from django.urls import reverse

from structures.models import Champ, Commune, Competence
from structures.recherche import chercher
from structures.recherche.demande import Demande
from structures.referentiels import FAMILLES_HANDICAP, LANGUES, vocabulaire
from structures.texte import fold

MAX_TEXTE = 200
MAX_VALEUR = 100
MAX_VALEURS = 50
MAX_INCONNUS = 5
MAX_PAGE = 1_000_000
RAYONS = (2, 5, 10, 20, 50)
OUI = {"1", "oui", "on", "true"}
NON = {"0", "non", "off", "false"}
CHAMP = "champ-"
INSEE = re.compile(r"\d[\dab]\d{3}", re.IGNORECASE)
SAINT = re.compile(r"\bst(e?)\b")

# The names of communes by INSEE code. They change once a year, on the first of January: kept by each process.
NOMS_DE_COMMUNES = {}


class TexteField(forms.Field):
    """The words that are looked for. Nothing is refused: what cannot be stored or is too long is cut."""

    def to_python(self, value):
        return " ".join(str(value or "").replace("\x00", " ").split())


class ListeField(forms.Field):
    """The values of one parameter, as many times as it is repeated, once each."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value):
        values = (str(item).replace("\x00", "").strip()[:MAX_VALEUR] for item in value or ())
        return list(dict.fromkeys(filter(None, values)))[:MAX_VALEURS]


class TexteFilter(django_filters.Filter):
    field_class = TexteField


class ListeFilter(django_filters.Filter):
    field_class = ListeField


class FichesFilter(django_filters.FilterSet):
    """Read the query string (``data``: QueryDict) of a reader in a territory.

    ``demande`` is what was understood, ``qs`` what was found (``Resultats``: ids in order), ``parametres`` the address
    in its one order, ``inconnus`` what was left aside. ``a``: aware datetime at which places are open or not;
    ``version``: of what is kept in memory, when the request has read it.

    ``filter_queryset`` is not used: filters chained in SQL know neither the words nor the order of the search, cost one
    query each, and would count facets by as many more. The whole request goes to ``chercher`` at once.
    """

    q = TexteFilter(label="Que cherchez-vous ?", help_text="Une structure, un thème, un besoin, un sigle.")
    theme = ListeFilter(label="Thème", help_text="Un onglet apporte ses sous-thèmes.")
    commune = ListeFilter(label="Commune", help_text="Son nom ou son code INSEE.")
    rayon = ListeFilter(label="Autour de", help_text="En kilomètres autour de la première commune.")
    public = ListeFilter(label="Public", help_text="Les fiches ouvertes à tous restent.")
    frais = ListeFilter(label="Coût")
    accueil = ListeFilter(label="Accueil")
    langue = ListeFilter(label="Langue parlée")
    accessibilite = ListeFilter(label="Accessibilité")
    mobilisable = ListeFilter(label="Qui peut solliciter")
    ouvert = ListeFilter(label="Ouvert maintenant", help_text="D’après les horaires de la fiche.")
    sans_attente = ListeFilter(label="Sans attente", help_text="Ni complet, ni sur liste d’attente.")

    class Meta:
        model = Competence
        fields = ()

    # Filters hold nothing of a request: they are not copied for each (0.4 ms), nor is their form's class made anew.
    form_class = None

    def __init__(self, data, *, droits, territoire, vocabulaire, a, version=None):
        self.is_bound = True
        self.data, self.form_prefix, self.request = data, None, None
        self.filters = self.base_filters
        self.droits, self.territoire, self.vocabulaire = droits, territoire, vocabulaire
        self.a, self.version = a, version
        self.inconnus = []
        self.errors  # noqa: B018 - the form is read now: nothing can be asked of it before
        self.cleaned = self.form.cleaned_data

    def get_form_class(self):
        if FichesFilter.form_class is None:
            FichesFilter.form_class = super().get_form_class()
        return FichesFilter.form_class

    @property
    def qs(self):
        return self.resultats

    @cached_property
    def resultats(self):
        return chercher(self.demande, self.droits, self.territoire, self.vocabulaire, self.a, self.version)

    @property
    def texte(self):
        return self.cleaned["q"][:MAX_TEXTE].strip()

    @property
    def texte_coupe(self):
        return len(self.cleaned["q"]) > MAX_TEXTE

    @cached_property
    def choix(self):
        """What each parameter was understood as: {name: values known}, in the order of the address."""
        return {
            "theme": self.keep("theme", {onglet.slug for onglet in self.vocabulaire.themes.values()}),
            "commune": self.read_communes(),
            "rayon": self.keep("rayon", {str(km) for km in RAYONS})[:1],
            "public": self.keep("public", self.vocabulaire.publics),
            "frais": self.keep("frais", Competence.Frais.values),
            "accueil": self.keep("accueil", vocabulaire("modes_accueil")),
            "langue": self.keep("langue", LANGUES),
            "accessibilite": self.keep("accessibilite", FAMILLES_HANDICAP),
            "mobilisable": self.keep("mobilisable", vocabulaire("mobilisable_par")),
            "ouvert": self.read_case("ouvert"),
            "sans_attente": self.read_case("sans_attente"),
        }

    @cached_property
    def themes(self):
        """The chosen Onglets."""
        chosen = self.choix["theme"]
        return [onglet for onglet in self.vocabulaire.themes.values() if onglet.slug in chosen]

    @cached_property
    def champs_du_theme(self):
        """The extra fields by which this reader may filter the chosen themes and their sub-themes."""
        chain = {None, *self.territoire.ancestor_ids}
        partner = bool(self.droits.territoires_partenaires)
        chosen = dict.fromkeys(one for onglet in self.themes for one in (onglet, *onglet.sous_themes))
        return [
            champ
            for onglet in chosen
            for champ in self.vocabulaire.champs.get(onglet.pk, ())
            if champ.filtrable and champ.territoire_id in chain and (partner or not champ.reserve_partenaires)
        ]

    @cached_property
    def champs(self):
        """The values asked of extra fields: {name of the parameter: values}."""
        found = {}
        for name in [name for name in self.data if name.startswith(CHAMP)][:MAX_VALEURS]:
            champs = [champ for champ in self.champs_du_theme if CHAMP + champ.code == name]
            for value in ListeField(required=False).clean(self.data.getlist(name)):
                if any(is_value(champ, value) for champ in champs):
                    found.setdefault(name, []).append(value)
                else:
                    self.inconnus.append(value)
        return found

    @cached_property
    def demande(self):
        choix, champs = self.choix, self.champs
        return Demande(
            texte=self.texte,
            themes=tuple(onglet.pk for onglet in self.themes),
            communes=tuple(choix["commune"]),
            rayon=int(choix["rayon"][0]) if choix["rayon"] and choix["commune"] else 0,
            publics=tuple(choix["public"]),
            frais=tuple(choix["frais"]),
            accueil=tuple(choix["accueil"]),
            langues=tuple(choix["langue"]),
            accessibilite=tuple(choix["accessibilite"]),
            mobilisable=tuple(choix["mobilisable"]),
            ouvert=bool(choix["ouvert"]),
            sans_attente=bool(choix["sans_attente"]),
            champs={
                champ.pk: tuple(champs[CHAMP + champ.code])
                for champ in self.champs_du_theme
                if CHAMP + champ.code in champs
            },
        )

    @cached_property
    def parametres(self):
        """The filters in use, as pairs, in the one order of addresses."""
        pairs = [(name, value) for name, values in self.choix.items() for value in values]
        if not self.demande.communes:
            pairs = [pair for pair in pairs if pair[0] != "rayon"]
        return pairs + [(name, value) for name, values in self.champs.items() for value in values]

    @property
    def actifs(self):
        """How many filters are in use: a distance goes with its commune."""
        return sum(name != "rayon" for name, _ in self.parametres)

    @cached_property
    def remarques(self):
        """What the reader should know of the reading of the address, in sentences."""
        self.demande  # noqa: B018 - reading it fills ``inconnus``
        notes = []
        if self.texte_coupe:
            notes.append(f"Recherche longue : seuls les {MAX_TEXTE} premiers caractères sont lus.")
        if unknown := [f"« {value[:40]} »" for value in dict.fromkeys(self.inconnus)]:
            plural = "s" if len(unknown) > 1 else ""
            told = ", ".join(unknown[:MAX_INCONNUS]) + (", …" if len(unknown) > MAX_INCONNUS else "")
            notes.append(f"Filtre{plural} inconnu{plural}, laissé{plural} de côté : {told}.")
        return notes

    @property
    def page(self):
        """The number of the page asked for; 1 when it is none. The last page is the caller's to know."""
        try:
            return min(max(int(self.data.get("page", "")[:20]), 1), MAX_PAGE)
        except ValueError:
            return 1

    def build_url(self, pairs=None, *, texte=None, page=1):
        """Return the address of a search: these pairs (by default those in use), these words (by default the same)."""
        texte = self.texte if texte is None else texte
        query = [("q", texte)] if texte else []
        query += self.parametres if pairs is None else pairs
        if asked := self.data.get("territoire"):
            query.append(("territoire", asked))
        if page > 1:
            query.append(("page", page))
        return reverse("structures:recherche") + (f"?{urlencode(query)}" if query else "")

    def keep(self, name, known):
        """Return the values of a parameter that are known; the others are noted."""
        values = self.cleaned[name]
        self.inconnus += [value for value in values if value not in known]
        return [value for value in values if value in known]

    def read_case(self, name):
        values = [value.lower() for value in self.cleaned[name]]
        self.inconnus += [value for value in values if value not in OUI | NON]
        return ["1"] if OUI.intersection(values) else []

    def read_communes(self):
        """Return the INSEE codes asked for, by code or by name."""
        values = self.cleaned["commune"]
        codes = {value.upper() for value in values if INSEE.fullmatch(value)}
        names = name_communes(codes) if codes else {}
        found = []
        for value in values:
            code = value.upper() if value.upper() in names else self.find_commune(value)
            if code is None:
                self.inconnus.append(value)
            elif code not in found:
                found.append(code)
        return found

    def find_commune(self, name):
        """Return the INSEE code of the commune of this name; namesakes: the territory's own, then the largest."""
        if not any(letter.isalpha() for letter in name) or INSEE.fullmatch(name):
            return None
        folded = SAINT.sub(r"saint\1", fold(name))
        spellings = {folded, folded.replace(" ", "-")}
        own = {self.droits.territoires[pk].code_officiel for pk in self.territoire.ancestor_ids} - {""}
        rows = Commune.objects.filter(
            Q(nom_plie__in=spellings) | Q(nom_plie__startswith=folded.replace(" ", "-") + "-")
        ).values_list("code", "nom_plie", "epci_id", "departement_id", "population")

        def rank(row):
            code, spelling, epci, departement, population = row
            return spelling in spellings, len(own.intersection((code, epci, departement))), population

        return max(rows, key=rank, default=(None,))[0]


def is_value(champ, value):
    """Tell whether fiches may be filtered by this value of an extra field: a box or a choice, no number, no text."""
    if champ.type == Champ.Type.OUI_NON:
        return value == "oui"
    return champ.type in {Champ.Type.CHOIX, Champ.Type.CHOIX_MULTIPLES} and value in champ.options


def name_communes(codes):
    """Return {INSEE code: name} of the communes that are known; a query for those never met in this process."""
    if missing := [code for code in codes if code not in NOMS_DE_COMMUNES]:
        NOMS_DE_COMMUNES.update(Commune.objects.filter(code__in=missing).values_list("code", "nom"))
    return {code: NOMS_DE_COMMUNES[code] for code in codes if code in NOMS_DE_COMMUNES}
