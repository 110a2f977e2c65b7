"""What a reader is shown of a fiche or a place: labels, hours in words, state at this moment.

Pages and PDFs read these objects; what depends on the reader is decided here, in one place, and is never read from
the models: a confidential address is not in a ``LieuVue`` made for somebody who is not a partner.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError

from structures import horaires
from structures.models import Commune, Competence, Departement, Epci, Lieu, PeriodeExceptionnelle, Statut
from structures.models.lieu import NIVEAUX_ACCESSIBILITE, SOURCES_ACCESSIBILITE
from structures.ouvertures import Ouverture, departement_of, opening_rank, present_ouverture
from structures.referentiels import FAMILLES_HANDICAP, vocabulaire

MESSAGE = PeriodeExceptionnelle.Nature.MESSAGE
MONTH = timedelta(days=30.44)
UPCOMING = timedelta(days=30)


ICONES_HANDICAP = {
    "auditif": "ear",
    "mental": "lightbulb",
    "moteur": "person-wheelchair",
    "visuel": "eye",
}


@dataclass(frozen=True)
class Accessibilite:
    """One family of handicap at one place. ``niveau``: oui, partiel, non, inconnu."""

    code: str
    famille: str
    icone: str
    niveau: str
    libelle: str
    source: str
    precisions: str


@dataclass(frozen=True)
class LieuVue:
    """A place as a reader may see it. ``adresse_cachee``: confidential, and not for this reader."""

    pk: int
    nom: str
    adresse_cachee: bool
    adresse_confidentielle: bool
    adresse: str
    complement_adresse: str
    code_postal: str
    commune: str
    latitude: float | None
    longitude: float | None
    telephone: str
    courriel: str
    acces: str
    accessibilite: tuple
    etat: horaires.EtatOuverture
    ouverture: Ouverture
    horaires: tuple
    annonces: tuple
    precisions: str

    @property
    def adresse_en_ligne(self):
        """The address on one line, empty when hidden or unknown."""
        town = f"{self.code_postal} {self.commune}".strip()
        return ", ".join(part for part in (self.adresse, self.complement_adresse, town) if part)

    @property
    def accessibilite_connue(self):
        return any(famille.niveau != "inconnu" for famille in self.accessibilite)


@dataclass(frozen=True)
class Fraicheur:
    """When a fiche was last confirmed. ``etat``: a-jour, a-verifier (past the period), inconnue (never)."""

    etat: str
    libelle: str
    jour: date | None


@dataclass(frozen=True)
class Disponibilite:
    """Whether one can come now. ``etat``: suspendue, complet, attente, places, or "" when unknown."""

    etat: str
    libelle: str
    precisions: str
    jour: date | None


@dataclass(frozen=True)
class FicheVue:
    """A fiche as a reader may see it, in words."""

    competence: Competence
    titre: str
    url: str
    structure: object
    theme: object
    theme_url: str
    publics: tuple
    langues: tuple
    documents: tuple
    frais: str
    modes_accueil: tuple
    mobilisable_par: tuple
    modes_mobilisation: tuple
    procedure: str
    lien: str
    procedure_reservee: bool
    zone: tuple
    champs: tuple
    champs_reserves: tuple
    lieux: tuple
    contacts: tuple
    disponibilite: Disponibilite
    fraicheur: Fraicheur
    reservee: bool

    @property
    def part_reservee(self):
        """Whether this reader is shown more than what is for everybody: a sheet can then be printed with it."""
        contacts = any(contact.visibilite != "public" for contact in self.contacts)
        procedure = self.procedure_reservee and (self.procedure or self.lien)
        return bool(self.reservee or contacts or procedure or self.champs_reserves)

    @property
    def titre_court(self):
        """The title where the theme is already told: the fiche's own, else the structure's name."""
        return self.competence.nom or self.structure.nom

    @property
    def lieu_principal(self):
        """The place to speak of in a list: an open one first, else the one that opens soonest."""
        return min(self.lieux, key=lambda lieu: opening_rank(lieu.etat), default=None)

    @property
    def ouverture(self):
        return self.lieu_principal.ouverture if self.lieux else None

    @property
    def telephone(self):
        """The number to call for this fiche: see ``find_means``."""
        return self.find_means("telephone")

    @property
    def courriel(self):
        return self.find_means("courriel")

    def find_means(self, name):
        """Return the way to reach this fiche that anybody may use.

        That of its own public contact, else of its first place, else of the structure: never of the place that happens
        to be open, for the number would change with the hour.
        """
        own = [c for c in self.contacts if c.competence_id == self.competence.pk and c.visibilite == "public"]
        found = (getattr(one, name) for one in (*own, *self.lieux[:1], self.structure))
        return next(filter(None, found), "")

    @property
    def sur_orientation(self):
        """Whether a professional has to send people there."""
        return bool(self.mobilisable_par) and "usagers" not in self.mobilisable_par

    @property
    def commune(self):
        """Where it takes place, in lists. A list is read over the shoulder and printed: no confidential place."""
        known = (lieu.commune for lieu in self.lieux if lieu.commune and not lieu.adresse_confidentielle)
        return ", ".join(dict.fromkeys(known))

    @property
    def resume(self):
        """Who may come, in one line for lists."""
        texte = self.competence.publics_precisions.strip()
        if not texte and not self.publics:
            texte = self.competence.conditions_acces.strip()
        return texte.splitlines()[0].lstrip("- ") if texte else ", ".join(self.publics)


def present_lieu(lieu: Lieu, droits, *, now: datetime, permanence=None, competence_id=None) -> LieuVue:
    """Make the LieuVue of a place for a reader.

    ``now``: aware datetime. ``permanence``: the fiche's own hours there. ``competence_id``: exceptional periods of
    other fiches are left out. The place comes with its ``structure`` and ``periodes`` loaded.
    """
    hidden = lieu.adresse_confidentielle and not droits.is_partner_of(lieu.structure)
    departement = departement_of(lieu, droits.territoires)
    hours = permanence.horaires_accueil or lieu.horaires_accueil if permanence else lieu.horaires_accueil
    periodes = [p for p in lieu.periodes.all() if p.competence_id in (None, competence_id)]
    if hidden:
        # What people write about a place can tell where it is: only the days are kept.
        periodes = [
            horaires.Periode(p.debut, p.fin, p.nature, p.horaires, competence_id=p.competence_id)
            for p in periodes
            if p.nature != MESSAGE
        ]
    base = lieu.horaires_accueil if permanence and permanence.horaires_accueil else None
    etat = horaires.etat(hours, a=now, departement=departement, periodes=periodes, base=base)
    today = now.astimezone(horaires.fuseau(departement)).date()
    return LieuVue(
        pk=lieu.pk,
        nom=lieu.nom,
        adresse_cachee=hidden,
        adresse_confidentielle=lieu.adresse_confidentielle,
        adresse="" if hidden else lieu.adresse,
        complement_adresse="" if hidden else lieu.complement_adresse,
        code_postal="" if hidden else lieu.code_postal,
        commune="" if hidden else lieu.commune,
        latitude=None if hidden else lieu.latitude,
        longitude=None if hidden else lieu.longitude,
        telephone=lieu.telephone,
        courriel=lieu.courriel,
        acces="" if hidden else lieu.acces,
        accessibilite=present_accessibilite(lieu.accessibilite),
        etat=etat,
        ouverture=present_ouverture(etat, now),
        horaires=tuple(horaires.en_mots(hours)),
        annonces=tuple(
            announce(p) for p in periodes if (p.fin is None or p.fin >= today) and p.debut <= today + UPCOMING
        ),
        precisions=permanence.precisions if permanence and not hidden else "",
    )


def announce(periode):
    """Say an exceptional period in one sentence: « Fermé du 24 au 31 décembre 2026 : congés »."""
    if periode.nature == MESSAGE:
        return periode.message
    if periode.fin is None:
        when = f"à partir du {format_day(periode.debut)}"
    elif periode.fin == periode.debut:
        when = f"le {format_day(periode.debut)}"
    else:
        when = f"du {format_day(periode.debut)} au {format_day(periode.fin)} inclus"
    if periode.nature == PeriodeExceptionnelle.Nature.FERMETURE:
        said = f"Fermé {when}"
    else:
        hours = " ; ".join(str(ligne) for ligne in horaires.en_mots(periode.horaires))
        said = f"Autres horaires {when} : {hours}"
    return f"{said} ({periode.message})" if periode.message else said


def present_accessibilite(stored):
    """Return the four families in a constant order, unknown ones included: unknown is said, not guessed."""
    families = []
    for code, famille in FAMILLES_HANDICAP.items():
        known = stored.get(code, {})
        source = SOURCES_ACCESSIBILITE.get(known.get("source"), "")
        if day := known.get("verifie_le"):
            source = f"{source} le {format_day(date.fromisoformat(day))}"
        families.append(
            Accessibilite(
                code=code,
                famille=famille,
                icone=ICONES_HANDICAP[code],
                niveau=known.get("niveau") or "inconnu",
                libelle=NIVEAUX_ACCESSIBILITE.get(known.get("niveau"), "non renseigné"),
                source=source,
                precisions=known.get("precisions", ""),
            )
        )
    return tuple(families)


def present_fraicheur(thing, *, months, today) -> Fraicheur:
    """Say when a structure or fiche was last confirmed; past ``months`` it is « à vérifier », never hidden."""
    return say_fraicheur(thing.confirme_le, months, today)


@lru_cache(maxsize=4096)
def say_fraicheur(day: date | None, months, today) -> Fraicheur:
    if day is None:
        return Fraicheur("inconnue", "Jamais confirmée par la structure", None)
    if today - day > months * MONTH:
        return Fraicheur("a-verifier", f"À vérifier : confirmée le {format_day(day)}", day)
    return Fraicheur("a-jour", f"Confirmée le {format_day(day)}", day)


def present_disponibilite(fiche: Competence, today) -> Disponibilite:
    """Say whether the fiche is suspended, full, has a waiting list or places, in words."""
    if fiche.is_suspended(today):
        label = say_suspension(fiche.suspension_fin)
        return Disponibilite("suspendue", label, fiche.suspension_motif, fiche.suspension_debut)
    if not fiche.disponibilite:
        return Disponibilite("", "", "", None)
    label = say_places(fiche.disponibilite, fiche.delai_attente_jours)
    return Disponibilite(fiche.disponibilite, label, fiche.disponibilite_precisions, fiche.disponibilite_le)


def say_suspension(end: date | None):
    return f"Suspendue jusqu’au {format_day(end)} inclus" if end else "Suspendue"


def say_places(disponibilite, days):
    label = Competence.Disponibilite(disponibilite).label
    return f"{label} · environ {format_delay(days)}" if days else label


def present_fiche(
    fiche: Competence, permanences, droits, vocabulaire_territoire, *, now: datetime, contacts=()
) -> FicheVue:
    """Make the FicheVue of a fiche for a reader.

    ``fiche`` comes with ``structure`` and ``theme`` loaded, ``permanences`` with ``lieu__structure`` and
    ``lieu__periodes``; ``contacts`` are those that the reader may see.
    """
    structure = fiche.structure
    partner = droits.is_partner_of(structure)
    places = [permanence for permanence in permanences if is_place_read(permanence.lieu, structure, droits)]
    today = now.astimezone(
        horaires.fuseau(departement_of(places[0].lieu, droits.territoires) if places else "")
    ).date()
    months = droits.territoires[structure.territoire_id].frequence_maj_mois
    reserved = fiche.mobilisation_visibilite != "public"
    theme = vocabulaire_territoire.themes.get(fiche.theme_id, fiche.theme)
    return FicheVue(
        competence=fiche,
        titre=fiche.nom or f"{theme.nom} — {structure.nom}",
        url=fiche.get_absolute_url(),
        structure=structure,
        theme=theme,
        # A theme that the territory hid or retired has no page any more; its fiches keep theirs.
        theme_url=theme.url if fiche.theme_id in vocabulaire_territoire.themes else "",
        publics=tuple(vocabulaire_territoire.publics.get(code, code) for code in fiche.publics),
        langues=labels("langues", fiche.langues),
        documents=labels("documents", fiche.documents),
        frais=fiche.get_frais_display(),
        modes_accueil=labels("modes_accueil", fiche.modes_accueil),
        mobilisable_par=tuple(fiche.mobilisable_par),
        modes_mobilisation=labels("modes_mobilisation", fiche.modes_mobilisation),
        procedure=fiche.mobilisation_precisions if partner or not reserved else "",
        lien=fiche.lien_mobilisation if partner or not reserved else "",
        procedure_reservee=reserved,
        zone=name_territories(tuple(fiche.zone_eligibilite)),
        champs=tuple(present_champs(fiche, vocabulaire_territoire, reserved=False)),
        champs_reserves=tuple(present_champs(fiche, vocabulaire_territoire, reserved=True))
        if partner
        else (),
        lieux=tuple(
            present_lieu(permanence.lieu, droits, now=now, permanence=permanence, competence_id=fiche.pk)
            for permanence in places
        ),
        contacts=tuple(contacts),
        disponibilite=present_disponibilite(fiche, today),
        fraicheur=present_fraicheur(fiche, months=months, today=today),
        reservee=fiche.visibilite != "public",
    )


def is_place_read(lieu, structure, droits):
    """Tell whether a fiche's place is shown: its own, or that of a partner which this reader may read."""
    host = lieu.structure
    own = host.pk == structure.pk
    return own or (host.statut == Statut.PUBLIEE and host.territoire_id in droits.territoires_lus)


def present_champs(fiche, vocabulaire_territoire, *, reserved):
    """Yield (label, value in words) for the theme's own fields that are filled in: public ones, or partners'."""
    for champ in vocabulaire_territoire.champs.get(fiche.theme_id, ()):
        value = fiche.champs.get(champ.code)
        if value in (None, "", []) or champ.reserve_partenaires != reserved or not fits(champ, value):
            continue
        if champ.type == champ.Type.OUI_NON:
            value = "Oui" if value else "Non"
        elif champ.type == champ.Type.CHOIX_MULTIPLES:
            value = ", ".join(value)
        elif champ.type == champ.Type.DATE:
            value = format_day(date.fromisoformat(value))
        elif champ.type == champ.Type.NOMBRE:
            yield champ.libelle, say_number(value, champ.unite)
            continue
        yield champ.libelle, f"{value} {champ.unite}".strip()


def say_number(value, unite):
    """Write a number with its unit; months are years to whoever reads them, from two years on."""
    if unite == "mois" and value >= 24 and value % 12 == 0:
        value, unite = value // 12, "ans"
    return f"{value:g} {unite}".replace(".", ",").strip()


def fits(champ, value):
    """Tell whether a stored value is still of its field's type: a coordinator may have changed the type since."""
    try:
        champ.check_value(value)
    except ValidationError:
        return False
    return True


def labels(name, codes):
    """Return the labels of ``codes`` in a vocabulary; what is not in it is shown as typed."""
    known = vocabulaire(name)
    return tuple(known.get(code, code) for code in codes)


@dataclass(frozen=True)
class StructureVue:
    """A structure as a reader may see it: its fiches, its places, whom to ask for, what partners alone read."""

    structure: object
    url: str
    fiches: tuple
    lieux: tuple
    contacts: tuple
    reseaux: tuple
    attentes: str
    limites: str
    fraicheur: Fraicheur
    partenaire: bool


def present_structure(structure, fiches, lieux, contacts, droits, *, now: datetime) -> StructureVue:
    """Make the StructureVue of a structure for a reader.

    ``fiches``: FicheVue, or Cartes for a page; ``lieux``: Lieu with ``structure`` and ``periodes`` loaded;
    ``contacts``: those that the reader may see.
    """
    partner = droits.is_partner_of(structure)
    months = droits.territoires[structure.territoire_id].frequence_maj_mois
    return StructureVue(
        structure=structure,
        url=structure.get_absolute_url(),
        fiches=tuple(fiches),
        lieux=tuple(present_lieu(lieu, droits, now=now) for lieu in lieux),
        contacts=tuple(contact for contact in contacts if contact.competence_id is None),
        reseaux=labels("reseaux_porteurs", structure.reseaux_porteurs),
        attentes=structure.attentes if partner else "",
        limites=structure.limites if partner else "",
        fraicheur=present_fraicheur(structure, months=months, today=now.date()),
        partenaire=partner,
    )


@lru_cache(maxsize=4096)
def name_territories(codes):
    """Return the names of official territory codes (communes, EPCI, départements, « france »).

    Kept in memory: official names change once a year, with the files that ``charger_geographie`` loads.
    """
    if not codes:
        return ()
    names = {"france": "Toute la France"}
    official = [
        model.objects.order_by().filter(pk__in=codes).values_list("pk", "nom")
        for model in (Commune, Epci, Departement)
    ]
    names |= dict(official[0].union(*official[1:]))
    return tuple(names.get(code, code) for code in codes)


def format_day(day):
    """Write a day as « 1er mars 2026 »."""
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
    return f"{'1er' if day.day == 1 else day.day} {months[day.month - 1]} {day.year}"


def format_delay(days):
    """Write a wait in the unit people use: days to 3 weeks, weeks to 3 months, then months."""
    if days < 21:
        return f"{days} jour{'s' if days > 1 else ''}"
    if days < 90:
        return f"{round(days / 7)} semaines"
    return f"{round(days / 30.44)} mois"
