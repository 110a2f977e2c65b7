"""Models whose rows the search reads: changing one brings the index up to date, in the same transaction."""

from functools import reduce
from operator import or_

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q


def update_index(ids):
    """Index these fiches (see ``structures.recherche.indexation``, which stands above the models)."""
    from structures.recherche import indexation

    indexation.update_index(ids)


def list_fiches(chemins, rows):
    """Return the ids of the fiches that rows are read for. ``chemins``: the ways from a fiche to such a row."""
    if chemins == ("pk",):
        return set(rows if isinstance(rows, list) else rows.order_by().values_list("pk", flat=True))
    reached = reduce(or_, (Q(**{f"{chemin}__in": rows}) for chemin in chemins))
    fiches = apps.get_model("structures", "Competence").objects.filter(reached)
    return set(fiches.order_by().values_list("pk", flat=True))


class IndexeQuerySet(models.QuerySet):
    """Several rows at once. What ``bulk_create`` writes is indexed by its caller, who knows when all is there."""

    @transaction.atomic
    def delete(self):
        fiches = list_fiches(self.model.chemins_index, self.model.objects.filter(pk__in=self.values("pk")))
        deleted = super().delete()
        update_index(fiches)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True

    @transaction.atomic
    def update(self, **kwargs):
        ids = list(self.order_by().values_list("pk", flat=True))
        before = list_fiches(self.model.chemins_index, ids)
        count = super().update(**kwargs)
        update_index(before | list_fiches(self.model.chemins_index, ids))
        return count

    update.alters_data = True


class IndexeModel(models.Model):
    """``chemins_index``: the ways from a fiche to a row of this model, as lookups."""

    chemins_index = ("pk",)

    objects = IndexeQuerySet.as_manager()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        # Where it was counts as much as where it is: a contact moves from one structure to another.
        before = set() if self._state.adding else list_fiches(self.chemins_index, [self.pk])
        super().save(*args, **kwargs)
        update_index(before | list_fiches(self.chemins_index, [self.pk]))

    @transaction.atomic
    def delete(self, *args, **kwargs):
        fiches = list_fiches(self.chemins_index, [self.pk])
        deleted = super().delete(*args, **kwargs)
        update_index(fiches)
        return deleted

    delete.alters_data = True
