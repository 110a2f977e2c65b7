"""Loading of TOML fixtures: every row checked, all or nothing, and what people changed since is left alone.

What this writes is signed in the history of each row (``reason``). On the next loading, a row that carries another
signature was changed by somebody: it stays as it is, unless ``remettre`` asks for the original state.
"""

import difflib
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from structures.models import Champ, Public, Sigle, Theme
from structures.referentiels import vocabulaire
from structures.validateurs import is_number

DOSSIER_COMMUN = settings.BASE_DIR / "fixtures"
RAISON_VOCABULAIRE = "Vocabulaire commun"
RELATIVE_DATE = re.compile(r"^J(?:([+-]) ?(\d{1,5}))?$")
TOML_POSITION = re.compile(r"line (\d+), column (\d+)")


# What a file may write in a column, and how it is said. Those of JSON know it themselves.
TYPES = (
    (models.BooleanField, lambda value: isinstance(value, bool), "true ou false, sans guillemets"),
    (models.IntegerField, lambda value: type(value) is int, "un nombre entier, sans guillemets"),
    (models.FloatField, is_number, "un nombre, sans guillemets"),
    (models.DateField, lambda value: isinstance(value, str | date), "une date (2026-03-15, J-30)"),
    (models.CharField | models.TextField, lambda value: isinstance(value, str), "un texte entre guillemets"),
)


@dataclass(frozen=True)
class Endroit:
    """Where a row is written: the file, then what one reads there (« fiche sante », « lieu Accueil »)."""

    fichier: str
    rang: tuple = ()

    def sub(self, *parts):
        return Endroit(self.fichier, (*self.rang, *parts))

    def __str__(self):
        return " › ".join((self.fichier, *self.rang))


@dataclass(frozen=True)
class Faute:
    """One thing to mend: where, under which field (empty: the row as a whole), and the sentence."""

    endroit: Endroit
    champ: str
    phrase: str

    def __str__(self):
        return " › ".join(filter(None, (str(self.endroit), self.champ))) + f" : {self.phrase}"


class ChargementError(Exception):
    """Nothing was loaded. ``fautes`` names every broken row."""

    def __init__(self, fautes):
        super().__init__(f"{len(fautes)} faute(s)")
        self.fautes = fautes

    def __str__(self):
        count = len(self.fautes)
        title = f"Rien n’a été chargé : {count} {'fautes' if count > 1 else 'faute'} à corriger."
        return "\n".join([title, *(f"  - {faute}" for faute in self.fautes)])


def parse_day(value, jour):
    """Return the date of « J-30 », « J+12 », « J », « 2026-03-15 » or of a TOML date.

    ``jour`` is the day of loading. What is none of these is returned as it is, for the model to refuse it.
    """
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    if found := RELATIVE_DATE.match(value.strip()):
        days = int(found[2] or 0)
        return jour + timedelta(days=-days if found[1] == "-" else days)
    return value


def read_key(row, name, default="?"):
    """Return the text under which a row is known. A key that is no text is told when the row is written."""
    value = row.get(name, default)
    return value if isinstance(value, str) else repr(value)


def describe_type(item, value):
    """Return what a column expects when ``value`` is not of its type; else an empty text."""
    if value is None and item.null:
        return ""
    return next((said for kind, fits, said in TYPES if isinstance(item, kind) and not fits(value)), "")


def resolve_days(value, jour):
    """Return ``value`` (a JSON value) with its dates written as « 2026-03-15 », as JSON keeps them."""
    if isinstance(value, dict):
        return {key: resolve_days(item, jour) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve_days(item, jour) for item in value]
    resolved = parse_day(value, jour) if isinstance(value, date | str) else value
    return resolved.isoformat() if isinstance(resolved, date) else resolved


def writable_fields(model):
    """Return the fields that a file may give, by name: what people can edit, relations excepted."""
    return {
        item.name: item
        for item in model._meta.concrete_fields
        if item.editable
        and not item.is_relation
        and not item.primary_key
        and not item.name.startswith("source")
    }


def foreign_changes(model, reason, key="pk"):
    """Return the values of ``key`` of the rows that somebody changed otherwise than by this loading."""
    name = model._meta.pk.name if key == "pk" else key
    changed = model.history.exclude(history_change_reason=reason)  # those without a reason are among them
    return set(changed.order_by().values_list(name, flat=True).distinct())


def created_ids(model, reason):
    """Return the ids of the rows that this loading created."""
    created = model.history.filter(history_type="+", history_change_reason=reason)
    return set(created.order_by().values_list(model._meta.pk.name, flat=True))


@dataclass
class Chargement:
    """One run: the day that « J » means, the faults found, the count of what was done.

    ``remettre`` also puts back to the files' state what somebody changed.
    """

    jour: date
    remettre: bool = False
    fautes: list = field(default_factory=list)
    bilan: Counter = field(default_factory=Counter)
    laisses: list = field(default_factory=list)

    def refuse(self, endroit, champ, phrase):
        self.fautes.append(Faute(endroit, champ, phrase))

    def close(self):
        """Raise ChargementError when a fault was found. To be called within the transaction."""
        if self.fautes:
            raise ChargementError(self.fautes)

    def summary(self):
        """Return what was done, in a few words."""
        counts = [f"{self.bilan[name]} {name}" for name in ("créées", "modifiées", "retirées", "inchangées")]
        return "lignes : " + ", ".join(counts)

    def read(self, path: Path):
        """Return the tables of a TOML file, and where it is. A file that cannot be read is a fault."""
        try:
            name = path.relative_to(settings.BASE_DIR).as_posix()
        except ValueError:
            name = path.name if path.parent.name != "structures" else f"structures/{path.name}"
        endroit = Endroit(name)
        try:
            return tomllib.loads(path.read_text(encoding="utf-8")), endroit
        except FileNotFoundError:
            self.refuse(endroit, "", "ce fichier manque.")
        except UnicodeDecodeError:
            self.refuse(endroit, "", "ce fichier n’est pas en UTF-8.")
        except tomllib.TOMLDecodeError as error:
            place = TOML_POSITION.search(str(error))
            line = f"ligne {place[1]}, colonne {place[2]}" if place else "fin du fichier"
            self.refuse(endroit, "", f"ce n’est pas du TOML valable ({line} : {error}).")
        return {}, endroit

    def rows(self, data, name, endroit):
        """Return the tables ``[[name]]`` of ``data``; anything else under that name is a fault."""
        found = data.get(name, [])
        if isinstance(found, list) and all(isinstance(row, dict) for row in found):
            return found
        self.refuse(endroit, name, f"on attend des blocs [[{name}]].")
        return []

    def texts(self, row, name, endroit):
        """Return the list of texts under ``name``; anything else there is a fault."""
        found = row.get(name, [])
        if isinstance(found, list) and all(isinstance(item, str) for item in found):
            return found
        self.refuse(endroit, name, "on attend une liste de textes.")
        return []

    def expect(self, row, known, endroit):
        """Refuse the keys of ``row`` that are not ``known``, naming the nearest one."""
        for key in row.keys() - set(known):
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Vouliez-vous écrire « {near[0]} » ?" if near else ""
            self.refuse(endroit, key, f"ce champ n’existe pas.{hint}")

    def values(self, model, row, endroit, others=()):
        """Return the value of every writable field of ``model``: what ``row`` says, else the default.

        ``others`` are the keys of the row that are read elsewhere.
        """
        known = writable_fields(model)
        self.expect(row, {*known, *others}, endroit)
        found = {}
        for name, item in known.items():
            if name not in row:
                found[name] = self.jour if name == "date_maj" and not item.null else item.get_default()
            elif isinstance(item, models.JSONField):
                found[name] = resolve_days(row[name], self.jour)
            elif isinstance(item, models.DateField):
                found[name] = parse_day(row[name], self.jour)
            else:
                found[name] = row[name].strip() if isinstance(row[name], str) else row[name]
        return found

    def write(self, instance, values, endroit, reason, broken=()):
        """Check an instance with ``values``, save it when it differs from what is stored.

        ``broken`` names the relations whose target is itself at fault: they are not checked a second time, and
        nothing is saved. Returns whether the row is sound.
        """
        stored = None if instance._state.adding else self.snapshot(instance)
        broken = [*broken]
        for name, value in values.items():
            item = instance._meta.get_field(name)
            if not item.is_relation and (expected := describe_type(item, value)):
                self.refuse(endroit, name, f"on attend {expected}.")
                broken.append(name)
            else:
                setattr(instance, name, value)
        try:
            if stored is not None:
                instance.clean_fields(exclude=set(broken))
                instance.clean()
                if stored == self.snapshot(instance) and not broken:
                    # What is already stored satisfies the constraints: to ask the database again takes half the time.
                    self.bilan["inchangées"] += 1
                    return True
            instance.full_clean(exclude=set(broken))
        except ValidationError as error:
            for champ, phrases in error.update_error_dict({}).items():
                for phrase in ValidationError(phrases).messages:
                    self.refuse(endroit, "" if champ == "__all__" else champ, phrase)
            return False
        if broken:
            return False
        self.bilan["créées" if stored is None else "modifiées"] += 1
        instance._change_reason = reason
        instance.save()
        return True

    def remove(self, instance, reason):
        instance._change_reason = reason
        instance.delete()
        self.bilan["retirées"] += 1

    @staticmethod
    def snapshot(instance):
        """Return what is stored of an instance, less what the database or ``save()`` works out."""
        fields = (item.attname for item in instance._meta.concrete_fields if item.editable)
        return {name: getattr(instance, name) for name in fields}

    def is_left_alone(self, instance, changed, endroit):
        """Tell whether somebody changed this stored row since, and note it."""
        if self.remettre or instance._state.adding or instance.pk not in changed:
            return False
        self.laisses.append(str(endroit))
        return True


def find(index, slug, chargement, endroit, champ, what):
    """Return ``index[slug]``, or None with a fault which names the nearest known one."""
    if not isinstance(slug, str):
        chargement.refuse(endroit, champ, f"on attend {what}.")
        return None
    if slug in index:
        return index[slug]
    near = difflib.get_close_matches(slug, list(index), n=1)
    hint = f" Vouliez-vous écrire « {near[0]} » ?" if near else ""
    chargement.refuse(endroit, champ, f"« {slug} » n’est pas {what}.{hint}")
    return None


def load_vocabulaire_commun(chargement, dossier=DOSSIER_COMMUN):
    """Load the themes and their fields, the publics and the acronyms that all territories share.

    Nothing is removed: a theme that leaves the files is retired by hand, since its address is printed on paper.
    """
    load_themes(chargement, dossier / "themes.toml")
    load_publics(chargement, dossier / "publics.toml", RAISON_VOCABULAIRE)
    load_sigles(chargement, dossier / "sigles.toml", RAISON_VOCABULAIRE)


def load_themes(chargement, path):
    """Load the tabs and sub-themes (a sub-theme comes after its tab in the file)."""
    data, endroit = chargement.read(path)
    chargement.expect(data, {"theme"}, endroit)
    stored = {theme.slug: theme for theme in Theme.objects.prefetch_related("champs")}
    changed = foreign_changes(Theme, RAISON_VOCABULAIRE)
    seen = {}
    for row in chargement.rows(data, "theme", endroit):
        slug = read_key(row, "slug")
        here = endroit.sub(f"thème {slug}")
        if slug in seen:
            chargement.refuse(here, "slug", "ce thème est écrit deux fois.")
            continue
        parent = None
        if row.get("parent") not in (None, ""):
            parent = find(seen, row["parent"], chargement, here, "parent", "un onglet")
        theme = seen[slug] = stored.get(slug) or Theme()
        values = chargement.values(Theme, row, here, {"parent", "champ"}) | {"parent": parent}
        if chargement.is_left_alone(theme, changed, here):
            continue
        sound = chargement.write(theme, values, here, RAISON_VOCABULAIRE, broken_relations(parent=parent))
        load_champs(chargement, theme, chargement.rows(row, "champ", here), here, sound)


def load_champs(chargement, theme, rows, endroit, sound):
    """Load the fields of a theme, in the order of the file."""
    stored = {champ.code: champ for champ in theme.champs.all()} if theme.pk else {}
    changed, seen = foreign_changes(Champ, RAISON_VOCABULAIRE), set()
    for rang, row in enumerate(rows, start=1):
        code = read_key(row, "code")
        here = endroit.sub(f"champ {code}")
        if code in seen:
            chargement.refuse(here, "code", "ce champ est écrit deux fois.")
            continue
        seen.add(code)
        champ = stored.get(code) or Champ()
        values = chargement.values(Champ, {"ordre": rang * 10} | row, here) | {"theme": theme}
        if not chargement.is_left_alone(champ, changed, here):
            chargement.write(champ, values, here, RAISON_VOCABULAIRE, () if sound else ("theme",))


def broken_relations(**targets):
    """Return the names of the relations whose target could not be saved."""
    return [name for name, target in targets.items() if target is not None and target.pk is None]


def load_publics(chargement, path, reason, territoires=None):
    """Load kinds of people. A national one may leave its label out: it is read from the national list."""
    labels, changed = vocabulaire("publics"), foreign_changes(Public, reason)
    for row, here, territoire in vocabulary_rows(chargement, path, "public", "code", territoires):
        code = read_key(row, "code")
        public = Public.objects.filter(code=code).first() or Public()
        row = {"libelle": labels.get(code, "")} | row
        values = chargement.values(Public, row, here, {"territoire"}) | {"territoire": territoire}
        if not chargement.is_left_alone(public, changed, here):
            chargement.write(public, values, here, reason, broken_relations(territoire=territoire))


def load_sigles(chargement, path, reason, territoires=None):
    """Load acronyms and everyday names; those of a territory that left the file are removed."""
    stored = {
        (sigle.territoire and sigle.territoire.slug, sigle.sigle): sigle
        for sigle in Sigle.objects.select_related("territoire")
    }
    changed, kept = foreign_changes(Sigle, reason), set()
    for row, here, territoire in vocabulary_rows(chargement, path, "sigle", "sigle", territoires):
        sigle = stored.get((territoire and territoire.slug, read_key(row, "sigle"))) or Sigle()
        values = chargement.values(Sigle, row, here, {"territoire"}) | {"territoire": territoire}
        if not chargement.is_left_alone(sigle, changed, here):
            chargement.write(sigle, values, here, reason, broken_relations(territoire=territoire))
        kept.add(sigle.pk)
    if territoires is not None:
        remove_gone(chargement, Sigle, reason, kept)


def vocabulary_rows(chargement, path, name, key, territoires):
    """Yield the rows of a vocabulary file, where they are, and their territory (None: common to all).

    With ``territoires`` (by slug), each row belongs to one of them; without, to none.
    """
    data, endroit = chargement.read(path)
    chargement.expect(data, {name}, endroit)
    seen = set()
    for row in chargement.rows(data, name, endroit):
        here = endroit.sub(f"{name} {read_key(row, key)}")
        territoire = None
        if territoires is not None:
            territoire = find(
                territoires, row.get("territoire"), chargement, here, "territoire", "un territoire connu"
            )
            if territoire is None:
                continue
        elif "territoire" in row:
            chargement.refuse(here, "territoire", "ce fichier est commun à tous les territoires.")
        cle = territoire and territoire.slug, read_key(row, key)
        if cle in seen:
            chargement.refuse(here, key, "cette ligne est écrite deux fois.")
            continue
        seen.add(cle)
        yield row, here, territoire


def remove_gone(chargement, model, reason, kept):
    """Remove the rows that this loading created, that nobody changed since, and that left the files."""
    gone = created_ids(model, reason) - kept
    if not chargement.remettre:
        gone -= foreign_changes(model, reason)
    for instance in model.objects.filter(pk__in=gone):
        chargement.remove(instance, reason)
