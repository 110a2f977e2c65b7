"""What is read of fiches to index them, as plain SQL.

Each fiche that is saved is read again with what stands around it. The ORM would take longer to write these statements,
which never change, than the whole of the rest: saving would cost six times what it costs without the index.
"""

from collections import defaultdict

from structures.models import Competence, Contact, Lieu, PeriodeExceptionnelle, Permanence, Statut, Structure
from structures.recherche.documents import is_place_indexed


def read_rows(model, column, ids, order="id"):
    """Return the rows of ``model`` of which a column is one of ``ids``."""
    ids = list(ids)
    if not ids:
        return []
    marks = ", ".join(["%s"] * len(ids))
    return model.objects.raw(
        f"SELECT * FROM {model._meta.db_table} WHERE {column} IN ({marks}) ORDER BY {order}", ids
    )


def group(rows, column):
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def load_sources(ids, themes):
    """Return [(fiche, permanences, contacts)] for the published fiches among ``ids``; ``themes``: by id."""
    fiches = [fiche for fiche in read_rows(Competence, "id", ids) if fiche.statut == Statut.PUBLIEE]
    structures = {row.pk: row for row in read_rows(Structure, "id", {fiche.structure_id for fiche in fiches})}
    fiches = [fiche for fiche in fiches if structures[fiche.structure_id].statut == Statut.PUBLIEE]
    permanences = group(
        read_rows(Permanence, "competence_id", [fiche.pk for fiche in fiches], "ordre, id"), "competence_id"
    )
    lieux = load_lieux({p.lieu_id for held in permanences.values() for p in held}, structures)
    contacts = group(
        read_rows(Contact, "structure_id", {fiche.structure_id for fiche in fiches}, "ordre, id"),
        "structure_id",
    )
    loaded = []
    for fiche in fiches:
        fiche.structure, fiche.theme = structures[fiche.structure_id], themes[fiche.theme_id]
        for permanence in permanences[fiche.pk]:
            permanence.lieu = lieux[permanence.lieu_id]
        held = [p for p in permanences[fiche.pk] if is_place_indexed(p.lieu, fiche.structure)]
        asked = [c for c in contacts[fiche.structure_id] if c.competence_id in (None, fiche.pk)]
        loaded.append((fiche, held, asked))
    return loaded


def load_lieux(ids, structures):
    """Return {id: Lieu} with the structure and the exceptional periods of each."""
    lieux = {lieu.pk: lieu for lieu in read_rows(Lieu, "id", ids)}
    hosts = {lieu.structure_id for lieu in lieux.values()} - structures.keys()
    structures = structures | {row.pk: row for row in read_rows(Structure, "id", hosts)}
    periodes = group(read_rows(PeriodeExceptionnelle, "lieu_id", lieux, "debut, id"), "lieu_id")
    for lieu in lieux.values():
        lieu.structure = structures[lieu.structure_id]
        # As prefetch_related leaves them, for who reads ``lieu.periodes.all()``.
        lieu._prefetched_objects_cache = {"periodes": periodes[lieu.pk]}
    return lieux
