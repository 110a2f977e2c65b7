"""Pages of the répertoire at 60 and at 20,000 fiches, against a bare Django view measured in the same run.

All servers are up at once and asked in turn, a few requests at a time: what else the machine does weighs on all alike.
One reader, one connection kept open, as a browser would: this is the time of a page, not what the machine can bear.
"""

import contextlib
import re
from argparse import ArgumentTypeError

from bench.serveur import Mesures, Serveur, start_bare

TITRE = "Pages"
TAILLES = [60, 20_000]
# At 20,000 fiches, the time of these pages may be at most this many times that at 60.
LIMITE_TAILLE = 2.0
PAGES_LIMITEES = ("accueil", "theme", "fiche")
ECHAUFFEMENT = 20
PAR_TOUR = 20
LIBELLES = {
    "nue": "Vue Django nue",
    "accueil": "Accueil",
    "theme": "Thème",
    "structure": "Structure",
    "fiche": "Fiche",
    "index": "Index A–Z",
    "sigles": "Sigles",
}

MOTEURS = ("sqlite", "postgresql")


def add_arguments(parser):
    parser.add_argument(
        "--tailles",
        type=parse_tailles,
        help="nombres de fiches (pages : 60,20000 ; recherche : 60,1000,20000) ; le plus petit sert d’étalon",
    )
    parser.add_argument("--requetes", type=parse_requetes, default=200, help="requêtes par page (200)")
    parser.add_argument(
        "--moteurs", type=parse_moteurs, default=MOTEURS, help="sqlite, postgresql (les deux sinon)"
    )


def parse_tailles(texte):
    if not re.fullmatch(r"[1-9]\d{0,5}(,[1-9]\d{0,5})*", texte):
        raise ArgumentTypeError(
            f"« {texte} » n’est pas une suite de nombres de fiches. Par exemple : 60,20000"
        )
    return sorted({int(taille) for taille in texte.split(",")})


def parse_requetes(texte):
    if not re.fullmatch(r"[1-9]\d{0,4}", texte) or int(texte) < 2:
        raise ArgumentTypeError(f"« {texte} » n’est pas un nombre entre 2 et 99999.")
    return int(texte)


def parse_moteurs(texte):
    moteurs = tuple(texte.split(","))
    if not set(moteurs) <= set(MOTEURS):
        raise ArgumentTypeError(f"« {texte} » : sqlite, postgresql, ou sqlite,postgresql.")
    return moteurs


def measure(options, bases, say):
    """Return (rows, broken limits). A row is a dict: moteur, fiches, page, figures, ratios."""
    tailles, rows = options.tailles or TAILLES, []
    for moteur in filter(bases.is_ready, options.moteurs):
        with contextlib.ExitStack() as pile:
            servers = start_servers(pile, bases, moteur, tailles)
            say(f"Pages ({moteur})")
            rows += measure_engine(moteur, tailles, servers, options.requetes)
    return rows, find_broken_limits(rows, tailles[0])


def find_broken_limits(rows, smallest):
    """Return a sentence for each page that takes too long on a large territory."""
    return [
        f"{LIBELLES[row['page']]} à {row['fiches']} fiches ({row['moteur']}) : {row['ratio_taille']} fois le temps à "
        f"{smallest} fiches, au lieu de {LIMITE_TAILLE:g} au plus."
        for row in rows
        if row["page"] in PAGES_LIMITEES and row.get("ratio_taille", 0) > LIMITE_TAILLE
    ]


def start_servers(pile, bases, moteur, tailles):
    """Start a server on the database of each size. Return {size: (Serveur, addresses)}; the size 0 is the bare view."""
    servers = {}
    for taille in tailles:
        base = bases.find(moteur, taille)
        server = Serveur("repertoire.wsgi:application", base.environnement, base.postgresql)
        servers[taille] = pile.enter_context(server), base.ask("bench.adresses")
    servers[0] = pile.enter_context(start_bare(bases)), {"nue": ["/"]}
    return servers


def measure_engine(moteur, tailles, servers, requetes):
    """Measure all pages of an engine, and return its rows."""
    found = {}
    bare, bare_adresses = servers[0]
    for page in list(LIBELLES)[1:]:
        asked = [(taille, servers[taille][0], servers[taille][1][page]) for taille in tailles]
        # Beside each page, so that what the machine does meanwhile weighs on both terms of the ratio.
        asked.append((0, bare, bare_adresses["nue"]))
        for taille, server, adresses in asked:
            for rang in range(ECHAUFFEMENT):
                server.get(adresses[rang % len(adresses)])
            found.setdefault((taille, page if taille else "nue"), Mesures())
        remaining = requetes
        while remaining > 0:
            for taille, server, adresses in asked:
                server.measure(adresses, found[taille, page if taille else "nue"], min(PAR_TOUR, remaining))
            remaining -= PAR_TOUR
    nue = found[0, "nue"].summary()
    rows = []
    for (taille, page), mesures in found.items():
        row = {"moteur": moteur, "fiches": taille, "page": page} | mesures.summary()
        row["ratio_nue"] = round(row["mediane_ms"] / nue["mediane_ms"], 1)
        if taille == tailles[-1] and taille != tailles[0]:
            small = found[tailles[0], page].summary()
            row["ratio_taille"] = round(row["mediane_ms"] / small["mediane_ms"], 2)
            row["ratio_taille_cpu"] = round(total_cpu(row) / total_cpu(small), 2)
        rows.append(row)
    return rows


def total_cpu(row):
    return row["cpu_ms"] + row["cpu_base_ms"]


COLONNES = {
    "moteur": "Moteur",
    "libelle": "Page",
    "fiches": "Fiches",
    "mediane_ms": "Médiane (ms)",
    "p95_ms": "p95 (ms)",
    "cpu_ms": "Processeur (ms)",
    "cpu_base_ms": "Processeur de la base (ms)",
    "ko_transferes": "Transféré (ko)",
    "ratio_nue": "× vue nue",
    "ratio_taille": "× petit",
    "ratio_taille_cpu": "× petit (processeur)",
}


def present(rows):
    """Return the tables to print: (title, columns, lines)."""
    order = list(LIBELLES)
    rows = sorted(rows, key=lambda row: (row["moteur"] != "sqlite", order.index(row["page"]), row["fiches"]))
    lines = []
    for row in rows:
        shown = row | {"libelle": LIBELLES[row["page"]], "fiches": row["fiches"] or ""}
        lines.append([shown.get(column, "") for column in COLONNES])
    return [("", list(COLONNES.values()), lines)]


NOTE = (
    "Vue nue : la plus simple que Django puisse servir (un mot, sans intergiciel, gabarit ni base). Les pages passent "
    "par tout le reste, compression comprise, réglages de production, gunicorn à deux processus, un seul lecteur."
)
