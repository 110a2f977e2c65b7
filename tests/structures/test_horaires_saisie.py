"""What people type as opening hours: refused with a sentence that helps, or accepted."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from structures.horaires import en_mots, valider_horaires

EXEMPLE = "Par exemple : Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off"

# Typed text, what the sentence must contain.
REFUS = [
    ("Lu-Ve 9h-12h", "« Lu » : les jours s’écrivent avec les codes d’OpenStreetMap, Mo (lundi)"),
    ("lundi matin", "« lundi » : les jours"),
    ("juillet 09:00-12:00", "« juillet » : les mois s’écrivent Jan, Feb"),
    ("Mo-Fr 9h-12h", "« 9h » : une heure s’écrit 09:00"),
    ("Mo-Fr 09.00-12.00", "« 09.00 » : une heure s’écrit 09:00"),
    ("Mo-Fr 9-12", "« 9-12 » : une heure s’écrit 09:00, avec les minutes"),
    ("Mo-Fr 9:00am-5:00pm", "« 9:00am » : les heures vont de 00:00 à 24:00"),
    ("Mo-Fr 25:00-26:00", "« 25:00 » n’est pas une heure"),
    ("Mo-Fr 20:00-26:00", "« 26:00 » n’est pas une heure"),
    ("Mo-Fr 09:75-12:00", "« 09:75 » n’est pas une heure"),
    ("Mo-Fr 12:00-09:00", "« 12:00-09:00 » finit avant de commencer"),
    ("Mo 12:00-12:00", "« 12:00-12:00 » finit avant de commencer"),
    ("Mo-Fr 09:00-14:00,12:00-18:00", "« 09:00-14:00 » et « 12:00-18:00 » se chevauchent"),
    ("Mo-Fr", "« Mo-Fr » est sans heures"),
    ("Mo, Tu 09:00-12:00", "« Mo » est sans heures"),
    ("Mo-Fr 09:00-12:00; Mo-Fr 14:00-17:00", "« Mo-Fr 14:00-17:00 » remplace « Mo-Fr 09:00-12:00 »"),
    ("Mo 09:00-12:00; Mo-Fr 14:00-17:00", "« Mo-Fr 14:00-17:00 » remplace « Mo 09:00-12:00 »"),
    (
        "Mo-Fr 09:00-12:30; Tu,Th 13:30-17:30",
        "« Tu,Th 13:30-17:30 » remplace « Mo-Fr 09:00-12:30 » ces jours-là",
    ),
    ("09:00-12:00; We 14:00-17:00; PH off", "« We 14:00-17:00 » remplace « 09:00-12:00 » ces jours-là"),
    ("Jul-Aug Mo-Fr 09:00-12:00; Jul-Aug We 12:00-17:00", "ces jours-là au lieu de s’y ajouter"),
    ("PH off; Mo-Fr 09:00-12:00", "« PH off » vient trop tôt"),
    ("Mo–Fr 09:00-12:00", "« – » : employez le trait d’union"),
    ("Mo - Fr 09:00-12:00", "Pas d’espace autour du trait d’union"),
    ("Mo-Fr  09:00-12:00", "Une seule espace"),
    ("Mo-Fr 09:00-12:00,", "une virgule ou un point-virgule de trop"),
    ("Mo-Fr 09:00-12:00;; Sa 09:00-12:00", "une virgule ou un point-virgule de trop"),
    ("Mo-Fr 09:00-12:00\nSa 09:00-12:00", "une seule ligne"),
    ("Mo-Fr 09:00-12:00 \x00", "une seule ligne"),
    ('Mo-Fr 09:00-12:00 "sur rendez-vous', "Il manque un guillemet droit"),
    ("Mo-Fr 09:00-12:00 « sur rendez-vous »", "entre guillemets droits"),
    ("Mo-Fr 09:00-12:00 sur rendez-vous", "entre guillemets droits"),
    ("Mo-Fr 09:00-12:00; fermé le dimanche", "« dimanche » : les jours"),
    ("Mo-Fr 09:00-12:00; fermé", "« fermé » s’écrit off"),
    ("Mo-Fr 09:00-12:00; jours fériés off", "« fériés » : les jours fériés s’écrivent PH"),
    ("Mo-Fr 09:00-12:00; vacances off", "« vacances » : les vacances scolaires s’écrivent SH"),
    ("Jan 32 off", "« Jan 32 » n’est pas une date"),
    ("Feb 30 off", "« Feb 30 » n’existe pas"),
    ("Jun 15-Jun 31 10:00-12:00", "« Jun 31 » n’existe pas"),
    ("week 60 off", "les semaines vont de 1 à 53"),
    ("Mo[6] 10:00-12:00", "le rang dans le mois va de [1] à [5]"),
    ("2027-2026 off", "l’année de fin précède celle de début"),
    ("sunrise-sunset", "Le lever et le coucher du soleil"),
    ("Mo 09:00+", "ne dit pas l’heure de fin"),
    ("Mo 10:00-16:00/01:30", "donne une répétition"),
    ("fixme", "« fixme » n’est pas compris"),
    ("🙂", "« 🙂 » n’est pas compris"),
    ("Mo-Fr 09:00-12:00 🙂", "« 🙂 » n’est pas compris"),
    ("'; DROP TABLE structures_lieu; --", "n’est pas compris"),
    ("<script>alert(1)</script>", "une balise n’a rien à faire dans des horaires"),
    ("%s %(cle)s {0}", "n’est pas compris"),
    ("مفتوح", "« مفتوح » n’est pas compris"),
    ("a" * 10_000, "trop longs (10\u202f000 caractères, 1\u202f000 au plus)"),
    ("Mo-Fr 09:00-12:00; " * 60, "trop longs"),
]


def message(texte):
    with pytest.raises(ValidationError) as refus:
        valider_horaires(texte)
    assert refus.value.code == "horaires"
    (phrase,) = refus.value.messages
    return phrase


@pytest.mark.parametrize(("texte", "attendu"), REFUS, ids=[texte[:40] for texte, _ in REFUS])
def test_refused_with_the_wrong_part_and_an_example(texte, attendu):
    phrase = message(texte)
    assert attendu in phrase
    assert phrase.endswith(EXEMPLE)
    assert len(phrase) < 500


@pytest.mark.parametrize(
    ("texte", "propose"),
    [
        ("Lu-Ve 9h-12h", "Mo-Fr 09:00-12:00"),
        ("Lu-Ve 9h-12h et 14h-17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
        ("lundi au vendredi de 9h30 à 12h", "Mo-Fr 09:30-12:00"),
        ("du lundi au vendredi de 8 h 30 à midi, le samedi de 9h à 11h", "Mo-Fr 08:30-12:00; Sa 09:00-11:00"),
        ("lundi 9h-12h mardi 14h-17h", "Mo 09:00-12:00; Tu 14:00-17:00"),
        ("Lu Ma Je 9h-12h", "Mo,Tu,Th 09:00-12:00"),
        ("Ma et Je : 14h – 17h", "Tu,Th 14:00-17:00"),
        ("lundi-vendredi 8h30-12h sauf jours fériés", "Mo-Fr 08:30-12:00; PH off"),
        ("Mo-Fr 09:00-12:00; fermé les jours fériés", "Mo-Fr 09:00-12:00; PH off"),
        ("du 15 juin au 15 septembre : lu-ve 9h-12h", "Jun 15-Sep 15 Mo-Fr 09:00-12:00"),
        ("juillet-août 9h-12h", "Jul-Aug 09:00-12:00"),
        ("24h/24, 7j/7", "24/7"),
        ("7j/7 9h-18h", "Mo-Su 09:00-18:00"),
        ("Mo - Fr 09:00 - 12:00", "Mo-Fr 09:00-12:00"),
        ("Mo–Fr 9.00–12.00", "Mo-Fr 09:00-12:00"),
        ("Mo-Fr 09:00-12:00 / 14:00-17:00", "Mo-Fr 09:00-12:00,14:00-17:00"),
        ("Mo-Fr 09:00-12:00 PH off", "Mo-Fr 09:00-12:00; PH off"),
        ("Mo, Tu 09:00-12:00", "Mo,Tu 09:00-12:00"),
        ("Mo-Fr 09:00-12:00\nSa 10:00-12:00", "Mo-Fr 09:00-12:00; Sa 10:00-12:00"),
        ("Mo-Fr 09:00-12:00 « sur rendez-vous »", 'Mo-Fr 09:00-12:00 "sur rendez-vous"'),
        ("Mo-Fr 09:00-12:30; Tu,Th 13:30-17:30; PH off", "Mo-Fr 09:00-12:30, Tu,Th 13:30-17:30; PH off"),
        (
            "Mo-Fr 09:00-12:00; Tu 14:00-17:00; Th 13:00-16:00; Sa 10:00-11:00",
            "Mo-Fr 09:00-12:00, Tu 14:00-17:00, Th 13:00-16:00; Sa 10:00-11:00",
        ),
        ("lundi au vendredi 9h-12h, mercredi 14h-17h", "Mo-Fr 09:00-12:00, We 14:00-17:00"),
        ("Mo-Fr 9h-12h sur rdv", 'Mo-Fr 09:00-12:00 "sur rendez-vous"'),
    ],
)
def test_french_gets_its_translation(texte, propose):
    assert f"Vouliez-vous écrire : {propose} ?" in message(texte)
    valider_horaires(propose)


@pytest.mark.parametrize(
    "texte", ["lundi matin", "fixme", "tous les jours sauf le dimanche", "Mo-Fr 12:00-09:00"]
)
def test_no_translation_rather_than_a_wrong_one(texte):
    assert "Vouliez-vous" not in message(texte)


@pytest.mark.parametrize(
    "texte",
    [
        "",
        "   ",
        None,
        "24/7",
        "off",
        "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00; PH off",
        "Mo-Fr 9:00-12:00, Sa 09:00-11:00",
        "mo-fr 09:00-12:00",
        "Mo-Su 22:00-06:00",
        "Mo-Su 17:00-09:00",
        "Mo-Fr 20:00-24:00",
        "Mo-Su 00:00-24:00",
        "PH Mo-Fr 10:00-12:00",
        "Mo-Fr 09:00-17:00; PH -1 day 09:00-12:00; PH,SH off",
        "week 2-52/2 Mo 09:00-12:00; week 1-53/2 Mo 14:00-17:00",
        "Tu[2] 09:00-12:00; Fr[-1] 14:00-16:00",
        "Jun 15-Sep 15 10:00-18:00; 2026 Dec 20-2027 Jan 05 off",
        "easter -2 days off",
        '"sur rendez-vous"',
        'Mo-Fr 09:00-12:00 "lundi : entrée B, 2e étage" || "sur rendez-vous"',
        "Mo-Fr 09:00-12:00; off",
        "Mo-Fr 09:00-12:00; Mo-Fr off",
        "Mo-Fr 09:00-17:00; We 09:00-12:00",
        "Mo-Fr 09:00-12:00, We 14:00-17:00",
        "Mo-We 09:00-12:00; We-Fr 14:00-17:00",
        'Mo-Fr 09:00-12:00; We 14:00-17:00 "sur rendez-vous"',
        "Mo-Fr 09:00-12:00; Jul-Aug We 14:00-17:00",
        " Mo-Fr 09:00-12:00 ",
    ],
)
def test_accepted(texte):
    valider_horaires(texte)


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=1100)
    | st.text(alphabet='MoTuFrSuPHSHlundivé0123456789:h-;, "[]|/+«»–JanDecweekoff\n%{}<', max_size=80)
)
def test_nothing_but_a_validation_error(texte):
    refus = None
    try:
        valider_horaires(texte)
    except ValidationError as erreur:
        refus = erreur
    if refus:
        assert refus.messages[0].endswith(EXEMPLE)
    else:
        assert not texte.strip() or en_mots(texte)
