"""The rows of the generated structures: places, fiches, contacts, all drawn by one generator."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from math import cos, radians, sqrt

from django.utils.text import slugify
from stdnum import luhn

from structures.models import Champ, Competence, Contact, Lieu, PeriodeExceptionnelle, Permanence, Structure
from structures.referentiels import DOCUMENTS, FAMILLES_HANDICAP, LANGUES
from structures.texte import fold

SOURCE = "generation"
BATCH = 500  # structures at a time: memory stays that of a few thousand rows
PHONE_RANGES = ("+3346571", "+3319900", "+3326191", "+3335301", "+3353649", "+3363998")
KM_PER_DEGREE = 111.2


@dataclass
class Lot:
    """The rows of a few structures, in the order in which they are to be written."""

    structures: list = field(default_factory=list)
    lieux: list = field(default_factory=list)
    competences: list = field(default_factory=list)
    permanences: list = field(default_factory=list)
    contacts: list = field(default_factory=list)
    periodes: list = field(default_factory=list)

    def write(self):
        for model, rows in (
            (Structure, self.structures),
            (Lieu, self.lieux),
            (Competence, self.competences),
            (Permanence, self.permanences),
            (Contact, self.contacts),
            (PeriodeExceptionnelle, self.periodes),
        ):
            model.objects.bulk_create(rows, batch_size=BATCH)


def make_slug(nom):
    """« Garde d’enfants » → « garde-d-enfants »."""
    return slugify(fold(nom).replace("'", " "))


def make_unique(slug, taken, max_length):
    """Return ``slug``, cut to length and numbered when it is already in ``taken``, and add it there."""
    slug = slug[:max_length].rstrip("-")
    found, number = slug, 2
    while found in taken:
        suffix = f"-{number}"
        found, number = slug[: max_length - len(suffix)].rstrip("-") + suffix, number + 1
    taken.add(found)
    return found


class Fabrique:
    """Makes structures one after the other, with all that hangs on them."""

    def __init__(self, plume, terrain, themes, slug, jour, seed):
        self.plume, self.terrain, self.themes = plume, terrain, themes
        self.slug, self.jour, self.seed = slug, jour, seed
        self.rng = plume.rng
        self.lexique = plume.lexique
        self.cumulated = list(accumulate(genre["poids"] for genre in self.lexique.genres))
        self.slugs = set(Structure.objects.values_list("slug", flat=True))
        self.noms = set()
        self.per_territoire = Counter()
        self.uncovered = set(themes)
        self.made = 0
        self.expected = self.list_expected()

    def list_expected(self):
        """Return what is made first: what every département has, then one kind for each theme left over.

        A répertoire of 60 fiches thus has them all.
        """
        expected = [genre for genre in self.lexique.genres if genre["niveau"] == "departement"]
        for slug in self.themes:
            if not any(slug in genre["themes"] for genre in expected):
                expected.append(
                    next(genre for genre in reversed(self.lexique.genres) if slug in genre["themes"][:3])
                )
        return expected

    def add_structure(self, lot, remaining):
        """Add a structure to ``lot`` with at most ``remaining`` fiches; return how many it has."""
        genre, territoire, communes = self.choose_genre()
        commune = self.rng.choices(communes, weights=[c.population + 50 for c in communes])[0]
        self.plume.settle(commune.nom, commune.epci.nom)
        self.made += 1
        structure = self.make_structure(genre, territoire)
        lot.structures.append(structure)
        lieux = [
            self.make_lieu(lot, structure, genre, self.rng.choice(communes) if rank else commune, rank)
            for rank in range(self.plume.between(*genre["lieux"]))
        ]
        lot.lieux += lieux
        slugs = self.choose_themes(genre)[:remaining]
        for slug in slugs:
            self.add_fiche(lot, structure, genre, slug, lieux)
        for _ in range(self.plume.between(1, 2)):
            lot.contacts.append(self.make_contact(structure, genre))
        return len(slugs)

    def choose_genre(self):
        while True:
            drawn = self.rng.choices(self.lexique.genres, cum_weights=self.cumulated)[0]
            genre = self.expected.pop(0) if self.expected else drawn
            territoire, communes = self.terrain.draw(self.rng, genre["niveau"])
            key = genre["cle"], territoire.pk
            if not genre["max"] or self.per_territoire[key] < genre["max"]:
                self.per_territoire[key] += 1
                return genre, territoire, communes

    def choose_themes(self, genre):
        """Draw the themes of a structure: those that nobody has yet first, then the most usual of its kind."""
        count = self.plume.between(*genre["fiches"])
        ranked = sorted(
            range(len(genre["themes"])),
            key=lambda rank: (
                genre["themes"][rank] not in self.uncovered,
                self.rng.random() * (1 + 0.6 * rank),
            ),
        )
        chosen = [genre["themes"][rank] for rank in ranked[:count]]
        self.uncovered -= set(chosen)
        return chosen

    def make_nom(self, genre, territoire):
        nom = self.plume.draw_one(genre["noms"])
        while (territoire.pk, nom) in self.noms:
            nom = f"{self.plume.draw_one(genre['noms'])} – {self.plume.draw_dit()}"
        self.noms.add((territoire.pk, nom))
        return nom

    def make_structure(self, genre, territoire):
        plume, chance = self.plume, self.plume.chance
        nom = self.make_nom(genre, territoire)
        slug = make_unique(make_slug(nom), self.slugs, 120)
        domain = f"{slug[:60].strip('-')}.example.org"
        general = self.lexique.general
        confirmed = self.days_ago(900) if chance(0.8) else None
        presentation = [
            plume.draw_one(genre["presentation"]),
            *plume.draw_some(general["presentation"], 1, 3),
        ]
        return Structure(
            territoire=territoire,
            nom=nom,
            slug=slug,
            description=" ".join(presentation),
            siret=self.make_siret() if chance(0.4) else "",
            reseaux_porteurs=list(genre["reseaux"]),
            telephone=self.make_telephone() if chance(0.95) else "",
            courriel=f"accueil@{domain}" if chance(0.85) else "",
            site_web=f"https://{domain}/" if chance(0.6) else "",
            attentes=" ".join(plume.draw_some(general["attentes"], 1, 3)) if chance(0.6) else "",
            limites=" ".join(plume.draw_some(general["limites"], 1, 2)) if chance(0.6) else "",
            charte_signee_le=self.days_ago(1500) if chance(0.55) else None,
            statut=plume.pick(("publiee",) * 48 + ("brouillon", "archivee")),
            date_maj=confirmed or self.days_ago(1200),
            confirme_le=confirmed,
            source=SOURCE,
            source_id=f"{self.slug}-{self.made}",
        )

    def make_siret(self):
        # A SIREN never begins with 000: these have right keys and belong to nobody.
        siren = f"000{self.plume.between(0, 99_999):05d}"
        siren += luhn.calc_check_digit(siren)
        digits = f"{siren}{self.plume.between(1, 99):04d}"
        return digits + luhn.calc_check_digit(digits)

    def make_telephone(self):
        return f"{self.plume.pick(PHONE_RANGES)}{self.plume.between(0, 9999):04d}"

    def days_ago(self, most):
        """Draw a day within the last ``most`` days, recent ones more often."""
        return self.jour - timedelta(days=int(most * self.rng.random() ** 2))

    def days_ahead(self, low, high):
        return self.jour + timedelta(days=self.plume.between(low, high))

    def make_lieu(self, lot, structure, genre, commune, rank):
        plume, chance = self.plume, self.plume.chance
        codes = sorted(code.code for code in commune.codes_postaux.all())
        latitude, longitude = self.draw_position(commune)
        lieu = Lieu(
            structure=structure,
            nom=f"Site {rank + 1} – {plume.draw_dit()}"
            if rank
            else plume.pick(("Accueil", "Siège", "Accueil principal")),
            principal=not rank,
            adresse_confidentielle=chance(genre.get("confidentiel", 0)),
            adresse=plume.draw_adresse(),
            complement_adresse=plume.draw_one(self.lexique.general["complement"]) if chance(0.2) else "",
            code_postal=plume.pick(codes) if codes else "",
            commune=commune.nom,
            code_insee=commune.code,
            latitude=latitude,
            longitude=longitude,
            telephone=self.make_telephone() if chance(0.3) else "",
            horaires_accueil=self.draw_horaires(genre) if chance(0.88) else "",
            acces=plume.draw_one(self.lexique.general["acces"]) if chance(0.6) else "",
            accessibilite=self.draw_accessibilite() if chance(0.6) else {},
        )
        if chance(0.15):
            lot.periodes.append(self.make_periode(lieu))
        return lieu

    def draw_position(self, commune):
        """Return a point around the commune, further in a large one; None, None when its position is not known."""
        if commune.latitude is None:
            return None, None
        reach = min(0.4 + sqrt(commune.population) / 90, 6)  # km
        east, north = (self.rng.random() * 2 - 1) * reach, (self.rng.random() * 2 - 1) * reach
        shift = east / (KM_PER_DEGREE * cos(radians(commune.latitude)))
        return round(commune.latitude + north / KM_PER_DEGREE, 5), round(commune.longitude + shift, 5)

    def draw_horaires(self, genre):
        return self.plume.pick(self.lexique.horaires[self.plume.pick(genre["horaires"])])

    def draw_accessibilite(self):
        found = {}
        for famille in self.plume.some(list(FAMILLES_HANDICAP), 1, 4):
            source = self.plume.pick(("declaration", "declaration", "visite", "label"))
            found[famille] = {"niveau": self.plume.pick(("oui", "oui", "partiel", "non")), "source": source}
            if source == "visite":
                found[famille]["verifie_le"] = self.days_ago(1500).isoformat()
        return found

    def make_periode(self, lieu):
        debut = self.days_ahead(-20, 60)
        nature = self.plume.pick(("fermeture", "fermeture", "fermeture", "message", "horaires"))
        textes = self.lexique.general["message" if nature == "message" else "fermeture"]
        return PeriodeExceptionnelle(
            lieu=lieu,
            nature=nature,
            debut=debut,
            fin=debut + timedelta(days=self.plume.between(0, 21)) if self.plume.chance(0.9) else None,
            horaires="Mo-Fr 09:00-12:00; PH off" if nature == "horaires" else "",
            message=self.plume.draw_one(textes),
        )

    def make_contact(self, structure, genre, competence=None):
        plume = self.plume
        fonction = plume.pick(genre["fonctions"])
        courriel = f"{make_slug(fonction)}@{structure.slug[:60].strip('-')}.example.org"
        telephone = self.make_telephone() if plume.chance(0.8) else ""
        return Contact(
            structure=structure,
            competence=competence,
            nom=plume.draw_person() if plume.chance(0.5) else "",
            fonction=fonction,
            telephone=telephone,
            courriel=courriel if not telephone or plume.chance(0.4) else "",
            visibilite=plume.pick(("public",) * 9 + ("partenaires",) * 9 + ("coordination",) * 2),
        )

    def add_fiche(self, lot, structure, genre, slug, lieux):
        competence = self.make_competence(structure, slug)
        lot.competences.append(competence)
        for rank, lieu in enumerate(self.plume.some(lieux, 1, 2)):
            own = self.plume.chance(0.35)
            precisions = self.lexique.general["permanence"]
            lot.permanences.append(
                Permanence(
                    competence=competence,
                    lieu=lieu,
                    horaires_accueil=self.plume.pick(self.lexique.horaires["permanence"]) if own else "",
                    precisions=self.plume.draw_one(precisions) if own and self.plume.chance(0.6) else "",
                    ordre=(rank + 1) * 10,
                )
            )
        if self.plume.chance(0.3):
            lot.contacts.append(self.make_contact(structure, genre, competence))

    def make_competence(self, structure, slug):
        plume, chance = self.plume, self.plume.chance
        theme, champs = self.themes[slug]
        confirmed = self.days_ago(900) if chance(0.85) else None
        competence = Competence(
            structure=structure,
            theme=theme,
            visibilite="partenaires" if chance(0.06) else "public",
            statut=plume.pick(("publiee",) * 48 + ("brouillon", "archivee")),
            publics=plume.some(self.lexique.publics[slug], 0, 2),
            documents=plume.some(list(DOCUMENTS), 0, 5),
            langues=["fr", *plume.some(list(LANGUES)[1:16], 0, 3)] if chance(0.6) else [],
            modes_accueil=plume.pick(
                ([], ["en-presentiel"], ["en-presentiel"], ["en-presentiel", "a-distance"])
            ),
            zone_eligibilite=[structure.territoire.code_officiel] if chance(0.85) else [],
            champs=self.draw_champs(champs, f"{structure.source_id}-{slug}"),
            date_maj=confirmed or self.days_ago(1200),
            confirme_le=confirmed,
            source=SOURCE,
            source_id=f"{structure.source_id}-{slug}",
        )
        self.write_textes(competence, slug)
        self.write_mobilisation(competence, structure)
        self.write_disponibilite(competence)
        return competence

    def write_textes(self, competence, slug):
        plume, own, general = self.plume, self.lexique.themes[slug], self.lexique.general
        brief = plume.chance(0.3)  # as many fiches are: a few lines
        competence.objectifs = " ".join(plume.draw_some(own["objectifs"], 1, 1 if brief else 3))
        if not brief or plume.chance(0.5):
            competence.publics_precisions = " ".join(plume.draw_some(own["publics"], 1, 1 if brief else 2))
        conditions = plume.draw_some(own["conditions"], 1, 2)
        conditions += plume.draw_some(general["conditions"], 0, 0 if brief else 2)
        competence.conditions_acces = (
            "\n".join(f"- {line}" for line in conditions) if plume.chance(0.4) else " ".join(conditions)
        )
        steps = plume.draw_some(own["deroulement"], 1, 1 if brief else 3)
        steps += plume.draw_some(general["deroulement"], 0, 1 if brief else 4)
        competence.deroulement = " ".join(steps)
        competence.frais = plume.pick(("gratuit",) * 7 + ("payant",) * 2 + ("",))
        if competence.frais == "payant":
            competence.frais_precisions = plume.draw_one(general["frais"])

    def write_mobilisation(self, competence, structure):
        plume, chance, general = self.plume, self.plume.chance, self.lexique.general
        competence.mobilisable_par = plume.pick(
            (["usagers", "professionnels"],) * 3 + (["professionnels"], ["usagers"], [])
        )
        competence.modes_mobilisation = plume.some(
            ["envoyer-un-courriel", "se-presenter", "telephoner"], 0, 3
        )
        if chance(0.1):
            competence.modes_mobilisation.append("utiliser-lien-mobilisation")
            competence.lien_mobilisation = f"https://orientation.example.org/{structure.slug}"
        if "professionnels" in competence.mobilisable_par:
            competence.mobilisation_precisions = " ".join(plume.draw_some(general["mobilisation"], 1, 3))
        if "usagers" in competence.mobilisable_par:
            competence.venir_precisions = " ".join(plume.draw_some(general["venir"], 1, 2))
        competence.mobilisation_visibilite = "partenaires" if chance(0.4) else "public"

    def write_disponibilite(self, competence):
        plume, chance = self.plume, self.plume.chance
        competence.disponibilite = plume.pick(
            ("",) * 10 + ("places",) * 5 + ("attente",) * 4 + ("complet",) * 2
        )
        if competence.disponibilite:
            competence.disponibilite_le = self.days_ago(200)
        if competence.disponibilite == "attente":
            competence.delai_attente_jours = plume.between(1, 30) * 7
        if competence.disponibilite in {"attente", "complet"} and chance(0.5):
            competence.disponibilite_precisions = plume.draw_one(self.lexique.general["attente"])
        if chance(0.03):
            competence.suspension_debut = self.days_ahead(-60, 30)
            competence.suspension_fin = competence.suspension_debut + timedelta(days=plume.between(10, 120))
            competence.suspension_motif = plume.draw_one(self.lexique.general["suspension"])
        if chance(0.06):
            competence.debut = self.days_ahead(-700, 40)
            competence.fin = (
                competence.debut + timedelta(days=plume.between(30, 1200)) if chance(0.7) else None
            )

    def draw_champs(self, champs, key):
        """Return values for the fields of a theme.

        From a generator of their own: a field added to a theme changes nothing else of the territory.
        """
        plume = self.plume.fork(random.Random(f"{self.seed}-{key}"))  # noqa: S311 - plausible data, not secrets
        return {champ.code: draw_champ(plume, champ) for champ in champs if plume.chance(0.6)}


def draw_champ(plume, champ):
    types = Champ.Type
    usual = plume.lexique.champs.get(champ.code)
    match champ.type:
        case types.OUI_NON:
            return plume.chance(0.5)
        case types.NOMBRE:
            return plume.between(*(usual if isinstance(usual, list) else (1, 30)))
        case types.CHOIX:
            return plume.pick(champ.options)
        case types.CHOIX_MULTIPLES:
            return plume.some(champ.options, 1, 3)
        case types.DATE:
            return date(plume.between(2015, 2025), plume.between(1, 12), 1).isoformat()
        case _:
            return plume.draw(usual) if isinstance(usual, tuple) else "Sur demande"
