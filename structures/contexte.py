"""What every template may use: the territory, its tabs, the reader's rights, the other répertoires."""

from structures.vocabulaires import load_vocabulaire


def repertoire(request):
    """Context processor. On error pages that come before the middleware, everything is empty."""
    territoire = getattr(request, "territoire", None) or None
    droits = getattr(request, "droits", None)
    if droits is None or not hasattr(request, "user"):
        return {"territoire": None, "onglets": (), "droits": None, "sigles": {}, "territoires_ouverts": ()}
    vocabulaire = load_vocabulaire(droits, territoire)
    return {
        "territoire": territoire,
        "onglets": vocabulaire.onglets,
        "droits": droits,
        "sigles": vocabulaire.sigles,
        "territoires_ouverts": droits.open_around(territoire),
    }
