"""The addresses of the whole project (the only module that may import every app)."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("comptes/", include("allauth.urls")),
    path("", include("structures.urls")),
]

handler404 = "structures.views.pages.page_not_found"
