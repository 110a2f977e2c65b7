"""The messages of accounts: in our words, without anything that must not travel; and the pages around them."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template

NOTRES = Path(settings.BASE_DIR) / "templates"
ALLAUTH = Path(allauth.__file__).parent / "templates"
MESSAGES = sorted(
    str(path.relative_to(ALLAUTH)).removesuffix("_message.txt")
    for path in ALLAUTH.glob("*/email/*_message.txt")
    if path.parent.parent.name in {"account", "mfa"} and not path.name.startswith("base_")
)
COURRIEL = "personne@repertoire.example.org"


@pytest.fixture
def reader(monde):
    """A client, and the account of the member whose address is COURRIEL."""
    user = monde.personae["membre"]
    user.email = COURRIEL
    user.save()
    monde.public.territoire.contact_coordination = "coordination@repertoire.example.org"
    monde.public.territoire.save()
    return monde.client("anonyme")


def read_bodies(message):
    """Return the two versions of a message, no-break spaces made plain."""
    html = "".join(str(part.content) for part in message.alternatives)
    assert html
    return [body.replace("\u00a0", " ") for body in (message.body, html)]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_ours_in_both_versions(name):
    for ending in ("subject.txt", "message.txt", "message.html"):
        template = get_template(f"{name}_{ending}")
        assert Path(template.origin.name).is_relative_to(NOTRES), f"{name}_{ending}"


@pytest.mark.parametrize(
    ("address", "subject", "validity"),
    [
        ("/comptes/login/code/", "Votre code de connexion au répertoire", "pendant 10 minutes"),
        ("/comptes/password/reset/", "Changer votre mot de passe du répertoire", "pendant 3 jours"),
    ],
)
def test_code_and_link_say_where_they_come_from_and_until_when(
    reader, mailoutbox, address, subject, validity
):
    reader.post(address, {"email": COURRIEL}, headers={"host": "localhost:8153"})
    [message] = mailoutbox
    assert (message.subject, message.to) == (subject, [COURRIEL])
    for body in read_bodies(message):
        words = re.sub(r"http://localhost:8153/comptes/password/reset/key/\S+", "LIEN", body)
        assert "localhost" not in words
        assert not re.search("e-?mail", re.sub("<[^>]*>", "", words), re.IGNORECASE)
        for expected in (
            validity,
            "https://repertoire.example.org",
            "Le répertoire · Ouverte",
            "coordination@",
        ):
            assert expected in words
        assert "127.0.0.1" not in words


def test_code_of_the_message_opens_the_session(reader, mailoutbox):
    reader.post("/comptes/login/code/", {"email": COURRIEL})
    code = re.search(r"^([A-Z0-9-]{6,})$", mailoutbox[0].body, re.MULTILINE)[1]
    assert f"<strong>{code}</strong>" in read_bodies(mailoutbox[0])[1]
    reader.post("/comptes/login/code/confirm/", {"code": code})
    assert "_auth_user_id" in reader.session


def test_unknown_address_is_told_whom_to_ask(reader, mailoutbox):
    reader.post("/comptes/login/code/", {"email": "inconnue@repertoire.example.org"})
    [message] = mailoutbox
    for body in read_bodies(message):
        assert "aucun compte ne l’emploie" in body
        assert "coordination@repertoire.example.org" in body
        assert "signup" not in body


def test_change_of_password_is_told_without_address_of_machine(reader, mailoutbox, monde):
    client = monde.client("membre")
    user = monde.personae["membre"]
    user.set_password("ancien mot de passe assez long")
    user.save()
    client.force_login(user)
    new = "tortue violette sur le toit"
    client.post(
        "/comptes/password/change/",
        {"oldpassword": "ancien mot de passe assez long", "password1": new, "password2": new},
        headers={"user-agent": "Navigateur d’essai/1.0"},
    )
    [message] = mailoutbox
    assert message.subject == "Votre mot de passe est changé"
    for body in read_bodies(message):
        assert "le mot de passe de votre compte a été changé" in body
        assert "127.0.0.1" not in body
        assert "Navigateur" not in body


@pytest.mark.parametrize(
    "address", ["/comptes/signup/", "/comptes/password/reset/done/", "/comptes/password/reset/"]
)
def test_who_is_stuck_is_told_whom_to_ask(reader, address):
    page = reader.get(address).content.decode()
    assert "mailto:coordination@repertoire.example.org" in page[page.index("<main") : page.index("</main>")]


def test_account_menu_leads_to_ones_own_address(reader, monde):
    client = monde.client("membre")
    assert "Mon courriel" in client.get("/").content.decode()
    page = client.get("/comptes/email/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert COURRIEL in main
    assert not re.search("e-mail", main, re.IGNORECASE)
