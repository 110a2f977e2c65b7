"""Run the measures, print their tables in Markdown, write their figures in ``var/bench``.

``python -m bench`` runs all of them, ``python -m bench pages`` one. The exit status is 1 when a limit is broken.
A measure is a module with TITRE, NOTE, ``add_arguments(parser)``, ``measure(options, bases, say)`` which returns rows
(dicts) and broken limits (sentences), and ``present(rows)`` which returns tables: (title, columns, lines). ``bases``
makes the territories to measure, once for all the measures of a run.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

if __name__ == "__main__":  # python bench/executer.py
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import pages, recherche
from bench.bases import Bases
from bench.serveur import RACINE, BancError

BANCS = {"pages": pages, "recherche": recherche}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m bench", description="Mesure le répertoire.")
    parser.add_argument("bancs", nargs="*", metavar="banc", help=f"parmi : {', '.join(BANCS)} (tous sinon)")
    for banc in BANCS.values():
        banc.add_arguments(parser)
    options = parser.parse_args(arguments)
    if unknown := set(options.bancs) - BANCS.keys():
        parser.error(f"« {min(unknown)} » n’est pas un banc de mesure. Il y a : {', '.join(BANCS)}.")
    broken = []
    try:
        with tempfile.TemporaryDirectory(prefix="repertoire-bench-") as dossier, ExitStack() as pile:
            bases = Bases(dossier, pile, say)
            for name in options.bancs or BANCS:
                broken += execute(name, options, bases)
    except BancError as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in broken:
        print(f"Limite dépassée. {sentence}")
    if not broken:
        print("Toutes les limites sont tenues.")
    return 1 if broken else 0


def execute(name, options, bases):
    """Run one measure, print it, keep it; return the sentences of its broken limits."""
    banc = BANCS[name]
    rows, broken = banc.measure(options, bases, say)
    machine = describe_machine()
    print(f"\n## {banc.TITRE}\n\n{machine['texte']}\n")
    for title, columns, lines in banc.present(rows):
        print((f"### {title}\n\n" if title else "") + make_table(columns, lines) + "\n")
    print(f"{banc.NOTE}\n", flush=True)
    dossier = Path(os.environ.get("REPERTOIRE_VAR") or RACINE / "var") / "bench"
    dossier.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, "lignes": rows, "limites_depassees": broken}
    (dossier / f"{name}.json").write_text(
        json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return broken


def describe_machine():
    load = ", ".join(f"{value:.1f}".replace(".", ",") for value in os.getloadavg())
    day = datetime.now(UTC)
    return {
        "date": day.isoformat(timespec="seconds"),
        "processeurs": os.cpu_count(),
        "charge": os.getloadavg(),
        "python": platform.python_version(),
        "django": version("django"),
        "texte": (
            f"Le {day:%d/%m/%Y}, {os.cpu_count()} processeurs, charge {load}, Python {platform.python_version()}, "
            f"Django {version('django')}."
        ),
    }


def make_table(columns, lines):
    """Return a Markdown table, its numbers written in French."""
    rows = [columns, ["---"] * len(columns), *([show(value) for value in line] for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def show(value):
    return f"{value:.5g}".replace(".", ",") if isinstance(value, float) else str(value)


def say(sentence):
    print(f"• {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
