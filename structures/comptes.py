"""Accounts with django-allauth: who may have one."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation (a structure's référent, the coordination), never by whoever asks."""

    def is_open_for_signup(self, request):
        return False
