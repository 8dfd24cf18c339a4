"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import ADDRESS, health

urlpatterns: list[URLPattern | URLResolver] = [
    path(ADDRESS, health, name="health"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/", include("accounts.api.urls")),
    path("api/", include("geo_data.api.urls")),
    path("api/", include("zoning.api.urls")),
    path("api/", include("admissions.api.urls")),
    path("accounts/", include("accounts.pages.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("frontend.pages.urls")),
]
