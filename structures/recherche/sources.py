"""What is read of fiches to index them, as plain SQL, in four queries.

Each fiche that is saved is read again with what stands around it. The ORM would take longer to write these statements,
which never change, than the whole of the rest takes: saving would cost four times what it costs without the index.
"""

from collections import defaultdict
from functools import lru_cache
from types import SimpleNamespace

from django.db import connection

from structures.models import Competence, Contact, Lieu, PeriodeExceptionnelle, Permanence, Statut, Structure
from structures.recherche.documents import is_place_indexed

# Those whose methods are called; of the others the values are enough, at a tenth of the time.
COMPLETS = {Competence, Lieu}


class Lecture:
    """How rows of some tables, joined, are read as instances of their models, or as plain values.

    ``source``: what follows FROM, the tables under the names t0, t1…; ``colonne``: the one that is looked up.
    """

    def __init__(self, models, source, colonne, ordre):
        self.models, self.bornes, columns, self.converters = models, [], [], []
        for rank, model in enumerate(models):
            begin = len(columns)
            for item in model._meta.concrete_fields:
                converters = connection.ops.get_db_converters(item.get_col(model._meta.db_table))
                converters += item.get_db_converters(connection)
                if converters:
                    self.converters.append((len(columns), converters, item))
                columns.append(f"t{rank}.{item.column}")
            self.bornes.append((model, begin, len(columns)))
        self.names = [[item.attname for item in model._meta.concrete_fields] for model in models]
        self.sql = f"SELECT {', '.join(columns)} FROM {source} WHERE {colonne} IN (%s) ORDER BY {ordre}"

    def read(self, ids):
        """Return the rows, each a tuple of instances, of which the column is one of ``ids``."""
        ids = list(ids)
        if not ids:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql.replace("%s", ", ".join(["%s"] * len(ids))), ids)
            rows = cursor.fetchall()
        return [self.make(list(row)) for row in rows]

    def make(self, row):
        for rank, converters, item in self.converters:
            for convert in converters:
                row[rank] = convert(row[rank], item, connection)
        return tuple(
            model.from_db(connection.alias, names, row[begin:end])
            if model in COMPLETS
            else SimpleNamespace(**dict(zip(names, row[begin:end], strict=True)))
            for names, (model, begin, end) in zip(self.names, self.bornes, strict=True)
        )


@lru_cache(maxsize=8)
def get_lecture(nom, vendor):
    """Return a Lecture, made once for each kind of database (converters differ)."""
    table = {
        model: model._meta.db_table
        for model in (Competence, Structure, Permanence, Lieu, PeriodeExceptionnelle, Contact)
    }
    return {
        "fiches": lambda: Lecture(
            (Competence, Structure),
            f"{table[Competence]} t0 JOIN {table[Structure]} t1 ON t1.id = t0.structure_id",
            "t0.id",
            "t0.id",
        ),
        "permanences": lambda: Lecture(
            (Permanence, Lieu),
            f"{table[Permanence]} t0 JOIN {table[Lieu]} t1 ON t1.id = t0.lieu_id",
            "t0.competence_id",
            "t0.ordre, t0.id",
        ),
        "periodes": lambda: Lecture(
            (PeriodeExceptionnelle,),
            f"{table[PeriodeExceptionnelle]} t0",
            "t0.lieu_id",
            "t0.debut, t0.id",
        ),
        "contacts": lambda: Lecture((Contact,), f"{table[Contact]} t0", "t0.structure_id", "t0.ordre, t0.id"),
    }[nom]()


def read(nom, ids):
    return get_lecture(nom, connection.vendor).read(ids)


def load_sources(ids, themes):
    """Return [(fiche, permanences, contacts)] for the published fiches among ``ids``; ``themes``: by id."""
    fiches, structures = [], {}
    for fiche, structure in read("fiches", ids):
        if fiche.statut == structure.statut == Statut.PUBLIEE:
            # Plain values in the place of a Structure: the cache of the relation asks no question.
            fiche._state.fields_cache["structure"] = structures.setdefault(structure.id, structure)
            fiche.theme = themes[fiche.theme_id]
            fiches.append(fiche)
    permanences = load_permanences([fiche.pk for fiche in fiches], structures)
    contacts = defaultdict(list)
    for (contact,) in read("contacts", structures):
        contacts[contact.structure_id].append(contact)
    return [
        (
            fiche,
            [p for p in permanences[fiche.pk] if is_place_indexed(p.lieu, fiche.structure)],
            [c for c in contacts[fiche.structure_id] if c.competence_id in (None, fiche.pk)],
        )
        for fiche in fiches
    ]


def load_permanences(ids, structures):
    """Return {fiche id: permanences}, the place of each with its structure and its exceptional periods."""
    found, lieux = defaultdict(list), {}
    for permanence, lieu in read("permanences", ids):
        permanence.lieu = lieux.setdefault(lieu.pk, lieu)
        found[permanence.competence_id].append(permanence)
    periodes = defaultdict(list)
    for (periode,) in read("periodes", lieux):
        periodes[periode.lieu_id].append(periode)
    hosts = {lieu.structure_id for lieu in lieux.values()} - structures.keys()
    structures = structures | Structure.objects.in_bulk(hosts) if hosts else structures
    for lieu in lieux.values():
        lieu._state.fields_cache["structure"] = structures[lieu.structure_id]
        # As prefetch_related leaves them, for who reads ``lieu.periodes.all()``.
        lieu._prefetched_objects_cache = {"periodes": periodes[lieu.pk]}
    return found
