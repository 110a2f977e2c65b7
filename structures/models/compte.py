"""Accounts: who logs in, for which structure, with which role."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from simple_history.models import HistoricalRecords

# Neither secrets nor the hours at which somebody logs in are kept in the history.
NOT_IN_HISTORY = ["password", "last_login"]


class UserManager(BaseUserManager):
    """Creates accounts by e-mail address (the only manager of the project: Django's commands require one)."""

    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in by e-mail. What they may do comes from Membre and Coordination."""

    email = models.EmailField(
        "courriel", unique=True, error_messages={"unique": "Un compte existe déjà avec ce courriel."}
    )
    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField(max_length=80, blank=True)
    is_staff = models.BooleanField("administration technique", default=False)
    is_active = models.BooleanField("compte actif", default=True)
    date_joined = models.DateTimeField("créé le", default=timezone.now, editable=False)

    history = HistoricalRecords(excluded_fields=NOT_IN_HISTORY)
    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Un compte existe déjà avec ce courriel.",
            )
        ]

    def __str__(self):
        """The name, never the e-mail address: this is written in lists, logs and labels."""
        return f"{self.prenom} {self.nom}".strip() or f"Compte n°\N{NO-BREAK SPACE}{self.pk}"

    def save(self, **kwargs):
        """Write no line of history for a log-in, which changes nothing that is kept there."""
        fields = kwargs.get("update_fields")
        if fields is None or not set(fields) <= set(NOT_IN_HISTORY):
            super().save(**kwargs)
            return
        self.skip_history_when_saving = True
        try:
            super().save(**kwargs)
        finally:
            del self.skip_history_when_saving

    def get_full_name(self):
        """The name for the person themselves, to whom the address may be shown."""
        return f"{self.prenom} {self.nom}".strip() or self.email

    def get_short_name(self):
        return self.prenom or self.email


class MembreQuerySet(models.QuerySet):
    def active(self):
        """Memberships that give rights today: not left, account active."""
        return self.filter(parti_le__isnull=True, user__is_active=True)


class Membre(models.Model):
    """A user in a structure. Leaving closes the membership at once and keeps the trace of it."""

    class Role(models.TextChoices):
        MEMBRE = "membre", "membre"
        REFERENT = "referent", "référent·e"

    user = models.ForeignKey(User, models.CASCADE, related_name="membres", verbose_name="compte")
    structure = models.ForeignKey("structures.Structure", models.CASCADE, related_name="membres")
    role = models.CharField("rôle", max_length=10, choices=Role, default=Role.MEMBRE)
    fonction = models.CharField(max_length=120, blank=True)
    depuis = models.DateField(default=timezone.localdate, editable=False)
    parti_le = models.DateField("parti·e le", null=True, blank=True)

    history = HistoricalRecords()
    objects = MembreQuerySet.as_manager()

    class Meta:
        ordering = ["structure", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "structure"],
                name="membre_unique",
                violation_error_message="Cette personne est déjà membre de la structure.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["membre", "referent"]),
                name="membre_role_connu",
                violation_error_message="Ce rôle n’existe pas.",
            ),
        ]

    def __str__(self):
        return f"{self.user} — {self.structure} ({self.get_role_display()})"


class Coordination(models.Model):
    """A user who coordinates a territory and, with it, all that it contains."""

    user = models.ForeignKey(User, models.CASCADE, related_name="coordinations", verbose_name="compte")
    territoire = models.ForeignKey("structures.Territoire", models.CASCADE, related_name="coordinations")
    depuis = models.DateField(default=timezone.localdate, editable=False)

    history = HistoricalRecords()

    class Meta:
        ordering = ["territoire", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "territoire"],
                name="coordination_unique",
                violation_error_message="Cette personne coordonne déjà ce territoire.",
            )
        ]

    def __str__(self):
        return f"{self.user} — {self.territoire}"


class AcceptationCharte(models.Model):
    """Who accepted which version of a territory's charter, and when."""

    user = models.ForeignKey(User, models.CASCADE, related_name="acceptations")
    territoire = models.ForeignKey("structures.Territoire", models.CASCADE, related_name="acceptations")
    version = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField("acceptée le", auto_now_add=True)

    class Meta:
        verbose_name = "acceptation de la charte"
        verbose_name_plural = "acceptations de la charte"
        constraints = [
            models.UniqueConstraint(fields=["user", "territoire", "version"], name="acceptation_unique")
        ]

    def __str__(self):
        return f"{self.user} — {self.territoire} v{self.version}"
