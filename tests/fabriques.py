"""Factories of every model of ``structures``: what they make passes ``full_clean``. Options are traits.

CompetenceFactory(complete=True)       # every field filled in, two places, hours of its own
CompetenceFactory(suspendue=True)      # suspended since yesterday
CompetenceFactory(partenaires=True)    # read by partners only
LieuFactory(confidentiel=True)         # an address that is never published
"""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.text import slugify
from factory.django import DjangoModelFactory, Password

from structures import models
from structures.texte import fold

MOT_DE_PASSE = "phrase de passe des essais"
HORAIRES = "Mo-Fr 09:00-12:00,14:00-17:00; PH off"


def slug_of(name, max_length=120):
    def make(item):
        return slugify(fold(getattr(item, name)).replace("'", " "))[:max_length].strip("-")

    return factory.LazyAttribute(make)


def day(delta=0):
    """A day counted from the one of the test: ``day(-1)`` is yesterday."""
    return factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=delta))


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = models.Region
        django_get_or_create = ("code",)

    code = "84"
    nom = "Auvergne-Rhône-Alpes"


class DepartementFactory(DjangoModelFactory):
    class Meta:
        model = models.Departement
        django_get_or_create = ("code",)

    code = "69"
    nom = "Rhône"
    region = factory.SubFactory(RegionFactory)


class EpciFactory(DjangoModelFactory):
    class Meta:
        model = models.Epci
        django_get_or_create = ("code",)

    code = "200046977"
    nom = "Métropole de Lyon"
    nature = "METLYON"


class CommuneFactory(DjangoModelFactory):
    class Meta:
        model = models.Commune
        django_get_or_create = ("code",)

    code = "69034"
    nom = "Caluire-et-Cuire"
    nom_plie = factory.LazyAttribute(lambda commune: fold(commune.nom))
    nature = models.Commune.Nature.COMMUNE
    departement = factory.SubFactory(DepartementFactory)
    epci = factory.SubFactory(EpciFactory)
    population = 43_187
    latitude = 45.79748
    longitude = 4.85145


class CodePostalFactory(DjangoModelFactory):
    class Meta:
        model = models.CodePostal
        django_get_or_create = ("code", "commune")

    code = "69300"
    commune = factory.SubFactory(CommuneFactory)


class TerritoireFactory(DjangoModelFactory):
    class Meta:
        model = models.Territoire

    nom = factory.Sequence(lambda n: f"Territoire {n}")
    slug = slug_of("nom", 80)
    niveau = models.Territoire.Niveau.COMMUNE
    acces = models.Territoire.Acces.PUBLIC

    class Params:
        partenaires = factory.Trait(acces=models.Territoire.Acces.PARTENAIRES)


class UserFactory(DjangoModelFactory):
    """An account whose e-mail address is verified, as allauth wants it; its password is ``MOT_DE_PASSE``."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@example.org")
    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Essai {n}")
    password = Password(MOT_DE_PASSE)

    class Params:
        admin = factory.Trait(is_staff=True, is_superuser=True)
        inactif = factory.Trait(is_active=False)

    @factory.post_generation
    def adresse(self, create, extracted, **kwargs):
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = models.Theme

    nom = factory.Sequence(lambda n: f"Thème {n}")
    slug = slug_of("nom", 80)
    description = "Un thème d’essai."
    couleur = "corail"
    pictogramme = "bookmark"
    ordre = factory.Sequence(lambda n: n % 30_000)
    thematiques = ["sante--acces-aux-soins"]

    class Params:
        retire = factory.Trait(retire_le=day(-1))
        sous_theme = factory.Trait(parent=factory.SubFactory("tests.fabriques.ThemeFactory"))


class ReglageThemeFactory(DjangoModelFactory):
    class Meta:
        model = models.ReglageTheme

    theme = factory.SubFactory(ThemeFactory)
    territoire = factory.SubFactory(TerritoireFactory)


class ChampFactory(DjangoModelFactory):
    class Meta:
        model = models.Champ

    theme = factory.SubFactory(ThemeFactory)
    code = factory.Sequence(lambda n: f"champ-{n}")
    libelle = factory.Sequence(lambda n: f"Champ {n}")
    type = models.Champ.Type.TEXTE

    class Params:
        nombre = factory.Trait(type=models.Champ.Type.NOMBRE, unite="places", filtrable=True)
        choix = factory.Trait(type=models.Champ.Type.CHOIX, options=["Matin", "Soir"], filtrable=True)
        partenaires = factory.Trait(reserve_partenaires=True)


class PublicFactory(DjangoModelFactory):
    class Meta:
        model = models.Public
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"public-{n}")
    libelle = factory.LazyAttribute(lambda public: public.code.replace("-", " ").capitalize())
    equivalent = "familles"


class SigleFactory(DjangoModelFactory):
    class Meta:
        model = models.Sigle

    territoire = None
    sigle = factory.Sequence(lambda n: f"SGL{n}")
    signification = factory.LazyAttribute(lambda sigle: f"Signification de {sigle.sigle}")
    phrase = "Ce que c’est, en une phrase simple."
    synonymes = ["mot de tous les jours"]


class StructureFactory(DjangoModelFactory):
    class Meta:
        model = models.Structure

    territoire = factory.SubFactory(TerritoireFactory)
    nom = factory.Sequence(lambda n: f"Structure {n}")
    slug = slug_of("nom")
    description = "Une structure d’essai."
    telephone = factory.Sequence(lambda n: f"+3346571{n % 10_000:04d}")
    courriel = factory.LazyAttribute(
        lambda structure: f"accueil@{structure.slug[:60].strip('-')}.example.org"
    )

    class Params:
        complete = factory.Trait(
            site_web=factory.LazyAttribute(
                lambda structure: f"https://{structure.slug[:60].strip('-')}.example.org/"
            ),
            siret="00000001800010",
            reseaux_porteurs=["ccas-cias"],
            attentes="Prévenir quand un rendez-vous ne peut pas être honoré.",
            limites="Pas d’accompagnement physique.",
            charte_signee_le=day(-400),
            confirme_le=day(-3),
        )
        ancienne = factory.Trait(date_maj=day(-900), confirme_le=day(-900))
        brouillon = factory.Trait(statut=models.Statut.BROUILLON)
        archivee = factory.Trait(statut=models.Statut.ARCHIVEE)


class MembreFactory(DjangoModelFactory):
    class Meta:
        model = models.Membre

    user = factory.SubFactory(UserFactory)
    structure = factory.SubFactory(StructureFactory)

    class Params:
        referent = factory.Trait(role=models.Membre.Role.REFERENT)
        parti = factory.Trait(parti_le=day(-1))


class CoordinationFactory(DjangoModelFactory):
    class Meta:
        model = models.Coordination

    user = factory.SubFactory(UserFactory)
    territoire = factory.SubFactory(TerritoireFactory)


class AcceptationCharteFactory(DjangoModelFactory):
    class Meta:
        model = models.AcceptationCharte

    user = factory.SubFactory(UserFactory)
    territoire = factory.SubFactory(TerritoireFactory)
    version = factory.SelfAttribute("territoire.charte_version")


class LieuFactory(DjangoModelFactory):
    """A place without INSEE code, so that no commune is needed; ``situe=True`` gives it one."""

    class Meta:
        model = models.Lieu

    structure = factory.SubFactory(StructureFactory)
    nom = factory.Sequence(lambda n: f"Accueil {n}")
    adresse = factory.Sequence(lambda n: f"{n + 1} rue des Essais")
    code_postal = "69300"
    commune = "Caluire-et-Cuire"
    horaires_accueil = HORAIRES

    class Params:
        confidentiel = factory.Trait(adresse_confidentielle=True)
        sans_horaires = factory.Trait(horaires_accueil="")
        situe = factory.Trait(
            code_insee=factory.LazyFunction(lambda: CommuneFactory().code), latitude=45.797, longitude=4.851
        )
        accessible = factory.Trait(accessibilite={"moteur": {"niveau": "oui", "source": "declaration"}})


class CompetenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Competence
        skip_postgeneration_save = True

    structure = factory.SubFactory(StructureFactory)
    theme = factory.SubFactory(ThemeFactory)
    objectifs = "Aider à faire valoir ses droits."
    conditions_acces = "Habiter la commune."
    deroulement = "Un premier entretien, puis un suivi."

    class Params:
        partenaires = factory.Trait(visibilite=models.Visibilite.PARTENAIRES)
        brouillon = factory.Trait(statut=models.Statut.BROUILLON)
        archivee = factory.Trait(statut=models.Statut.ARCHIVEE)
        a_venir = factory.Trait(debut=day(1))
        finie = factory.Trait(debut=day(-30), fin=day(-1))
        suspendue = factory.Trait(
            suspension_debut=day(-1), suspension_fin=day(30), suspension_motif="Travaux dans les locaux"
        )
        saturee = factory.Trait(
            disponibilite=models.Competence.Disponibilite.COMPLET,
            disponibilite_le=day(-2),
            disponibilite_precisions="Réouverture le mois prochain",
        )
        attente = factory.Trait(
            disponibilite=models.Competence.Disponibilite.ATTENTE,
            disponibilite_le=day(-2),
            delai_attente_jours=45,
        )
        ancienne = factory.Trait(date_maj=day(-900), confirme_le=day(-900))
        complete = factory.Trait(
            publics=factory.LazyFunction(lambda: [PublicFactory(code="familles", libelle="Familles").code]),
            publics_precisions="Familles de la commune.",
            documents=["piece-identite", "Carte d’étudiant"],
            frais="payant",
            frais_precisions="Deux euros par séance.",
            langues=["fr", "ar"],
            modes_accueil=["en-presentiel"],
            zone_eligibilite=["69034"],
            mobilisable_par=["usagers", "professionnels"],
            modes_mobilisation=["telephoner", "se-presenter"],
            mobilisation_precisions="Appeler la référente avec l’accord de la personne.",
            venir_precisions="Se présenter à l’accueil le matin.",
            lien_mobilisation="https://orientation.example.org/",
            disponibilite="places",
            disponibilite_le=day(-2),
            date_maj=day(-3),
            confirme_le=day(-3),
            permanence=factory.RelatedFactory(
                "tests.fabriques.PermanenceFactory",
                factory_related_name="competence",
                horaires_accueil="Tu 14:00-17:00; PH off",
                precisions="Sur rendez-vous",
            ),
            contact=factory.RelatedFactory(
                "tests.fabriques.ContactFactory",
                factory_related_name="competence",
                structure=factory.SelfAttribute("competence.structure"),
                public=True,
            ),
        )


class PermanenceFactory(DjangoModelFactory):
    """Where a fiche takes place: in a place of the same structure unless told otherwise."""

    class Meta:
        model = models.Permanence

    competence = factory.SubFactory(CompetenceFactory)
    lieu = factory.SubFactory(LieuFactory, structure=factory.SelfAttribute("..competence.structure"))

    class Params:
        horaires_propres = factory.Trait(horaires_accueil="Tu 14:00-17:00; PH off")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = models.Contact

    structure = factory.SubFactory(StructureFactory)
    nom = factory.Sequence(lambda n: f"Personne {n}")
    fonction = "Accueil"
    telephone = factory.Sequence(lambda n: f"+3363998{n % 10_000:04d}")

    class Params:
        public = factory.Trait(visibilite=models.Visibilite.PUBLIC)
        partenaires = factory.Trait(visibilite=models.Visibilite.PARTENAIRES)
        coordination = factory.Trait(visibilite=models.Visibilite.COORDINATION)


class PeriodeFactory(DjangoModelFactory):
    """A closure of ten days that began yesterday."""

    class Meta:
        model = models.PeriodeExceptionnelle

    lieu = factory.SubFactory(LieuFactory)
    nature = models.PeriodeExceptionnelle.Nature.FERMETURE
    debut = day(-1)
    fin = day(8)
    message = "Congés annuels"

    class Params:
        autres_horaires = factory.Trait(
            nature=models.PeriodeExceptionnelle.Nature.HORAIRES, horaires="Mo-Fr 09:00-12:00; PH off"
        )
        message_seul = factory.Trait(
            nature=models.PeriodeExceptionnelle.Nature.MESSAGE,
            message="Entrée par la cour pendant les travaux",
        )


class AnnexeFactory(DjangoModelFactory):
    class Meta:
        model = models.Annexe
        skip_postgeneration_save = True

    territoire = factory.SubFactory(TerritoireFactory)
    nom = factory.Sequence(lambda n: f"Annexe {n}")
    description = "Distribue des repas l’hiver, dans la commune voisine."
    telephone = factory.Sequence(lambda n: f"+3319900{n % 10_000:04d}")
    horaires_accueil = HORAIRES

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        if create and extracted:
            self.themes.set(extracted)


class SuggestionFactory(DjangoModelFactory):
    class Meta:
        model = models.Suggestion

    structure = factory.SubFactory(StructureFactory)
    territoire = factory.SelfAttribute("structure.territoire")
    courriel = "lectrice@example.org"
    texte = "Le numéro de téléphone a changé."

    class Params:
        manquante = factory.Trait(
            structure=None,
            territoire=factory.SubFactory(TerritoireFactory),
            texte="Il manque l’épicerie solidaire de la gare.",
        )
        declinee = factory.Trait(
            etat=models.Suggestion.Etat.DECLINEE,
            decidee_le=factory.LazyFunction(timezone.now),
            reponse="Vérifié auprès de la structure : rien n’a changé.",
        )
        acceptee = factory.Trait(
            etat=models.Suggestion.Etat.ACCEPTEE, decidee_le=factory.LazyFunction(timezone.now)
        )


class CampagneFactory(DjangoModelFactory):
    class Meta:
        model = models.Campagne

    territoire = factory.SubFactory(TerritoireFactory)
    nom = factory.Sequence(lambda n: f"Campagne {n}")
    avant_le = day(-180)
    relances_jours = [15, 30]

    class Params:
        lancee = factory.Trait(lancee_le=factory.LazyFunction(timezone.now))


class SollicitationFactory(DjangoModelFactory):
    class Meta:
        model = models.Sollicitation
        skip_postgeneration_save = True

    campagne = factory.SubFactory(CampagneFactory, lancee=True)
    structure = factory.SubFactory(
        StructureFactory, territoire=factory.SelfAttribute("..campagne.territoire")
    )
    destinataire = factory.SubFactory(UserFactory)
    envoyee_le = factory.LazyFunction(timezone.now)

    class Params:
        confirmee = factory.Trait(
            reponse=models.Sollicitation.Reponse.CONFIRMEE, repondue_le=factory.LazyFunction(timezone.now)
        )

    @factory.post_generation
    def competences(self, create, extracted, **kwargs):
        if create and extracted:
            self.competences.set(extracted)
