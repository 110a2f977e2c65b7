"""Reporting a need that the répertoire does not answer: a short form, open to everybody."""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from structures.formulaires import BesoinForm
from structures.models import Suggestion
from structures.views.acces import get_territoire

TROP = "Trop d’envois depuis cette connexion. Réessayez dans une heure ; ce que vous avez écrit est resté ci-dessous."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def besoin_create(request):
    territoire = get_territoire(request)
    if request.method != "POST":
        # What was searched and not found is where the sentence begins.
        asked = {"texte": request.GET.get("q", "").replace("\x00", "")[:200]}
        return render(request, "structures/besoin_form.html", {"form": BesoinForm(initial=asked)})
    form, status = BesoinForm(request.POST), 200
    if form.is_valid():
        if may_send(request):
            save_besoin(form.cleaned_data, territoire, request.user)
            messages.success(request, "Merci. La coordination du répertoire lira ce besoin.")
            return redirect("structures:besoin_create")
        form.add_error(None, TROP)
        status = 429
    return render(request, "structures/besoin_form.html", {"form": form}, status=status)


def may_send(request):
    """Count a sending of this address, under a keyed hash of it; tell whether it is within what an hour allows."""
    address = get_adapter().get_client_ip(request)
    return ratelimit.consume(request, action="besoin", key=salted_hmac(__name__, address).hexdigest())


def save_besoin(data, territoire, user):
    """Hand a need to the coordination: a Suggestion about no structure."""
    Suggestion.objects.create(
        territoire=territoire,
        auteur=user if user.is_authenticated else None,
        texte=data["texte"],
        courriel=data["courriel"],
        propositions={"commune": data["commune"]} if data["commune"] else {},
    )
