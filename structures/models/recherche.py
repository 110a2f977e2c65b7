"""What the search reads: one narrow row per published fiche, the known words, and the version of both.

Written with the fiche, in the same transaction (``structures.recherche.indexation``); rebuilt whole by
``manage.py indexer``. The words themselves are in a table that each engine has of its own kind
(``structures.recherche.moteurs``).
"""

from django.db import models


class Version(models.Model):
    """The version of what processes keep in memory: rights, words of the territories, index. One row.

    ``numero`` grows at each change of the index, under the lock of this row: what was indexed after a version has a
    greater number. ``jeton`` is drawn at random at each change of anything: unlike a number, it is never seen again
    after a rollback. ``precedent``: the one before, by which who changes it knows that nothing else changed meanwhile.
    """

    numero = models.PositiveBigIntegerField(default=0)
    jeton = models.PositiveBigIntegerField(default=0)
    precedent = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="version_unique")]

    def __str__(self):
        return f"version {self.numero}"


class FicheIndexee(models.Model):
    """A published fiche, as the search filters and shows it. No draft, nothing archived.

    ``fiche_id`` is no foreign key: a row outlives its fiche (``retiree``) so that processes learn of its end.
    ``traits`` is what filters ask; ``carte`` is what a card shows (``structures.cartes``). Both hold what is for
    partners only apart, under names of its own.
    """

    fiche_id = models.BigIntegerField(primary_key=True)
    version = models.PositiveBigIntegerField(db_index=True)
    retiree = models.BooleanField(default=False)
    structure_id = models.BigIntegerField(default=0)
    territoire_id = models.BigIntegerField(default=0)
    theme_id = models.BigIntegerField(default=0)
    reservee = models.BooleanField(default=False)
    debut = models.DateField(null=True, blank=True)
    fin = models.DateField(null=True, blank=True)
    date_maj = models.DateField(null=True, blank=True)
    cle_tri = models.CharField(max_length=200, default="", blank=True)
    traits = models.JSONField(default=dict, blank=True)
    carte = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "fiche indexée"
        verbose_name_plural = "fiches indexées"

    def __str__(self):
        return f"fiche {self.fiche_id}"


class Mot(models.Model):
    """A word that a fiche holds, folded: what completes and corrects the words that people type.

    ``public``: read by everybody somewhere. The other words complete nothing for who is not a partner.
    """

    mot = models.CharField(max_length=40, primary_key=True)
    racine = models.CharField(max_length=40)
    public = models.BooleanField(default=False)
    version = models.PositiveBigIntegerField(db_index=True)

    def __str__(self):
        return self.mot
