"""Checks of what people type. Each raises ValidationError with a French sentence that says how to mend."""

import math
import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siret as stdnum_siret

from repertoire import telephones
from repertoire.telephones import format_telephone

__all__ = [
    "format_telephone",
    "is_iso_day",
    "is_number",
    "normalize_telephone",
    "validate_code_insee",
    "validate_code_postal",
    "validate_siret",
    "validate_site_web",
    "validate_telephone",
    "validate_zone_eligibilite",
]

CODE_INSEE = re.compile(r"^(\d{2}|2[AB])\d{3}$")
CODE_ZONE = re.compile(r"^(france|(\d{2}|2[AB])\d{3}|\d{9}|\d{2,3}|2[AB])$")
CODE_POSTAL = re.compile(r"^\d{5}$")


def normalize_telephone(value):
    """Return a phone number as stored (see ``repertoire.telephones``). Raises ValidationError when it is none."""
    number = telephones.normalize_telephone(value)
    if not number:
        raise ValidationError(
            "« %(value)s » n’est pas un numéro de téléphone. Par exemple : 04 65 71 12 34, ou 115.",
            code="telephone",
            params={"value": value[:40]},
        )
    return number


def validate_telephone(value):
    normalize_telephone(value)


def validate_siret(value):
    """Refuse a SIRET whose length or Luhn key is wrong (La Poste's own exception is known to the library)."""
    try:
        stdnum_siret.validate(value)
    except StdnumError as error:
        raise ValidationError(
            "« %(value)s » n’est pas un SIRET : 14 chiffres dont le dernier est une clé de contrôle.",
            code="siret",
            params={"value": value[:40]},
        ) from error


def validate_code_insee(value):
    """Refuse what has not the shape of a commune's code; that it exists is checked against the communes."""
    if not CODE_INSEE.fullmatch(value):
        raise ValidationError(
            "« %(value)s » n’est pas un code INSEE de commune (5 caractères, par exemple 69034).",
            code="code_insee",
            params={"value": value[:40]},
        )


def validate_code_postal(value):
    if not CODE_POSTAL.fullmatch(value):
        raise ValidationError(
            "« %(value)s » n’est pas un code postal (5 chiffres, par exemple 69300).",
            code="code_postal",
            params={"value": value[:40]},
        )


validate_site_web = URLValidator(
    schemes=["http", "https"],
    message="Cette adresse de site n’est pas complète. Par exemple : https://www.example.org",
)


def validate_zone_eligibilite(values):
    """Refuse a territory code that has not the shape of a commune, an EPCI, a département or « france ».

    ``values`` is a list of codes as data·inclusion writes them in ``zone_eligibilite``.
    """
    if not isinstance(values, list):
        raise ValidationError("La zone est une liste de codes de territoires.", code="zone_eligibilite")
    for value in values:
        if not isinstance(value, str) or not CODE_ZONE.fullmatch(value):
            raise ValidationError(
                "« %(value)s » n’est pas un code de territoire "
                "(commune 69034, EPCI 200046977, département 69, france).",
                code="zone_eligibilite",
                params={"value": str(value)[:40]},
            )


def is_iso_day(value):
    """Tell whether ``value`` is a day written as « 2026-03-15 »."""
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def is_number(value):
    """Tell whether ``value`` is a number that JSON and both databases can keep (neither a boolean nor infinite)."""
    return type(value) is int or (type(value) is float and math.isfinite(value))
