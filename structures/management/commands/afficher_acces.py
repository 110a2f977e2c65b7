from django.conf import settings
from django.core.management.base import BaseCommand

from structures.chargement import Chargement
from structures.demonstration import DOSSIER
from structures.models import User


class Command(BaseCommand):
    help = "Affiche l’adresse du site, les comptes de démonstration qui existent et où vont les courriels."

    def handle(self, *args, **options):
        write = self.stdout.write
        write(f"\nAdresse : {settings.SITE_URL}/")
        data, _ = Chargement(None).read(DOSSIER / "comptes.toml")
        password = data.get("mot_de_passe", "")
        lines = [("Qui", "Courriel", "Mot de passe"), ("Anonyme", "—", "—")]
        users = {user.email: user for user in User.objects.filter(is_active=True)}
        for compte in data.get("compte", []):
            if user := users.get(compte["email"]):
                known = user.check_password(password)
                lines.append((compte["persona"], user.email, password if known else "(changé depuis)"))
        if len(lines) > 2:
            widths = [max(len(line[column]) for line in lines) for column in range(3)]
            write("\nComptes de démonstration :")
            for line in lines:
                cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
                write("  " + "   ".join(cells).rstrip())
        else:
            write("Aucun compte de démonstration.")
        if folder := getattr(settings, "EMAIL_FILE_PATH", None):
            write(f"\nLes courriels ne partent pas : ils sont écrits dans {folder}/")
