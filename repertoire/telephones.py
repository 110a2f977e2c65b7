"""Phone numbers: what is one, how it is stored, read aloud and dialled. Each rule is written here and nowhere else."""

import re

import phonenumbers

# Emergency and care (15, 112, 115, 119), services (10xx, 3xxx, 116 xxx), directories (118 xxx): dialled as they are.
# Source: Arcep, décision 2018-0881.
SHORT_NUMBER = re.compile(r"1[578]|1[0-9]{2}|10[0-9]{2}|3[0-9]{3}|11[68][0-9]{3}")
SEPARATORS = re.compile(r"[\s.\-/()]")

FRANCE = "FR"
# Where numbers written as in France lead overseas: their E.164 form has another country code.
OVERSEAS = {
    262: ("0262", "0263", "0692", "0693", "0269", "0639"),
    508: ("0508",),
    590: ("0590", "0690", "0691"),
    594: ("0594", "0694"),
    596: ("0596", "0696", "0697"),
}
CODES_BY_PREFIX = {prefix: code for code, prefixes in OVERSEAS.items() for prefix in prefixes}
FICTION = "063998"  # kept by Arcep for films and demonstrations, within a range of Mayotte
SAINT_PIERRE = 508  # six figures on the spot, after 0508 from elsewhere in France
# France and its overseas territories: said in pairs, without the country's code.
FRENCH_CODES = {33, 262, SAINT_PIERRE, 590, 594, 596, 681, 687, 689}
TRUNK_LENGTH = 9  # figures after the leading 0, where there is one


def is_short(numero: str) -> bool:
    """Tell whether a stored number is a short one: « 115 », « 3919 », « 116006 »."""
    return SHORT_NUMBER.fullmatch(numero) is not None


def parse_telephone(texte: str):
    """Return the number that ``texte`` writes, as the library knows it; None when it is none."""
    figures = SEPARATORS.sub("", texte)
    code = CODES_BY_PREFIX.get(figures[:4])
    if code and len(figures) == TRUNK_LENGTH + 1 and not figures.startswith(FICTION):
        texte = f"+{code}{figures[4:] if code == SAINT_PIERRE else figures[1:]}"
    try:
        number = phonenumbers.parse(texte, FRANCE)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def normalize_telephone(texte: str) -> str:
    """Return a number as stored: E.164 (« +33465711234 ») or the figures of a short one; empty when it is none."""
    figures = SEPARATORS.sub("", texte)
    if is_short(figures):
        return figures
    number = parse_telephone(texte)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""


def format_telephone(numero: str) -> str:
    """Write a number as it is read aloud, unbreakable: « 04 65 71 12 34 », « 39 19 », « 116 006 », « +41 44 … ».

    What is no number stays as it is.
    """
    if is_short(numero):
        return join_groups(numero, 3 if len(numero) == 6 else 2 if len(numero) == 4 else len(numero))
    number = parse_telephone(numero)
    if number is None:
        return numero
    if number.country_code in FRENCH_CODES:
        figures = phonenumbers.national_significant_number(number)
        if len(figures) == TRUNK_LENGTH:
            figures = f"0{figures}"
        elif number.country_code == SAINT_PIERRE:
            figures = f"0{SAINT_PIERRE}{figures}"
        return join_groups(figures, 2)
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style).replace(" ", "\N{NO-BREAK SPACE}")


def format_to_type(numero: str) -> str:
    """Write a number as one would type it: as it is read, unless it would then be taken for another one."""
    shown = format_telephone(numero)
    return shown if normalize_telephone(shown) == numero else numero


def join_groups(figures, size):
    return "\N{NO-BREAK SPACE}".join(figures[rank : rank + size] for rank in range(0, len(figures), size))


def link_telephone(numero: str) -> str:
    """Return the ``tel:`` address of a number, international so that it also dials from abroad."""
    number = None if is_short(numero) else parse_telephone(numero)
    if number is None:
        return f"tel:{re.sub('[^0-9+]', '', numero)}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)
