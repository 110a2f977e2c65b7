"""The addresses of the whole project (the only module that may import every app)."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One door: the second factor and the limits on attempts hold for the administration too.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("comptes/", include("allauth.urls")),
    path("", include("structures.urls")),
]

handler404 = "structures.views.pages.page_not_found"
