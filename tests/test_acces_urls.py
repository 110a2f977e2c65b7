"""Every address × every persona. Adding an address without a row here fails."""

import pytest
from django.urls import get_resolver, reverse

from tests.conftest import PERSONAE

ALL = dict.fromkeys(PERSONAE, 200)
LOGGED_IN = ALL | {"anonyme": 302}
PUBLIC_ONLY_WHEN_OUT = dict.fromkeys(PERSONAE, 302) | {"anonyme": 200}
NONE_YET = dict.fromkeys(PERSONAE, 404) | {"anonyme": 302}
# The neighbour's coordinator reads the répertoire as everybody does.
COORDINATION = NONE_YET | {"coordinateur": 200, "admin": 200}
REDIRECTED = dict.fromkeys(PERSONAE, 302)
STAFF = dict.fromkeys(PERSONAE, 302) | {"admin": 200}

# URL name → (arguments, expected status of a GET by persona). ``public`` / ``prive`` name the world's structures.
ROWS = {
    "structures:accueil": ({}, ALL),
    "structures:recherche": ({}, ALL),
    "structures:besoin_create": ({}, ALL),
    "structures:statistiques": ({}, COORDINATION),
    "structures:statistiques_csv": ({}, COORDINATION),
    "structures:recherche_suggestions": ({}, ALL),
    "structures:theme_detail": ({"slug": "hebergement-essai"}, ALL),
    "structures:structure_list": ({}, ALL),
    "structures:structure_detail": ({"slug": "refuge-ouverte"}, ALL),
    "structures:structure_pdf": ({"slug": "refuge-ouverte"}, ALL),
    "structures:competence_detail": ({"slug": "refuge-ouverte", "theme": "hebergement-essai"}, ALL),
    "structures:competence_pdf": ({"slug": "refuge-ouverte", "theme": "hebergement-essai"}, ALL),
    "structures:annexe_list": ({}, ALL),
    "structures:sigle_list": ({}, ALL),
    "structures:charte": ({}, ALL),
    "structures:sante": ({}, ALL),
    "structures:robots": ({}, ALL),
    "account_login": ({}, PUBLIC_ONLY_WHEN_OUT),
    "account_logout": ({}, LOGGED_IN),
    "account_inactive": ({}, ALL),
    "account_signup": ({}, PUBLIC_ONLY_WHEN_OUT),
    "account_request_login_code": ({}, PUBLIC_ONLY_WHEN_OUT),
    "account_confirm_login_code": ({}, REDIRECTED),
    "account_reauthenticate": ({}, LOGGED_IN),
    "account_email": ({}, LOGGED_IN),
    "account_change_password": ({}, LOGGED_IN),
    "account_set_password": ({}, REDIRECTED),
    "account_reset_password": ({}, ALL),
    "account_reset_password_done": ({}, ALL),
    "account_reset_password_from_key": ({"uidb36": "1", "key": "x-y"}, ALL),
    "account_reset_password_from_key_done": ({}, ALL),
    "account_email_verification_sent": ({}, ALL),
    "account_confirm_email": ({"key": "x"}, ALL),
    # Second factor: seen by oneself, changed after giving one's password again, authenticated in the middle of a login.
    "mfa_index": ({}, LOGGED_IN),
    "mfa_authenticate": ({}, REDIRECTED),
    "mfa_reauthenticate": ({}, REDIRECTED),
    "mfa_reauthenticate_webauthn": ({}, REDIRECTED),
    "mfa_activate_totp": ({}, REDIRECTED),
    "mfa_deactivate_totp": ({}, NONE_YET),
    "mfa_view_recovery_codes": ({}, NONE_YET),
    "mfa_generate_recovery_codes": ({}, REDIRECTED),
    "mfa_download_recovery_codes": ({}, NONE_YET),
    "mfa_list_webauthn": ({}, LOGGED_IN),
    "mfa_add_webauthn": ({}, REDIRECTED),
    "mfa_edit_webauthn": ({"pk": 1}, REDIRECTED),
    "mfa_remove_webauthn": ({"pk": 1}, REDIRECTED),
}

PARTNER_TERRITORY = {
    "structures:structure_detail": {"slug": "refuge-fermee"},
    "structures:structure_pdf": {"slug": "refuge-fermee"},
    "structures:competence_detail": {"slug": "refuge-fermee", "theme": "hebergement-essai"},
    "structures:competence_pdf": {"slug": "refuge-fermee", "theme": "hebergement-essai"},
}


def url_names(resolver=None, namespace=""):
    """Yield every URL name of the project but those of the technical administration, ruled below as one."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern, inner)
        elif pattern.name and not namespace.startswith("admin:"):
            yield f"{namespace}{pattern.name}"


def test_every_address_has_a_row():
    assert set(url_names()) - set(ROWS) == set()


def test_no_row_without_address():
    assert set(ROWS) - set(url_names()) == set()


def statuses(monde, address):
    return {persona: monde.client(persona).get(address).status_code for persona in PERSONAE}


@pytest.mark.parametrize("name", ROWS)
def test_status_of_every_address(monde, name):
    arguments, expected = ROWS[name]
    assert statuses(monde, reverse(name, kwargs=arguments)) == expected


@pytest.mark.parametrize("name", PARTNER_TERRITORY)
def test_partner_only_territory(monde, name):
    expected = dict.fromkeys(PERSONAE, 404) | {"coordinateur_autre_territoire": 200, "admin": 200}
    assert statuses(monde, reverse(name, kwargs=PARTNER_TERRITORY[name])) == expected


def test_technical_administration_is_for_staff(monde):
    assert statuses(monde, reverse("admin:index")) == STAFF
