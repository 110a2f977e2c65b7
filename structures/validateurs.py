"""Checks of what people type. Each raises ValidationError with a French sentence that says how to mend."""

import re
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siret as stdnum_siret

# Short numbers: emergency (15, 112, 115, 119), 3xxx and 36xx services, 1xx xxx. Source: Arcep, décision 2018-0881.
SHORT_NUMBER = re.compile(r"^(15|17|18|1\d{2}|116\d{3}|118\d{3}|3\d{3}|10\d{2})$")

CODE_INSEE = re.compile(r"^(\d{2}|2[AB])\d{3}$")
CODE_ZONE = re.compile(r"^(france|(\d{2}|2[AB])\d{3}|\d{9}|\d{2,3}|2[AB])$")
CODE_POSTAL = re.compile(r"^\d{5}$")


def normalize_telephone(value):
    """Return a phone number as stored: E.164 (« +33465711234 »), or the digits of a short number.

    Raises ValidationError when it is neither.
    """
    digits = re.sub(r"[\s.\-/()\u202f\u00a0]", "", value)
    if SHORT_NUMBER.fullmatch(digits):
        return digits
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(
            "« %(value)s » n’est pas un numéro de téléphone. Par exemple : 04 65 71 12 34, ou 115.",
            code="telephone",
            params={"value": value[:40]},
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_telephone(value):
    """Return a stored number in groups as it is read aloud: « 04 65 71 12 34 », « +41 44 668 18 00 », « 115 »."""
    if not value.startswith("+"):
        return " ".join([value[:2], value[2:]]) if len(value) == 4 else value
    number = phonenumbers.parse(value)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if number.country_code == 33 else style.INTERNATIONAL)


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


def validate_not_future(value: date):
    if value > date.today():
        raise ValidationError("Cette date est dans le futur.", code="futur")


def validate_zone_eligibilite(values):
    """Refuse a territory code that has not the shape of a commune, an EPCI, a département or « france ».

    ``values`` is a list of codes as data·inclusion writes them in ``zone_eligibilite``.
    """
    for value in values:
        if not isinstance(value, str) or not CODE_ZONE.fullmatch(value):
            raise ValidationError(
                "« %(value)s » n’est pas un code de territoire (commune 69034, EPCI 200046977, département 69, france).",
                code="zone_eligibilite",
                params={"value": str(value)[:40]},
            )


def is_iso_day(value):
    """Tell whether ``value`` is a day written as « 2026-03-15 »."""
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
