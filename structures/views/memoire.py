"""Pages that everybody reads, kept for a minute by each process.

The same search is made by many in a row, by hand or by a link; drawing it again costs ten times more than serving it.
Only for readers who are nobody in particular: no account, no session, no message to tell them once.
"""

import gzip
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

MAX_PAGES = 200  # 80 KB each at most


class MemoirePages:
    """The pages served last. A page is kept under all that it depends on, its minute included."""

    def __init__(self):
        self.pages, self.verrou = OrderedDict(), Lock()

    def read(self, key, make):
        """Return the page kept under ``key``, else what ``make`` returns. Without a key, nothing is kept."""
        if key is None:
            return make()
        kept = self.pages.get(key)
        if kept is None:
            kept = make()
            with self.verrou:
                self.pages[key] = kept
                while len(self.pages) > MAX_PAGES:
                    self.pages.popitem(last=False)
        return kept

    def clear(self):
        self.pages.clear()


PAGES = MemoirePages()


def compress(contenu):
    """Compress a page for all its readers: level 3 takes a third of the time of 6, for a tenth more."""
    return gzip.compress(contenu, 3, mtime=0)


def serve(request, contenu, compresse=None):
    """Return a page, compressed beforehand when the browser reads it so.

    ``compresse``: given for pages that hold nothing of their reader. Those that do are left to GZipMiddleware, which
    hides their length (BREACH).
    """
    if compresse is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(contenu)
    response = HttpResponse(compresse, headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def make_key(request, minute, *parts):
    """Return the key of a page, None when it may be this reader's alone.

    ``minute``: opening times change with it. The token of the version tells every change of the data.
    """
    cookies = request.COOKIES.keys() & {settings.SESSION_COOKIE_NAME, "messages"}
    _, jeton = request.version
    if cookies or not jeton or request.method not in {"GET", "HEAD"} or not request.user.is_anonymous:
        return None
    return (
        request.build_absolute_uri(),
        request.territoire.pk,
        jeton,
        minute.replace(second=0, microsecond=0),
        *parts,
    )
