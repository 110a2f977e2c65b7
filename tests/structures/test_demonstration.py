"""The demo territory as it is written: everything that has to be shown is there, and nothing real is."""

import csv
import gzip
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Count, Q
from django.test import override_settings

from structures.chargement import RAISON_VOCABULAIRE
from structures.demonstration import DOSSIER, RAISON, load_demonstration
from structures.mise_en_forme import decoupe_sigles
from structures.models import (
    Annexe,
    Champ,
    Commune,
    Competence,
    Contact,
    Lieu,
    Membre,
    PeriodeExceptionnelle,
    Permanence,
    Public,
    Sigle,
    Structure,
    Territoire,
    Theme,
    User,
)
from structures.referentiels import vocabulaire

JOUR = date(2026, 3, 16)
FICTION = re.compile(r"^\+33(46571|19900|63998)\d{4}$")
COMMUNES = django_settings.BASE_DIR / "fixtures" / "geographie" / "communes.csv.gz"


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo, loaded once for the module and rolled back after it."""
    fast = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with fast, django_db_blocker.unblock(), transaction.atomic():
        with gzip.open(COMMUNES, "rt", encoding="utf-8", newline="") as lines:
            Commune.objects.bulk_create(
                Commune(code=row["code"], nom=row["nom"], nature=row["type"])
                for row in csv.DictReader(lines)
                if row["departement"] == "69"
            )
        chargement = load_demonstration(JOUR)
        yield chargement
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def demo(loaded, db):
    return loaded


def test_as_many_structures_and_fiches_as_promised():
    assert Structure.objects.filter(territoire__slug="caluire-et-cuire").count() >= 23
    assert Competence.objects.count() >= 60
    assert Annexe.objects.count() >= 12


def test_second_loading_writes_nothing():
    models = (
        Structure,
        Lieu,
        Competence,
        Permanence,
        PeriodeExceptionnelle,
        Contact,
        Annexe,
        Sigle,
        Theme,
        Territoire,
    )
    before = [(model.objects.count(), model.history.count()) for model in models]
    bilan = load_demonstration(JOUR).bilan
    assert [(model.objects.count(), model.history.count()) for model in models] == before
    assert set(bilan) == {"inchangées"}


def test_every_row_has_a_signed_history():
    for model in (Structure, Lieu, Competence, Permanence, PeriodeExceptionnelle, Contact, Annexe):
        assert set(model.history.values_list("history_change_reason", flat=True)) == {RAISON}
        assert model.history.filter(history_type="+").count() == model.objects.count()
    assert set(Theme.history.values_list("history_change_reason", flat=True)) == {RAISON_VOCABULAIRE}


def test_all_tabs_are_used_and_look_different():
    tabs = Theme.objects.filter(parent=None)
    assert tabs.count() == 12
    used = tabs.filter(Q(competences__isnull=False) | Q(sous_themes__competences__isnull=False)).distinct()
    assert set(used) == set(tabs)
    assert len(set(tabs.values_list("couleur", flat=True))) == 12
    assert len(set(tabs.values_list("pictogramme", flat=True))) == 12
    assert len(set(tabs.values_list("ordre", flat=True))) == 12


def test_every_theme_has_words_and_a_national_equivalent():
    for theme in Theme.objects.all():
        assert theme.description
        assert theme.thematiques


def test_every_sub_theme_is_used():
    unused = Theme.objects.filter(competences__isnull=True, parent__isnull=False)
    assert not unused, list(unused)


def test_theme_fields_are_typed_filterable_and_filled_in():
    assert set(Champ.objects.values_list("type", flat=True)) >= {
        "nombre",
        "oui-non",
        "choix",
        "choix-multiples",
        "texte",
    }
    assert Champ.objects.filter(filtrable=True).count() >= 30
    assert Champ.objects.filter(reserve_partenaires=True).exists()
    assert Competence.objects.exclude(champs={}).count() >= 40


def test_publics_are_the_national_ones_and_the_territory_s_own():
    common = Public.objects.filter(territoire=None)
    assert set(common.values_list("code", flat=True)) == set(vocabulaire("publics"))
    assert all(public.equivalent == public.code for public in common)
    own = Public.objects.filter(territoire__isnull=False)
    assert own.exclude(equivalent="").exists()
    assert own.filter(equivalent="").exists()
    used = {code for codes in Competence.objects.values_list("publics", flat=True) for code in codes}
    assert used & set(own.values_list("code", flat=True))


def test_glossary_explains_in_plain_words():
    assert Sigle.objects.filter(territoire=None).count() >= 70
    assert Sigle.objects.exclude(synonymes=[]).count() >= 40
    assert Sigle.objects.filter(territoire__slug="caluire-et-cuire").exists()
    assert all(sigle.phrase.endswith((".", "…")) for sigle in Sigle.objects.all())
    restos = Sigle.objects.get(sigle="Restos du cœur")
    assert "restos" in restos.synonymes
    assert "Pôle emploi" in Sigle.objects.get(sigle="France Travail").synonymes


def test_territories_are_nested_one_is_public_and_one_is_not():
    caluire = Territoire.objects.get(slug="caluire-et-cuire")
    above = Territoire.objects.in_bulk(caluire.ancestor_ids)
    assert [above[pk].slug for pk in caluire.ancestor_ids] == ["rhone", "metropole-de-lyon", caluire.slug]
    assert (caluire.code_officiel, caluire.acces, caluire.ouvert) == ("69034", "public", True)
    assert len(caluire.charte) > 1500
    assert Structure.objects.filter(territoire__slug="rhone").exists()
    neighbour = Territoire.objects.get(acces="partenaires")
    assert neighbour.structures.count() >= 2
    assert not Territoire.objects.filter(ouvert=True, structures__isnull=True).exists()


def test_several_places_and_unknown_hours():
    assert Structure.objects.annotate(n=Count("lieux")).filter(n__gte=2).count() >= 5
    assert Lieu.objects.filter(horaires_accueil="").exists()
    assert Permanence.objects.exclude(horaires_accueil="").count() >= 10


def test_hours_speak_of_holidays_and_of_exceptions():
    hours = [*Lieu.objects.values_list("horaires_accueil", flat=True)]
    hours += Permanence.objects.values_list("horaires_accueil", flat=True)
    assert any("PH off" in text for text in hours)
    assert any("SH" in text for text in hours)
    assert any(re.search(r"PH (?!off)", text) for text in hours)
    assert any("[" in text for text in hours)  # « 2e mardi »
    assert set(PeriodeExceptionnelle.objects.values_list("nature", flat=True)) == {
        "fermeture",
        "horaires",
        "message",
    }
    assert PeriodeExceptionnelle.objects.filter(debut__lte=JOUR, fin__gte=JOUR).exists()
    assert PeriodeExceptionnelle.objects.filter(debut__gt=JOUR).exists()


def test_every_exception_says_what_happens_on_holidays():
    """Without « PH », a reduced week would be open on Easter Monday."""
    periodes = PeriodeExceptionnelle.objects.filter(nature="horaires")
    assert periodes.exists()
    assert not [str(p) for p in periodes if "PH" not in p.horaires]


def test_no_rule_takes_the_hours_of_an_earlier_one_away():
    """A rule after « ; » replaces its days: « Mo-Fr 09:00-12:30; Tu 13:30-17:30 » closes Tuesday morning."""
    order = "Mo Tu We Th Fr Sa Su".split()
    for hours in every_hours():
        seen = set()
        for rule in re.sub(r'"[^"]*"', "", hours).split(";"):
            # Rules for some dates only (months, school holidays, nth day of the month) replace on purpose.
            if "off" in rule or re.search(r"[A-Z][a-z]{2}|SH|week|\[", rule):
                continue
            days = set()
            for first, last in re.findall(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)(?:-(Mo|Tu|We|Th|Fr|Sa|Su))?", rule):
                days |= set(order[order.index(first) : order.index(last or first) + 1])
            assert not days & seen, hours
            seen |= days


def every_hours():
    for model in (Lieu, Permanence, Annexe):
        yield from model.objects.values_list("horaires_accueil", flat=True)
    yield from PeriodeExceptionnelle.objects.values_list("horaires", flat=True)


def test_what_is_said_to_be_free_names_no_sum():
    for fiche in Competence.objects.filter(frais="gratuit"):
        assert not re.search(r"[€%]", fiche.frais_precisions), fiche


def test_conditions_say_who_may_come():
    for fiche in Competence.objects.all():
        assert not re.match(r"[\s-]*Aucun", fiche.conditions_acces), fiche


def test_no_phone_number_is_given_twice():
    numbers = Counter()
    for model in (Structure, Lieu, Contact, Annexe):
        numbers.update(model.objects.exclude(telephone="").values_list("telephone", flat=True))
    assert not [number for number, count in numbers.items() if count > 1]


def test_every_acronym_of_a_text_is_in_the_glossary():
    known = set(Sigle.objects.values_list("sigle", flat=True))
    plain = {"SMS", "USB", "ML"}  # known to all, or read as it is on a door
    shown = ("description", "attentes", "limites")
    texts = [text for row in Structure.objects.values_list(*shown) for text in row]
    shown = ("nom", "objectifs", "publics_precisions", "conditions_acces", "deroulement", "frais_precisions")
    shown += ("mobilisation_precisions", "venir_precisions", "disponibilite_precisions", "suspension_motif")
    texts += [text for row in Competence.objects.values_list(*shown) for text in row]
    texts += [text for row in Lieu.objects.values_list("nom", "acces") for text in row]
    texts += Permanence.objects.values_list("precisions", flat=True)
    texts += PeriodeExceptionnelle.objects.values_list("message", flat=True)
    texts += Annexe.objects.values_list("description", flat=True)
    unknown = set()
    for text in texts:
        rest = "·".join(segment.texte for segment in decoupe_sigles(text, known) if not segment.sigle)
        unknown |= set(re.findall(r"\b[A-Z]{2,}\b", rest)) - plain
    assert not unknown


def test_the_pass_of_employment_is_not_the_one_of_hospitals():
    for slug in ("mission-locale", "reed", "jardin-de-la-plaine"):
        fiche = Competence.objects.get(structure__slug=slug, theme__slug="insertion-professionnelle")
        text = f"{fiche.conditions_acces}\n{fiche.deroulement}"
        met = {
            segment.sigle for segment in decoupe_sigles(text, Sigle.objects.values_list("sigle", flat=True))
        }
        assert "PASS IAE" in met, slug
        assert "PASS" not in met, slug


def test_shelter_with_a_confidential_address():
    shelter = Lieu.objects.filter(adresse_confidentielle=True).exclude(adresse="").first()
    assert shelter
    assert {p.horaires_accueil or shelter.horaires_accueil for p in shelter.permanences.all()} == {"24/7"}
    secrets = [shelter.adresse.casefold(), shelter.commune.casefold(), "combe-enclose"]
    shown = ("objectifs", "deroulement", "venir_precisions", "conditions_acces", "disponibilite_precisions")
    shown += ("mobilisation_precisions",)
    texts = [text for row in shelter.structure.competences.values_list(*shown) for text in row]
    texts += shelter.permanences.values_list("precisions", flat=True)
    texts += PeriodeExceptionnelle.objects.filter(lieu__structure=shelter.structure).values_list(
        "message", flat=True
    )
    texts += [text for row in Lieu.objects.values_list("nom", "acces") for text in row]
    assert not [text for text in texts if any(secret in text.casefold() for secret in secrets)]


def test_availability_suspension_and_end():
    full = Competence.objects.filter(disponibilite="complet", delai_attente_jours__gte=30)
    assert full.exists()
    assert {"places", "attente", "complet"} <= set(Competence.objects.values_list("disponibilite", flat=True))
    assert any(fiche.is_suspended(JOUR) for fiche in Competence.objects.all())
    assert Competence.objects.filter(fin__isnull=False).exists()


def test_dates_from_fresh_to_old():
    assert Competence.objects.filter(confirme_le__gte=JOUR - timedelta(30)).exists()
    assert Competence.objects.filter(confirme_le__lt=JOUR - timedelta(600)).exists()
    assert Competence.objects.filter(confirme_le=None).exists()
    assert not Competence.objects.filter(Q(date_maj__gt=JOUR) | Q(confirme_le__gt=JOUR)).exists()
    assert not Structure.objects.filter(Q(date_maj__gt=JOUR) | Q(confirme_le__gt=JOUR)).exists()


def test_fiches_say_who_where_how_and_with_which_papers():
    fiches = Competence.objects.all()
    assert fiches.exclude(conditions_acces="").count() >= 40
    assert fiches.exclude(documents=[]).count() >= 30
    assert fiches.exclude(mobilisation_precisions="").count() >= 40
    assert fiches.exclude(venir_precisions="").count() >= 40
    spoken = {code for codes in fiches.values_list("langues", flat=True) for code in codes}
    assert len(spoken) >= 6
    assert "fsl" in spoken
    documents = {code for codes in fiches.values_list("documents", flat=True) for code in codes}
    assert documents & set(vocabulaire("documents"))
    assert documents - set(vocabulaire("documents"))
    assert {"gratuit", "payant"} <= set(fiches.values_list("frais", flat=True))
    assert fiches.filter(publics=[]).exists()  # « not filled in » is not « tous publics »


def test_what_is_for_partners_only():
    assert set(Contact.objects.values_list("visibilite", flat=True)) == {
        "public",
        "partenaires",
        "coordination",
    }
    assert Competence.objects.filter(
        visibilite="partenaires", structure__territoire__slug="caluire-et-cuire"
    ).exists()
    assert Competence.objects.filter(mobilisation_visibilite="partenaires").exists()
    assert Structure.objects.exclude(attentes="").count() >= 15
    assert Structure.objects.exclude(limites="").count() >= 15


def test_accessibility_by_family_and_by_source():
    known = [lieu.accessibilite for lieu in Lieu.objects.exclude(accessibilite={})]
    assert {famille for etat in known for famille in etat} == {"auditif", "mental", "moteur", "visuel"}
    assert {item["source"] for etat in known for item in etat.values()} == {"declaration", "visite", "label"}
    assert {item["niveau"] for etat in known for item in etat.values()} == {"oui", "partiel", "non"}
    assert Lieu.objects.filter(accessibilite={}).exists()


def test_one_account_per_persona():
    assert User.objects.filter(is_superuser=True).count() == 1
    assert Membre.objects.filter(role="referent", structure__slug="mission-locale").exists()
    coordinated = Territoire.objects.filter(coordinations__isnull=False)
    assert set(coordinated.values_list("slug", flat=True)) == {"caluire-et-cuire", "val-de-saone"}
    simple = User.objects.filter(membres__role="membre", coordinations=None)
    assert simple.values("membres__structure").distinct().count() >= 2


def test_phones_are_reserved_for_fiction():
    for model in (Structure, Lieu, Contact, Annexe):
        for number in model.objects.exclude(telephone="").values_list("telephone", flat=True):
            assert FICTION.match(number), number
    found = re.compile(r"\b0[1-9](?:[ .\u00a0\u202f]?\d{2}){4}\b")
    for path in DOSSIER.rglob("*.toml"):
        for number in found.findall(path.read_text(encoding="utf-8")):
            assert re.sub(r"\D", "", number).startswith(("046571", "019900", "063998")), (path.name, number)


def test_emails_and_sites_are_under_example_org():
    for path in DOSSIER.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for domain in re.findall(r"[\w.+-]+@([\w.-]+\w)", text) + re.findall(r"https?://([\w.-]+)", text):
            assert domain == "example.org" or domain.endswith(".example.org"), (path.name, domain)


def test_positions_are_around_lyon():
    for lieu in Lieu.objects.exclude(latitude=None):
        assert 45.5 < lieu.latitude < 46.1, lieu
        assert 4.5 < lieu.longitude < 5.2, lieu
