"""The bare Django view that pages are compared with: settings, addresses and application in one module.

The barest one that Django can serve: a short text, no middleware, no template, no database, no session. A ratio to it
therefore holds everything that the répertoire adds: rights, reading, templates, compression.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DEBUG=False,
        LOGGING_CONFIG=None,
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        SECRET_KEY="bench",
    )


def vue_nue(request):
    return HttpResponse("Bonjour", content_type="text/plain")


urlpatterns = [path("", vue_nue)]
application = get_wsgi_application()
