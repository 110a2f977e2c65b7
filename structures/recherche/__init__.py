"""The search: one analysis of text, an inverted index in the database, sets of fiches in memory.

``chercher`` answers a ``Demande``; ``suggerer`` completes what is being typed. The index is written by
``structures.recherche.indexation``, in the transaction that saves a fiche.
"""

from structures.recherche.demande import Correction, Demande, Raison, Suggestion, Trouvaille
from structures.recherche.resultats import chercher
from structures.recherche.suggestions import suggerer

__all__ = ["Correction", "Demande", "Raison", "Suggestion", "Trouvaille", "chercher", "suggerer"]
