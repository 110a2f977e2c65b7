"""What every template may use: the territory, its tabs, the reader's rights, the other répertoires."""

from django.utils import timezone

from structures.vocabulaires import load_vocabulaire


def repertoire(request):
    """Context processor. On error pages that come before the middleware, everything is empty.

    ``cle`` is the key of what all the readers of a territory see alike, ``cle_menu`` that of their menu besides:
    templates keep these parts drawn (``{% cache %}``).
    """
    territoire = getattr(request, "territoire", None) or None
    droits = getattr(request, "droits", None)
    if droits is None or not hasattr(request, "user"):
        return {
            "territoire": None,
            "onglets": (),
            "onglet_actif": "",
            "droits": None,
            "sigles": {},
            "territoires_ouverts": (),
            "cle": "",
            "cle_menu": "",
        }
    vocabulaire = load_vocabulaire(droits, territoire)
    around = droits.open_around(territoire)
    match = request.resolver_match
    return {
        "territoire": territoire,
        "onglets": vocabulaire.onglets,
        "onglet_actif": "",
        "droits": droits,
        "sigles": vocabulaire.sigles,
        "territoires_ouverts": around,
        "cle": f"{droits.version[1]} {timezone.localdate()} {territoire and territoire.pk}",
        "cle_menu": f"{match and match.view_name} {[other.pk for other in around]}",
    }
