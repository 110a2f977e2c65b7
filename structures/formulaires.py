"""The forms of the public pages: what they ask, and what they refuse to receive."""

import re

from django import forms
from django.core.exceptions import ValidationError

ENTRE = r"[\s.\-/()]*"
CHIFFRE = rf"{ENTRE}\d"
# Thirteen figures, with or without the key; Corsica writes 2A and 2B. Fourteen would be a SIRET, which is no secret.
SECURITE_SOCIALE = re.compile(
    rf"(?<!\d)[1-478](?:{CHIFFRE}){{4}}{ENTRE}(?:\d{CHIFFRE}|2{ENTRE}[ABab])(?:{CHIFFRE}){{6}}(?:(?:{CHIFFRE}){{2}})?(?!{CHIFFRE})"
)
# Of ten figures, or with a country's code; short numbers (115, 39 19) are those of services.
TELEPHONE = re.compile(
    rf"(?<!\d)(?:0[1-9](?:{CHIFFRE}){{8}}(?!\d)|(?:\+|00){ENTRE}[1-9](?:{CHIFFRE}){{7,14}})"
)


def refuse_numbers(texte):
    """Refuse the number of a person: who reads a need has no use for it."""
    if SECURITE_SOCIALE.search(texte):
        raise ValidationError("Ne donnez pas de numéro de sécurité sociale : effacez-le.", code="numero")
    if TELEPHONE.search(texte):
        raise ValidationError(
            "Ne donnez pas de numéro de téléphone : effacez-le. Pour avoir une réponse, laissez votre courriel.",
            code="numero",
        )


class BesoinForm(forms.Form):
    """A need for which the répertoire has nothing."""

    texte = forms.CharField(
        label="Que manque-t-il ?",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[refuse_numbers],
        help_text="Le service, l’aide ou le lieu qui manque. Ne nommez personne, ne donnez ni numéro ni adresse.",
        error_messages={"required": "Écrivez ce qui manque, en quelques mots."},
    )
    commune = forms.CharField(
        label="Pour quelle commune ?",
        max_length=100,
        required=False,
        validators=[refuse_numbers],
    )
    courriel = forms.EmailField(
        label="Votre courriel, pour la réponse",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="La coordination seule le lit, pour vous répondre.",
        error_messages={"invalid": "Cette adresse n’est pas complète. Par exemple : prenom@exemple.fr"},
    )
