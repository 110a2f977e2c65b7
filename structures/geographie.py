"""Official geography: read from the files of ``fixtures/geographie``, checked, then written in one transaction.

Only what differs from the database is written, so that running it again costs about a second. A commune that is no
longer in the files stays: places may still be recorded under its code. Its postal codes follow the files.
"""

import csv
import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from structures.models import CodePostal, Commune, Departement, Epci, Region
from structures.texte import fold
from structures.validateurs import CODE_INSEE, CODE_POSTAL

CODE_REGION = re.compile(r"^\d{2,3}$")
CODE_DEPARTEMENT = re.compile(r"^(\d{2,3}|2[AB])$")
CODE_EPCI = re.compile(r"^\d{9}$")
BATCH = 2000


class GeographieError(Exception):
    """A file cannot be loaded; the message is a French sentence that names the file, the line and the column."""


@dataclass(frozen=True)
class Ligne:
    """One row of a file, with what is needed to say where it is wrong."""

    fichier: str
    numero: int
    valeurs: dict

    def error(self, colonne, message):
        return GeographieError(f"{self.fichier}, ligne {self.numero}, colonne « {colonne} » : {message}")

    def text(self, colonne, max_length, required=True):
        value = self.valeurs[colonne].strip()
        if required and not value:
            raise self.error(colonne, "la valeur manque.")
        if len(value) > max_length:
            raise self.error(colonne, f"« {value[:40]}… » dépasse {max_length} caractères.")
        return value

    def code(self, colonne, shape, known=None, required=True):
        """Return a code of the right shape, None when it is empty and not required; ``known`` holds those defined."""
        value = self.valeurs[colonne].strip()
        if not value and not required:
            return None
        if not shape.match(value):
            raise self.error(colonne, f"« {value[:40]} » n’est pas un code valable.")
        if known is not None and value not in known:
            raise self.error(colonne, f"le code « {value} » n’est défini nulle part.")
        return value

    def number(self, colonne, kind, low, high, required=True):
        value = self.valeurs[colonne].strip()
        if not value and not required:
            return None
        try:
            number = kind(value)
        except ValueError:
            raise self.error(colonne, f"« {value[:40]} » n’est pas un nombre.") from None
        if not low <= number <= high:
            raise self.error(colonne, f"{value} n’est pas entre {low} et {high}.")
        return number


@dataclass
class Geographie:
    """The content of the four files, by code: tuples in the order of ``COLONNES``."""

    regions: dict = field(default_factory=dict)
    departements: dict = field(default_factory=dict)
    epcis: dict = field(default_factory=dict)
    communes: dict = field(default_factory=dict)
    codes_postaux: set = field(default_factory=set)
    # Published files disagree at each merger: communes are ahead of the list of EPCI. Such codes are told, not loaded.
    epcis_absents: set = field(default_factory=set)


# The fields written for each model, after its primary key « code ».
COLONNES = {
    Region: ("nom",),
    Departement: ("nom", "region_id"),
    Epci: ("nom", "nature"),
    Commune: (
        "nom",
        "nom_plie",
        "nature",
        "departement_id",
        "epci_id",
        "population",
        "latitude",
        "longitude",
    ),
}


def read_geographie(dossier):
    """Return the Geographie that the files of ``dossier`` describe. Raises GeographieError on the first broken row."""
    geo = Geographie()
    for ligne in read_lignes(dossier, "regions.csv", ("code", "nom")):
        add(geo.regions, ligne, CODE_REGION, (ligne.text("nom", 100),))
    for ligne in read_lignes(dossier, "departements.csv", ("code", "nom", "region")):
        region = ligne.code("region", CODE_REGION, geo.regions, required=False)
        add(geo.departements, ligne, CODE_DEPARTEMENT, (ligne.text("nom", 100), region))
    for ligne in read_lignes(dossier, "epci.csv", ("code", "nom", "type")):
        add(geo.epcis, ligne, CODE_EPCI, (ligne.text("nom", 200), ligne.text("type", 10)))
    columns = ("code", "nom", "type", "departement", "epci", "codes_postaux", "population", "lat", "lon")
    for ligne in read_lignes(dossier, "communes.csv", columns):
        read_commune(ligne, geo)
    return geo


def read_commune(ligne, geo):
    nom = ligne.text("nom", 100)
    nature = ligne.text("type", 3)
    if nature not in Commune.Nature.values:
        raise ligne.error("type", f"« {nature} » n’est ni COM ni ARM.")
    latitude = ligne.number("lat", float, -90, 90, required=False)
    longitude = ligne.number("lon", float, -180, 180, required=False)
    if (latitude is None) != (longitude is None):
        raise ligne.error(
            "lat" if latitude is None else "lon", "une position a une latitude et une longitude."
        )
    epci = ligne.code("epci", CODE_EPCI, required=False)
    if epci is not None and epci not in geo.epcis:
        geo.epcis_absents.add(epci)
        epci = None
    code = add(
        geo.communes,
        ligne,
        CODE_INSEE,
        (
            nom,
            fold(nom),
            nature,
            ligne.code("departement", CODE_DEPARTEMENT, geo.departements),
            epci,
            # \N: no census figure is published (Mayotte, communes merged since). It sorts last, like zero.
            0 if ligne.valeurs["population"] == "\\N" else ligne.number("population", int, 0, 100_000_000),
            latitude,
            longitude,
        ),
    )
    for code_postal in ligne.valeurs["codes_postaux"].split():
        if not CODE_POSTAL.match(code_postal):
            raise ligne.error(
                "codes_postaux", f"« {code_postal[:40]} » n’est pas un code postal (5 chiffres)."
            )
        geo.codes_postaux.add((code, code_postal))


def add(rows, ligne, shape, values):
    """Put a row under its code, which no former row may have."""
    code = ligne.code("code", shape)
    if code in rows:
        raise ligne.error("code", f"le code « {code} » est déjà pris par une ligne précédente.")
    rows[code] = values
    return code


def read_lignes(dossier, nom, colonnes):
    """Yield the rows of ``nom`` or ``nom.gz``, each with at least ``colonnes``."""
    path = Path(dossier) / nom
    if not path.exists():
        path = path.with_name(f"{nom}.gz")
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if missing := [colonne for colonne in colonnes if colonne not in header]:
                raise GeographieError(f"{path.name}, ligne 1 : la colonne « {missing[0]} » manque.")
            for values in reader:
                if len(values) != len(header):
                    raise GeographieError(
                        f"{path.name}, ligne {reader.line_num} : {len(header)} colonnes sont attendues, "
                        f"il y en a {len(values)}."
                    )
                yield Ligne(path.name, reader.line_num, dict(zip(header, values, strict=True)))
    except csv.Error as error:
        raise GeographieError(
            f"{path.name}, ligne {reader.line_num} : les guillemets sont mal placés."
        ) from error
    except FileNotFoundError as error:
        raise GeographieError(f"Le fichier {nom} (ou {nom}.gz) manque dans {dossier}.") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise GeographieError(
            f"{path.name} ne peut pas être lu : il est abîmé, ou n’est pas en UTF-8."
        ) from error


@transaction.atomic
def write_geographie(geo):
    """Write what differs from the database. Return the number of rows written or removed."""
    written = 0
    for model, rows in (
        (Region, geo.regions),
        (Departement, geo.departements),
        (Epci, geo.epcis),
        (Commune, geo.communes),
    ):
        written += write_rows(model, rows)
    return written + write_codes_postaux(geo)


def write_rows(model, rows):
    fields = COLONNES[model]
    present = {code: tuple(values) for code, *values in model.objects.values_list("code", *fields)}
    changed = [
        model(code=code, **dict(zip(fields, values, strict=True)))
        for code, values in rows.items()
        if present.get(code) != values
    ]
    model.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name.removesuffix("_id") for name in fields],
    )
    return len(changed)


def write_codes_postaux(geo):
    present = {
        (commune, code): pk
        for pk, commune, code in CodePostal.objects.values_list("pk", "commune_id", "code")
    }
    missing = sorted(geo.codes_postaux - present.keys())
    obsolete = [pk for key, pk in present.items() if key not in geo.codes_postaux and key[0] in geo.communes]
    CodePostal.objects.bulk_create(
        [CodePostal(commune_id=commune, code=code) for commune, code in missing], batch_size=BATCH
    )
    CodePostal.objects.filter(pk__in=obsolete).delete()
    return len(missing) + len(obsolete)
