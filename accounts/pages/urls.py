"""The addresses of signing in and out: the flows of allauth that are used here, under allauth's names."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from accounts.pages.views import ConfirmCode, RequestCode

urlpatterns: list[URLPattern | URLResolver] = [
    path("code/", login_not_required(RequestCode.as_view()), name="account_request_login_code"),
    path("code/confirm/", login_not_required(ConfirmCode.as_view()), name="account_confirm_login_code"),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("authenticator/", include("allauth.mfa.urls")),
]
