"""The search: pages of results, suggestions, memory, and what the index costs, on territories of growing size.

    python -m bench recherche                                     60, 1,000 and 20,000 fiches, both engines
    python -m bench recherche --tailles 60,1000,20000,150000      the largest territory takes minutes to generate
    python -m bench recherche --moteurs sqlite --profil           where the time of a page goes

The bare Django view is asked in the same rounds as the pages that are compared with it. The processor time of a page
is that of the workers and of the processes of PostgreSQL; suggestions are compared by the time of the slowest of twenty
(p95 of the suggestions, p95 of the bare view in the same rounds), which is what somebody who types waits for.
"""

import contextlib
import itertools
import json
import random
import statistics
import string
import time

from bench.questions import PAR_TOUR
from bench.serveur import BancError, Mesures, Serveur, manage, start_bare

TITRE = "Recherche"
TAILLES = [60, 1_000, 20_000]
# Up to so many fiches, a page of results costs at most so many times the processor time of the bare view.
LIMITES_PAGE = {1_000: 15, 20_000: 20, 150_000: 30}
LIMITE_SUGGESTIONS, TAILLE_SUGGESTIONS = 5, 20_000
LIMITE_ENREGISTREMENT = 2
TAILLE_INDEX = 20_000
ENREGISTREMENTS = 60
MARQUES = 3
MAX_ATTENTE = 20
GRAINE = 20_260_304
LIBELLES = {
    "nue": "Vue Django nue",
    "connues": "Résultats, mots déjà demandés",
    "nouvelles": "Résultats, mots nouveaux",
    "pleines": "Résultats, vingt cartes à chaque page",
    "gardees": "Résultats, même adresse dans la minute",
    "suggestions": "Suggestions, déjà demandées",
    "suggestions_nouvelles": "Suggestions nouvelles",
}
# What is asked once only cannot be warmed up, nor asked again for a better figure.
UNE_FOIS = {"nouvelles", "suggestions_nouvelles"}
PAGES = {"connues", "nouvelles", "pleines"}


def add_arguments(parser):
    parser.add_argument(
        "--profil",
        action="store_true",
        help="recherche : dit aussi où passe le temps d’une page de résultats",
    )


def measure(options, bases, say):
    """Return (rows, broken limits). A row is a dict; ``mesure`` tells its kind: page, processus, index, profil…"""
    tailles, rows = options.tailles or TAILLES, []
    for moteur in filter(bases.is_ready, options.moteurs):
        all_bases = [bases.find(moteur, taille) for taille in tailles]
        questions = {base.fiches: base.ask("bench.questions") for base in all_bases}
        say(f"Pages de résultats et suggestions ({moteur})")
        pages, memory = measure_pages(all_bases, questions, bases, options.requetes)
        rows += pages
        for base in all_bases:
            say(f"Index et mémoire à {base.fiches} fiches ({moteur})")
            with bases.copy(base) as copy:
                processus = measure_processus(copy, questions[base.fiches])
                rows.append(processus | {"memoire_fin_mo": memory[base.fiches]})
                if base.fiches == find_taille_index(tailles):
                    rows.append(measure_index(copy))
            if options.profil:
                rows += measure_profil(base, questions[base.fiches], bases.dossier)
    return rows, find_broken_limits(rows)


def find_taille_index(tailles):
    """Return the size at which the index is measured: 20,000, else the nearest."""
    return min(tailles, key=lambda taille: abs(taille - TAILLE_INDEX))


# Pages and suggestions


def measure_pages(all_bases, questions, bases, requetes):
    """Measure all searches on all the databases of an engine, beside the bare view.

    Return the rows, and what the largest process of each size then holds in memory (megabytes).
    """
    rows = []
    with contextlib.ExitStack() as pile:
        bare = pile.enter_context(start_bare(bases))
        servers = {
            base.fiches: pile.enter_context(
                Serveur("repertoire.wsgi:application", base.environnement, base.postgresql)
            )
            for base in all_bases
        }
        for nom in list(LIBELLES)[1:]:
            asked = {taille: questions[taille]["connues" if nom == "gardees" else nom] for taille in servers}
            found = measure_group(nom, servers, asked, bare, requetes)
            rows += make_rows(all_bases[0].moteur, nom, found, asked)
        return rows, {taille: server.memory() for taille, server in servers.items()}


def measure_group(nom, servers, asked, bare, requetes):
    """Return {(size, kind of search): Mesures}; the size 0 is the bare view, the kind "" is all of them.

    Rounds of twenty searches on each server in turn: what else the machine does weighs on all alike.
    """
    found, numbers = {}, itertools.count()
    rounds = list_rounds(nom, asked, requetes)
    bare.measure(["/"], Mesures(), PAR_TOUR)
    if nom not in UNE_FOIS:
        for taille, server in servers.items():
            for _, adresse, _ in asked[taille]:
                server.get(adresse)
    for rang in rounds:
        for taille, server in servers.items():
            group = asked[taille]
            begin = rang * PAR_TOUR % len(group)
            for sorte, adresses in by_sorte(group[begin : begin + PAR_TOUR]).items():
                mesures = Mesures()
                if nom not in UNE_FOIS | {"gardees"}:
                    adresses = [vary(adresse, next(numbers)) for adresse in adresses]
                server.measure(adresses, mesures, len(adresses))
                found.setdefault((taille, sorte), Mesures()).add(mesures)
                found.setdefault((taille, ""), Mesures()).add(mesures)
        bare.measure(["/"], found.setdefault((0, ""), Mesures()), PAR_TOUR)
    return found


def vary(adresse, number):
    """Return an address that asks the same and was never served: whole pages are kept for a minute by address."""
    return f"{adresse}{'&' if '?' in adresse else '?'}essai={number}"


def list_rounds(nom, asked, requetes):
    """Return the numbers of the rounds: those of each search once, or as many as give ``requetes`` requests."""
    once = min(len(group) for group in asked.values()) // PAR_TOUR
    return range(once if nom in UNE_FOIS else max(1, once, -(-requetes // PAR_TOUR)))


def by_sorte(group):
    found = {}
    for sorte, adresse, _ in group:
        found.setdefault(sorte, []).append(adresse)
    return found


def make_rows(moteur, nom, found, asked):
    """Return a row per size, with its ratios to the bare view, and that of the bare view."""
    nue = found.pop((0, "")).summary()
    rows = [{"mesure": "page", "moteur": moteur, "fiches": 0, "page": "nue", "avec": nom} | nue]
    for (taille, sorte), mesures in found.items():
        if len(mesures.durees) < 2:
            continue
        row = {
            "mesure": "sorte" if sorte else "page",
            "moteur": moteur,
            "fiches": taille,
            "page": nom,
            "sorte": sorte,
        } | mesures.summary()
        row["ratio_cpu"] = round(total_cpu(row) / total_cpu(nue), 1)
        row["ratio_p95"] = round(row["p95_ms"] / nue["p95_ms"], 1)
        if nom in PAGES:
            cartes = [number for kind, _, number in asked[taille] if sorte in {"", kind}]
            row["cartes"] = round(statistics.mean(cartes), 1)
        rows.append(row)
    return rows


def total_cpu(row):
    return row["cpu_ms"] + row["cpu_base_ms"]


# A process: its first search, its memory, how it follows what others write


def measure_processus(base, questions):
    """Measure one worker on a copy of a database, in which fiches are changed."""
    with Serveur("repertoire.wsgi:application", base.environnement, base.postgresql, workers=1) as server:
        server.get("/")
        alone = server.memory()
        _, adresse, _ = questions["pleines"][0]
        _, first = server.read(adresse)
        loaded = server.memory()
        seconds = [server.read(vary(adresse, number))[1] for number in range(5)]
        shown = [measure_mark(base, server, mot) for mot in draw_marks()]
        return {
            "mesure": "processus",
            "moteur": base.moteur,
            "fiches": base.fiches,
            "premiere_ms": round(first * 1000, 1),
            "suivante_ms": round(statistics.median(seconds) * 1000, 1),
            "memoire_avant_mo": alone,
            "memoire_apres_mo": loaded,
            "demandes": max(count for count, _ in shown),
            "apres_ms": round(statistics.median(duree for _, duree in shown) * 1000, 1),
        }


def draw_marks():
    """Return words that nothing looks like: none is the misspelling of another."""
    rng = random.Random(GRAINE)
    return ["zq" + "".join(rng.choices(string.ascii_lowercase, k=12)) for _ in range(MARQUES)]


def measure_mark(base, server, mot):
    """Save a fiche in another process; return (requests until the server shows it, seconds of the first one)."""
    adresse = f"/recherche/?q={mot}"
    before, _ = server.read(adresse)
    fiche = base.ask("bench.enregistrements", "marquer", mot)["adresse"]
    if fiche in before:
        raise BancError(f"La fiche {fiche} répondait à « {mot} » avant d’en être marquée.")
    first = None
    for count in range(1, MAX_ATTENTE + 1):
        page, duree = server.read(adresse)
        first = first or duree
        if fiche in page:
            return count, first
    raise BancError(f"La fiche {fiche}, marquée « {mot} », n’est pas trouvée après {MAX_ATTENTE} demandes.")


# The index


def measure_index(base):
    """Measure the making of the whole index, and the saving of a fiche with it and without it."""
    begin = time.monotonic()
    manage(base.environnement, "indexer")
    duree = time.monotonic() - begin
    saves = base.ask("bench.enregistrements", "couts", ENREGISTREMENTS)
    return {
        "mesure": "index",
        "moteur": base.moteur,
        "fiches": base.fiches,
        "refaire_s": round(duree, 1),
        "rapport": round(saves["avec_ms"] / saves["sans_ms"], 2),
    } | saves


def measure_profil(base, questions, dossier):
    fichier = dossier / "questions.json"
    fichier.write_text(json.dumps(questions), encoding="utf-8")
    found = base.ask("bench.profil", fichier)
    common = {"moteur": base.moteur, "fiches": base.fiches}
    etapes = sorted(found["connues"] | found["nouvelles"], key=lambda etape: -found["connues"].get(etape, 0))
    return [
        *(
            {"mesure": "profil", **common, "etape": etape}
            | {nom: found[nom].get(etape, 0) for nom in ("connues", "nouvelles")}
            for etape in etapes
        ),
        *(
            {"mesure": "fonction", **common, "fonction": fonction, "ms": ms, "appels": appels}
            for fonction, ms, appels in found["fonctions"]
        ),
    ]


# Limits


def find_limite_page(taille):
    """Return how many times the bare view a page may cost at a size; the last limit holds beyond."""
    return next((limit for most, limit in LIMITES_PAGE.items() if taille <= most), max(LIMITES_PAGE.values()))


def find_broken_limits(rows):
    """Return a sentence for each limit that is broken."""
    return [sentence for row in rows for sentence in CONTROLES.get(row["mesure"], ignore)(row)]


def ignore(row):
    return ()


def control_page(row):
    where = f"{LIBELLES[row['page']]} à {row['fiches']} fiches ({row['moteur']})"
    if row["page"] in PAGES and row["ratio_cpu"] > (limit := find_limite_page(row["fiches"])):
        yield f"{where} : {row['ratio_cpu']} fois le processeur de la vue nue, au lieu de {limit} au plus."
    if is_limited_suggestion(row) and row["ratio_p95"] > LIMITE_SUGGESTIONS:
        yield (
            f"{where} : p95 de {row['ratio_p95']} fois celui de la vue nue, au lieu de {LIMITE_SUGGESTIONS} au plus."
        )


def is_limited_suggestion(row):
    return row["page"].startswith("suggestions") and row["fiches"] <= TAILLE_SUGGESTIONS


def control_processus(row):
    if row["demandes"] > 1:
        yield (
            f"Fiche enregistrée ailleurs, à {row['fiches']} fiches ({row['moteur']}) : trouvée à la "
            f"{row['demandes']}e demande, au lieu de la première."
        )


def control_index(row):
    if row["rapport"] > LIMITE_ENREGISTREMENT:
        yield (
            f"Enregistrer une fiche à {row['fiches']} fiches ({row['moteur']}) : {row['rapport']} fois le temps sans "
            f"index, au lieu de {LIMITE_ENREGISTREMENT} au plus."
        )


CONTROLES = {"page": control_page, "processus": control_processus, "index": control_index}


# Tables

TABLES = {
    "page": (
        "",
        {
            "moteur": "Moteur",
            "libelle": "Page",
            "fiches": "Fiches",
            "requetes": "Demandes",
            "cartes": "Cartes par page",
            "mediane_ms": "Médiane (ms)",
            "p95_ms": "p95 (ms)",
            "cpu_ms": "Processeur (ms)",
            "cpu_base_ms": "Processeur de la base (ms)",
            "ratio_cpu": "× vue nue (processeur)",
            "ratio_p95": "× vue nue (p95)",
            "limite": "Limite",
        },
    ),
    "processus": (
        "Un processus",
        {
            "moteur": "Moteur",
            "fiches": "Fiches",
            "premiere_ms": "Première recherche (ms)",
            "suivante_ms": "Suivantes (ms)",
            "memoire_avant_mo": "Mémoire avant (Mo)",
            "memoire_apres_mo": "Après (Mo)",
            "memoire_fin_mo": "Après toutes les mesures (Mo)",
            "demandes": "Enregistrement ailleurs : trouvé à la demande n°",
            "apres_ms": "Cette demande (ms)",
        },
    ),
    "index": (
        "L’index",
        {
            "moteur": "Moteur",
            "fiches": "Fiches",
            "refaire_s": "Tout refaire (s)",
            "avec_ms": "Enregistrer une fiche (ms)",
            "sans_ms": "Sans index (ms)",
            "rapport": "Rapport",
            "limite": "Limite",
        },
    ),
    "profil": (
        "Où passe le temps d’une page",
        {
            "moteur": "Moteur",
            "fiches": "Fiches",
            "etape": "Étape",
            "connues": "Mots déjà demandés (ms)",
            "nouvelles": "Mots nouveaux (ms)",
        },
    ),
    "sorte": (
        "Par sorte de recherche",
        {
            "moteur": "Moteur",
            "libelle": "Page",
            "sorte": "Sorte",
            "fiches": "Fiches",
            "requetes": "Demandes",
            "mediane_ms": "Médiane (ms)",
            "cpu_ms": "Processeur (ms)",
            "cpu_base_ms": "Processeur de la base (ms)",
            "ratio_cpu": "× vue nue (processeur)",
        },
    ),
    "fonction": (
        "Les fonctions les plus longues (cProfile, mots déjà demandés)",
        {
            "moteur": "Moteur",
            "fiches": "Fiches",
            "fonction": "Fonction",
            "ms": "Par page (ms)",
            "appels": "Appels par page",
        },
    ),
}


def present(rows):
    """Return the tables to print: (title, columns, lines). Kinds of searches are told with the profile only."""
    profiled = any(row["mesure"] == "profil" for row in rows)
    tables = []
    for mesure, (title, columns) in TABLES.items():
        shown = [describe(row) for row in rows if row["mesure"] == mesure and (profiled or mesure != "sorte")]
        if shown:
            lines = [[row.get(column, "") for column in columns] for row in shown]
            tables.append((title, list(columns.values()), lines))
    return tables


def describe(row):
    """Return a row with what is read of it: labels, limits."""
    row = dict(row)
    if "page" in row:
        row["libelle"] = LIBELLES[row["page"]]
    if row["mesure"] == "index":
        row["limite"] = f"≤ {LIMITE_ENREGISTREMENT}"
    if row["mesure"] == "page":
        if row["page"] in PAGES:
            row["limite"] = f"≤ {find_limite_page(row['fiches'])} (processeur)"
        elif is_limited_suggestion(row):
            row["limite"] = f"≤ {LIMITE_SUGGESTIONS} (p95)"
        row["fiches"] = row["fiches"] or ""
    return row


NOTE = (
    "Vue nue : la plus simple que Django puisse servir, mesurée dans les mêmes passages que les lignes qui suivent. "
    "Processeur : celui des deux processus de gunicorn et de ceux de PostgreSQL. Mots nouveaux : chaque recherche est "
    "demandée pour la première fois depuis le démarrage du serveur, une seule fois. Mots déjà demandés : la même "
    "recherche à une adresse nouvelle, pour que la page soit refaite et non resservie ; « même adresse » dit ce que "
    "coûte une page resservie. Sans index : le même enregistrement, historique compris, qui ne met à jour ni l’index "
    "ni la version que suivent les autres processus."
)
