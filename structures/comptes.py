"""Accounts with django-allauth: who may have one, and what their messages say."""

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

MINUTE = 60
DAY = 24 * 60 * MINUTE


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation (a structure's référent, the coordination), never by whoever asks."""

    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """Send a message that says where it comes from, and until when its code or link is good."""
        known = {
            "site_url": settings.SITE_URL,
            "minutes_code": app_settings.LOGIN_BY_CODE_TIMEOUT // MINUTE,
            "jours_lien": settings.PASSWORD_RESET_TIMEOUT // DAY,
            "jours_confirmation": app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS,
        }
        super().send_mail(template_prefix, email, known | context)
