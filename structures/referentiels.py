"""The controlled vocabularies of data·inclusion v1, and the few that it lacks.

Source: « Schéma de l'offre d'insertion » v1, file ``fixtures/referentiels/data_inclusion_v1.json`` (open licence).
Values are kept as published; labels are read from the same file so that they are never typed a second time.
"""

import json
from functools import cache

from django.conf import settings

# Languages spoken at desks (ISO 639-1, or 639-3 where there is no shorter code), most frequent first: the
# languages that interpreting services for social work are asked for most, French Sign Language included.
LANGUES = {
    "fr": "français",
    "ar": "arabe",
    "en": "anglais",
    "es": "espagnol",
    "pt": "portugais",
    "tr": "turc",
    "uk": "ukrainien",
    "ru": "russe",
    "ro": "roumain",
    "sq": "albanais",
    "ka": "géorgien",
    "hy": "arménien",
    "ps": "pachto",
    "prs": "dari",
    "fa": "persan",
    "ku": "kurde",
    "ta": "tamoul",
    "bn": "bengali",
    "ur": "ourdou",
    "hi": "hindi",
    "snk": "soninké",
    "bm": "bambara",
    "ff": "peul",
    "wo": "wolof",
    "ln": "lingala",
    "so": "somali",
    "ti": "tigrigna",
    "am": "amharique",
    "kab": "kabyle",
    "zh": "chinois (mandarin)",
    "vi": "vietnamien",
    "it": "italien",
    "de": "allemand",
    "pl": "polonais",
    "sr": "serbe",
    "rom": "romani",
    "rcf": "créole réunionnais",
    "gcf": "créole antillais",
    "swb": "shimaoré",
    "fsl": "langue des signes française (LSF)",
}

# Papers that services ask for again and again: a fiche names them by code so that a sheet can be translated.
DOCUMENTS = {
    "piece-identite": "Pièce d’identité ou titre de séjour",
    "livret-de-famille": "Livret de famille",
    "acte-de-naissance": "Acte de naissance",
    "justificatif-domicile": "Justificatif de domicile de moins de 3 mois",
    "attestation-hebergement": "Attestation d’hébergement ou de domiciliation",
    "carte-vitale": "Carte Vitale ou attestation de droits à l’assurance maladie",
    "attestation-mutuelle": "Carte de mutuelle ou attestation de complémentaire santé solidaire",
    "attestation-caf": "Attestation de la CAF (quotient familial) de moins de 3 mois",
    "avis-imposition": "Dernier avis d’impôt sur le revenu",
    "justificatifs-ressources": "Justificatifs de ressources des 3 derniers mois",
    "justificatifs-charges": "Justificatifs de charges (loyer, énergie, crédits)",
    "releve-bancaire": "Relevés bancaires des 3 derniers mois",
    "rib": "Relevé d’identité bancaire (RIB)",
    "attestation-france-travail": "Attestation d’inscription à France Travail",
    "cv": "CV",
    "diplomes": "Diplômes ou attestations de formation",
    "contrat-de-travail": "Contrat de travail ou bulletins de salaire",
    "bail": "Bail ou dernière quittance de loyer",
    "facture-impayee": "Facture ou courrier de relance concerné",
    "carnet-de-sante": "Carnet de santé et vaccinations à jour",
    "certificat-medical": "Certificat médical",
    "ordonnance": "Ordonnance",
    "notification-mdph": "Notification de la MDPH",
    "courrier-orientation": "Courrier ou fiche d’orientation du travailleur social",
    "photos-identite": "Photos d’identité",
    "certificat-scolarite": "Certificat de scolarité",
}

# What a place can be reached by or refused for: the four families of handicap of law 2005-102 as visited in the field.
FAMILLES_HANDICAP = {
    "auditif": "Handicap auditif",
    "mental": "Handicap mental",
    "moteur": "Handicap moteur",
    "visuel": "Handicap visuel",
}


@cache
def load_referentiel():
    """Return the published vocabularies as ``{name: {value: {"label": …, "description": …}}}``."""
    path = settings.BASE_DIR / "fixtures" / "referentiels" / "data_inclusion_v1.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: {item["value"]: {"label": item["label"], "description": item["description"]} for item in items}
        for name, items in raw.items()
    }


@cache
def vocabulaire(name):
    """Return ``{value: French label}`` for a vocabulary of data·inclusion or of ours.

    Raises KeyError when ``name`` is none.
    """
    ours = {"langues": LANGUES, "documents": DOCUMENTS, "familles_handicap": FAMILLES_HANDICAP}
    if name in ours:
        return ours[name]
    return {value: item["label"] for value, item in load_referentiel()[name].items()}
