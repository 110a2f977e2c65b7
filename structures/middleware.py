"""What each request knows of its reader: rights, territory, version. They are lazy: a static page costs no query."""

from django.http import Http404
from django.utils.functional import SimpleLazyObject

from structures.droits import load_droits
from structures.models import Territoire

COOKIE_TERRITOIRE = "territoire"
YEAR = 60 * 60 * 24 * 365


class DroitsMiddleware:
    """Set ``request.droits``, ``request.territoire`` (the répertoire being read, or None) and ``request.version``.

    The version is the (number, token) under which this request reads what processes keep in memory.
    The territory is, in order: the one that the address names (``?territoire=``), the one that this browser chose
    last, the reader's own, the installation's.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.droits = SimpleLazyObject(lambda: load_droits(request.user))
        request.version = SimpleLazyObject(lambda: request.droits.version)
        request.territoire = SimpleLazyObject(lambda: choose_territoire(request))
        response = self.get_response(request)
        if request.user.is_authenticated:
            # A front-desk computer is shared: what a partner reads is kept neither by it nor on the way.
            response["Cache-Control"] = "private, no-store"
        asked = request.GET.get("territoire")
        if asked and response.status_code == 200 and asked == getattr(request.territoire, "slug", None):
            response.set_cookie(
                COOKIE_TERRITOIRE,
                asked,
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response

    def process_view(self, request, view, args, kwargs):
        """Answer 404 when the address names a répertoire that is unknown, or that this reader may not read."""
        asked = request.GET.get("territoire")
        if not asked or request.resolver_match.app_name != "structures":
            return
        if asked not in request.droits.open_slugs:
            raise Http404("répertoire inconnu")


def choose_territoire(request) -> Territoire | None:
    readable = request.droits.open_slugs
    for slug in (request.GET.get("territoire"), request.COOKIES.get(COOKIE_TERRITOIRE)):
        if slug in readable:
            return readable[slug]
    return request.droits.default_territoire
