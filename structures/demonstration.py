"""The demo territory: reads ``fixtures/caluire`` (see ``Chargement`` for what happens on a second run).

A structure is loaded as a whole, with its places, fiches, contacts: when somebody changed any of them, the whole
structure is left as it is. What leaves the files is removed, structure by structure.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from structures.champs import TelephoneField
from structures.chargement import (
    DOSSIER_COMMUN,
    Chargement,
    broken_relations,
    created_ids,
    find,
    foreign_changes,
    load_publics,
    load_sigles,
    load_vocabulaire_commun,
    read_key,
    remove_gone,
)
from structures.models import (
    Annexe,
    Competence,
    Contact,
    Coordination,
    Lieu,
    Membre,
    PeriodeExceptionnelle,
    Permanence,
    Structure,
    Territoire,
    Theme,
    User,
)
from structures.recherche.indexation import together
from structures.referentiels import DOCUMENTS

DOSSIER = DOSSIER_COMMUN / "caluire"
RAISON = "Démonstration"
DOMAINE_COMPTES = "@repertoire.example.org"  # the accounts of the demo, and no other, live there

# Ranges that Arcep keeps for fiction (décision 2018-0881): nobody is rung up by a demo.
FICTION = re.compile(r"^\+33(46571|19900|63998)\d{4}$")
PHONE_IN_TEXT = re.compile(r"(?<!\d)(?:\+33[ .]?|0)[1-9](?:[ .\u00a0\u202f]?\d{2}){4}(?!\d)")
EMAIL_IN_TEXT = re.compile(r"(?<![\w.+-])[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
URL_IN_TEXT = re.compile(r"https?://[^\s»)]+")
CODE_LIKE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")


@dataclass
class Ligne:
    """A row of a structure's file: its natural key there, and the rows that it refers to, by key."""

    cle: tuple
    row: dict
    endroit: object
    liens: dict = field(default_factory=dict)


# What a structure's file holds, parents first, with what is read elsewhere than in the fields of the row.
GENRES = {
    "lieu": (Lieu, {"periode"}),
    "fiche": (Competence, {"theme", "permanence"}),
    "permanence": (Permanence, {"lieu"}),
    "periode": (PeriodeExceptionnelle, {"fiche"}),
    "contact": (Contact, {"fiche"}),
}


def load_demonstration(jour, dossier=DOSSIER, commun=DOSSIER_COMMUN, remettre=False):
    """Load the vocabulary and the demo territory as of the day ``jour``, in one transaction.

    Returns the Chargement (what was done). Raises ChargementError, nothing being loaded, when a row is at fault.
    """
    chargement = Chargement(jour, remettre)
    with together():
        load_vocabulaire_commun(chargement, commun)
        territoires = load_territoires(chargement, dossier / "territoires.toml")
        load_publics(chargement, dossier / "publics.toml", RAISON, territoires)
        load_sigles(chargement, dossier / "sigles.toml", RAISON, territoires)
        Structures(chargement, territoires).load(sorted((dossier / "structures").glob("*.toml")))
        load_annexes(chargement, dossier / "annexes.toml", territoires)
        load_comptes(chargement, dossier / "comptes.toml", territoires)
        chargement.close()
    return chargement


def load_territoires(chargement, path):
    """Load the territories (a parent comes before its children in the file). Returns them by slug."""
    data, endroit = chargement.read(path)
    chargement.expect(data, {"territoire"}, endroit)
    changed, stored = foreign_changes(Territoire, RAISON), {t.slug: t for t in Territoire.objects.all()}
    found = {}
    for row in chargement.rows(data, "territoire", endroit):
        slug = read_key(row, "slug")
        here = endroit.sub(f"territoire {slug}")
        if slug in found:
            chargement.refuse(here, "slug", "ce territoire est écrit deux fois.")
            continue
        check_fiction(chargement, row, here)
        parent = None
        if row.get("parent") not in (None, ""):
            parent = find(found, row["parent"], chargement, here, "parent", "un territoire écrit plus haut")
        territoire = found[slug] = stored.get(slug) or Territoire()
        values = chargement.values(Territoire, row, here, {"parent"}) | {"parent": parent}
        if not chargement.is_left_alone(territoire, changed, here):
            chargement.write(territoire, values, here, RAISON, broken_relations(parent=parent))
    return found


def load_annexes(chargement, path, territoires):
    """Load the structures of neighbouring territories."""
    data, endroit = chargement.read(path)
    chargement.expect(data, {"annexe"}, endroit)
    themes, changed, kept = {t.slug: t for t in Theme.objects.all()}, foreign_changes(Annexe, RAISON), set()
    for row in chargement.rows(data, "annexe", endroit):
        nom = read_key(row, "nom")
        here = endroit.sub(f"annexe {nom}")
        check_fiction(chargement, row, here)
        territoire = find(
            territoires, row.get("territoire"), chargement, here, "territoire", "un territoire connu"
        )
        slugs = chargement.texts(row, "themes", here)
        wanted = [find(themes, slug, chargement, here, "themes", "un thème") for slug in slugs]
        if not wanted:
            chargement.refuse(here, "themes", "une annexe se range sous un thème au moins.")
        if territoire is None or None in wanted:
            continue
        annexe = Annexe()
        if territoire.pk:
            annexe = Annexe.objects.filter(territoire=territoire, nom=nom).first() or annexe
        if annexe.pk in kept:
            chargement.refuse(here, "nom", "cette annexe est écrite deux fois.")
        values = chargement.values(Annexe, row, here, {"territoire", "themes"}) | {"territoire": territoire}
        if not chargement.is_left_alone(annexe, changed, here):
            sound = chargement.write(annexe, values, here, RAISON, broken_relations(territoire=territoire))
            if sound and set(annexe.themes.all()) != set(wanted):
                annexe.themes.set(wanted)
        if annexe.pk:
            kept.add(annexe.pk)
    remove_gone(chargement, Annexe, RAISON, kept)


class Structures:
    """Loads the files of structures: one each, all with the same day, territories and themes."""

    def __init__(self, chargement, territoires):
        self.chargement, self.territoires = chargement, territoires
        self.themes = {theme.slug: theme for theme in Theme.objects.prefetch_related("champs")}
        self.stored = {structure.slug: structure for structure in Structure.objects.all()}
        self.ours, self.changed = created_ids(Structure, RAISON), changed_structures()
        self.phones = {}

    def load(self, paths):
        self.remove_gone({path.stem for path in paths})
        for path in paths:
            data, endroit = self.chargement.read(path)
            if data:
                self.load_one(path.stem, data, endroit)

    def remove_gone(self, kept):
        for slug, structure in self.stored.items():
            mine = structure.pk in self.ours and (
                self.chargement.remettre or structure.pk not in self.changed
            )
            if mine and slug not in kept:
                self.chargement.remove(structure, RAISON)

    def load_one(self, slug, data, endroit):
        chargement, row = self.chargement, data.get("structure")
        if not isinstance(row, dict):
            chargement.refuse(endroit, "structure", "le bloc [structure] manque.")
            return
        here = endroit.sub(f"structure {read_key(row, 'slug', slug)}")
        chargement.expect(data, {"structure", "lieu", "contact", "fiche"}, endroit)
        if row.get("slug") != slug:
            chargement.refuse(here, "slug", f"le slug est le nom du fichier : « {slug} ».")
        structure = self.stored.get(slug) or Structure()
        if structure.pk and structure.pk not in self.ours:
            chargement.laisses.append(str(here))
            return
        if chargement.is_left_alone(structure, self.changed, here):
            return
        self.check_contacts_in_texts(data, here)
        territoire = find(
            self.territoires, row.get("territoire"), chargement, here, "territoire", "un territoire connu"
        )
        values = chargement.values(Structure, row, here, {"territoire"}) | {"territoire": territoire}
        broken = ["territoire"] if territoire is None else broken_relations(territoire=territoire)
        chargement.write(structure, values, here, RAISON, broken)
        self.load_parts(structure, data, here)

    def load_parts(self, structure, data, endroit):
        """Load what a structure's file holds beside its identity: first remove, children first; then write."""
        lignes = self.read_lignes(data, endroit)
        stored = stored_parts(structure) if structure.pk else {genre: {} for genre in GENRES}
        gone = [
            stored[genre][cle]
            for genre in reversed(GENRES)
            for cle in stored[genre].keys() - {ligne.cle for ligne in lignes[genre]}
        ]
        for part in gone:
            self.chargement.remove(part, RAISON)
        if gone:
            stored = stored_parts(structure)  # a fiche takes with it contacts that the file still names
        written = {genre: {} for genre in GENRES}
        for genre in GENRES:
            # The main place last: it may take the role over from another one.
            for ligne in sorted(lignes[genre], key=lambda ligne: ligne.row.get("principal") is True):
                if ligne.cle in written[genre]:
                    self.chargement.refuse(ligne.endroit, "", "ce bloc est écrit deux fois.")
                    continue
                part = stored[genre].get(ligne.cle)
                written[genre][ligne.cle] = self.write_part(genre, part, ligne, structure, written)

    def write_part(self, genre, part, ligne, structure, written):
        """Check and save one row; returns it, saved or not."""
        chargement, (model, others) = self.chargement, GENRES[genre]
        part = part or model()
        values, broken = chargement.values(model, ligne.row, ligne.endroit, others), []
        if genre in {"lieu", "fiche", "contact"}:
            values["structure"] = structure
        if genre == "fiche":
            values["theme"] = find(
                self.themes, ligne.row.get("theme"), chargement, ligne.endroit, "theme", "un thème"
            )
            if values["theme"] is None:
                del values["theme"]
                broken.append("theme")
            self.check_documents(ligne)
        for champ, (target, cle) in ligne.liens.items():
            name = "fiche" if champ == "competence" else champ
            what = (
                "un lieu de cette structure"
                if target == "lieu"
                else "le thème d’une fiche de cette structure"
            )
            names = {key[0]: value for key, value in written[target].items()}
            given = cle not in (None, "")
            values[champ] = find(names, cle, chargement, ligne.endroit, name, what) if given else None
            if given and values[champ] is None:
                del values[champ]
                broken.append(champ)
        targets = {name: values.get(name) for name in ("structure", "lieu", "competence")}
        chargement.write(part, values, ligne.endroit, RAISON, [*broken, *broken_relations(**targets)])
        return part

    def read_lignes(self, data, endroit):
        """Return the rows of a structure's file, by kind, with their keys."""
        read, lignes = self.chargement.rows, {genre: [] for genre in GENRES}
        for rang, row in enumerate(read(data, "lieu", endroit), start=1):
            nom = read_key(row, "nom")
            here = endroit.sub(f"lieu {nom}")
            lignes["lieu"].append(Ligne((nom,), {"ordre": rang * 10} | row, here))
            natures = {}
            for periode in read(row, "periode", here):
                base = nom, read_key(periode, "fiche", ""), read_key(periode, "nature", "fermeture")
                natures[base] = natures.get(base, 0) + 1
                liens = {"lieu": ("lieu", nom), "competence": ("fiche", periode.get("fiche"))}
                place = here.sub(f"période {base[2]} {natures[base]}")
                lignes["periode"].append(Ligne((*base, natures[base]), periode, place, liens))
        for row in read(data, "fiche", endroit):
            theme = read_key(row, "theme")
            here = endroit.sub(f"fiche {theme}")
            lignes["fiche"].append(Ligne((theme,), row, here))
            for rang, permanence in enumerate(read(row, "permanence", here), start=1):
                lieu = read_key(permanence, "lieu")
                liens = {"lieu": ("lieu", lieu), "competence": ("fiche", theme)}
                place = here.sub(f"permanence {lieu}")
                lignes["permanence"].append(
                    Ligne((theme, lieu), {"ordre": rang * 10} | permanence, place, liens)
                )
        for rang, row in enumerate(read(data, "contact", endroit), start=1):
            here = endroit.sub(f"contact {row.get('nom') or row.get('fonction') or '?'}")
            cle = tuple(read_key(row, name, "") for name in ("fiche", "nom", "fonction"))
            cle += (read_key(row, "visibilite", "partenaires"),)
            liens = {"competence": ("fiche", row.get("fiche"))}
            lignes["contact"].append(Ligne(cle, {"ordre": rang * 10} | row, here, liens))
        return lignes

    def check_documents(self, ligne):
        """Refuse a word that looks like a code but is none: free text is allowed, so the model cannot tell."""
        documents = ligne.row.get("documents", [])
        for item in documents if isinstance(documents, list) else []:
            if isinstance(item, str) and CODE_LIKE.match(item) and item not in DOCUMENTS:
                find(
                    DOCUMENTS,
                    item,
                    self.chargement,
                    ligne.endroit,
                    "documents",
                    "un document de la liste commune",
                )

    def check_contacts_in_texts(self, data, endroit):
        """Refuse real phones, e-mails and sites, and a number that another structure has already."""
        for number in check_fiction(self.chargement, data, endroit):
            owner = self.phones.setdefault(number, endroit.fichier)
            if owner != endroit.fichier:
                self.chargement.refuse(endroit, "telephone", f"le numéro {number} est déjà dans {owner}.")


def stored_parts(structure):
    """Return what a structure holds, by kind and by the key that its file would give."""
    lieux = {lieu.pk: lieu for lieu in structure.lieux.all()}
    fiches = {fiche.pk: fiche for fiche in structure.competences.select_related("theme")}
    slugs = {None: ""} | {pk: fiche.theme.slug for pk, fiche in fiches.items()}
    periodes, ranks = {}, {}
    for periode in PeriodeExceptionnelle.objects.filter(lieu__in=lieux).order_by("pk"):
        base = (lieux[periode.lieu_id].nom, slugs[periode.competence_id], periode.nature)
        ranks[base] = ranks.get(base, 0) + 1
        periodes[*base, ranks[base]] = periode
    return {
        "lieu": {(lieu.nom,): lieu for lieu in lieux.values()},
        "fiche": {(fiche.theme.slug,): fiche for fiche in fiches.values()},
        "permanence": {
            (slugs[permanence.competence_id], lieux[permanence.lieu_id].nom): permanence
            for permanence in Permanence.objects.filter(competence__in=fiches)
        },
        "periode": periodes,
        "contact": {
            (slugs[contact.competence_id], contact.nom, contact.fonction, contact.visibilite): contact
            for contact in structure.contacts.all()
        },
    }


def changed_structures():
    """Return the ids of the structures of which somebody changed anything since the loading."""
    found = foreign_changes(Structure, RAISON)
    for model in (Lieu, Competence, Contact):
        found |= foreign_changes(model, RAISON, "structure_id")
    fiches = foreign_changes(Permanence, RAISON, "competence_id")
    lieux = foreign_changes(PeriodeExceptionnelle, RAISON, "lieu_id")
    found |= set(Competence.objects.filter(pk__in=fiches).values_list("structure_id", flat=True))
    return found | set(Lieu.objects.filter(pk__in=lieux).values_list("structure_id", flat=True))


def texts_of(value, key=""):
    """Yield every text of nested tables, each with the name of its field."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts_of(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, key)


def check_fiction(chargement, row, endroit):
    """Refuse what could reach somebody real. Returns the phone numbers of ``row``, as stored."""
    numbers = set()
    for key, text in texts_of(row):
        for found in [text] if key == "telephone" and text else PHONE_IN_TEXT.findall(text):
            number = TelephoneField().to_python(found)
            numbers.add(number)
            if not FICTION.match(number):
                phrase = (
                    f"« {found} » n’est pas un numéro réservé à la fiction (04 65 71, 01 99 00, 06 39 98)."
                )
                chargement.refuse(endroit, key, phrase)
        for domain in EMAIL_IN_TEXT.findall(text):
            if not is_example(domain):
                chargement.refuse(endroit, key, f"« @{domain} » n’est pas sous example.org.")
        for url in URL_IN_TEXT.findall(text):
            if not is_example(read_host(url)):
                chargement.refuse(endroit, key, f"« {url} » n’est pas sous example.org.")
    return numbers


def read_host(url):
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # « https://[ »
        return ""


def is_example(domain):
    return domain == "example.org" or domain.endswith(".example.org")


def load_comptes(chargement, path, territoires):
    """Load one account per persona; those of the demo that left the file are removed."""
    data, endroit = chargement.read(path)
    chargement.expect(data, {"mot_de_passe", "compte"}, endroit)
    # A structure whose own file is at fault is known, though not loaded: it is not told a second time here.
    structures = {path.stem: None for path in (path.parent / "structures").glob("*.toml")}
    structures |= {structure.slug: structure for structure in Structure.objects.all()}
    kept = set()
    for row in chargement.rows(data, "compte", endroit):
        email = read_key(row, "email", "")
        here = endroit.sub(f"compte {email or '?'}")
        chargement.expect(row, {"persona", "email", "prenom", "nom", "admin", "coordonne", "membre"}, here)
        if not email.endswith(DOMAINE_COMPTES) or email in kept:
            chargement.refuse(here, "email", f"chaque compte a une adresse à lui, en {DOMAINE_COMPTES}.")
            continue
        kept.add(email)
        user = write_user(chargement, row, read_key(data, "mot_de_passe", ""), here)
        write_coordinations(chargement, user, chargement.texts(row, "coordonne", here), territoires, here)
        write_membres(chargement, user, chargement.rows(row, "membre", here), structures, here)
    for user in User.objects.filter(email__endswith=DOMAINE_COMPTES).exclude(email__in=kept):
        chargement.remove(user, RAISON)


def write_user(chargement, row, password, endroit):
    """Check and save an account with its verified address; its password is that of the file again."""
    admin = row.get("admin", False)
    if not isinstance(admin, bool):
        chargement.refuse(endroit, "admin", "on attend true ou false, sans guillemets.")
        admin = False
    values = {
        "email": row["email"],
        "prenom": row.get("prenom", ""),
        "nom": row.get("nom", ""),
        "is_active": True,
    }
    values |= {"is_staff": admin, "is_superuser": admin}
    user = User.objects.filter(email=row["email"]).first() or User()
    if not (user.pk and user.check_password(password)):
        fresh = User(**values)
        try:
            validate_password(password, fresh)
        except ValidationError as error:
            chargement.refuse(endroit, "mot_de_passe", " ".join(error.messages))
        fresh.set_password(password)
        values["password"] = fresh.password
    if chargement.write(user, values, endroit, RAISON):
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    return user


def write_coordinations(chargement, user, slugs, territoires, endroit):
    """Give an account the territories that it coordinates, and no other."""
    wanted = [
        find(territoires, slug, chargement, endroit, "coordonne", "un territoire connu") for slug in slugs
    ]
    wanted = [territoire for territoire in wanted if territoire is not None and territoire.pk]
    if user.pk:
        user.coordinations.exclude(territoire__in=wanted).delete()
        for territoire in wanted:
            if not user.coordinations.filter(territoire=territoire).exists():
                coordination = Coordination(user=user, territoire=territoire)
                coordination._change_reason = RAISON
                coordination.save()


def write_membres(chargement, user, rows, structures, endroit):
    """Give an account its structures and its role there, and no other."""
    stored = (
        {membre.structure.slug: membre for membre in user.membres.select_related("structure")}
        if user.pk
        else {}
    )
    for row in rows:
        slug = read_key(row, "structure")
        here = endroit.sub(f"membre {slug}")
        structure = find(structures, slug, chargement, here, "structure", "une structure de la démonstration")
        values = chargement.values(Membre, row, here, {"structure"}) | {"user": user}
        if structure is not None:
            values["structure"] = structure
        broken = broken_relations(user=user) + (["structure"] if structure is None else [])
        chargement.write(stored.pop(slug, None) or Membre(), values, here, RAISON, broken)
    for membre in stored.values():
        chargement.remove(membre, RAISON)


def is_safe_site():
    """Tell whether accounts with a published password may exist here: only where nobody else can come.

    A local address, or one under example.org, which leads nowhere.
    """
    host = urlsplit(settings.SITE_URL).hostname or ""
    return host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost") or is_example(host)
