"""Django settings. What a bureau may change is read through config/environment.py: docs/settings.md."""

import os
from pathlib import Path

from config import environment
from config.paths import BASE, VAR, wheel_library

SECRET_KEY = environment.text("JIUJIN_SECRET_KEY")
DEBUG = environment.flag("JIUJIN_DEBUG", False)
ALLOWED_HOSTS = environment.words("JIUJIN_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = environment.words("JIUJIN_TRUSTED_ORIGINS")

# One GDAL and one GEOS: those inside the wheels, so that GeoDjango and GeoPandas agree.
GDAL_LIBRARY_PATH = wheel_library("pyogrio", "libgdal*.so*")
GEOS_LIBRARY_PATH = wheel_library("shapely", "libgeos_c*.so*")
# Their data are found by path: importing pyogrio would load pandas into every process. pyproj brings its own.
PYOGRIO = Path(GDAL_LIBRARY_PATH).parent.parent / "pyogrio"
os.environ.setdefault("GDAL_DATA", str(PYOGRIO / "gdal_data"))
os.environ.setdefault("PROJ_DATA", str(PYOGRIO / "proj_data"))
# Compiled kernels outlive the process, also where the source folder is read-only.
os.environ.setdefault("NUMBA_CACHE_DIR", environment.text("JIUJIN_KERNEL_CACHE", str(VAR / "kernels")))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.gis",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "accounts",
    "geo_data",
    "zoning",
    "admissions",
    "frontend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.NoNullBytes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.pages.second_factor.SecondFactorFirst",
    "config.middleware.ContentSecurityPolicy",
    "config.errors.RefusalsOnPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        **environment.database(environment.text("DATABASE_URL", "")),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# Keys of sealed fields: "id:base64,id:base64", the first one seals, all of them open.
SEAL_KEYS = environment.words("JIUJIN_SEAL_KEYS")
SEAL_CIPHER = environment.text("JIUJIN_SEAL_CIPHER", "AES-256-GCM")  # or SM4-GCM (国密)
BLIND_INDEX_KEY = environment.text("JIUJIN_BLIND_INDEX_KEY", "")
BLIND_INDEX_HASH = environment.text("JIUJIN_BLIND_INDEX_HASH", "sha256")  # or sm3; fixed before the first row
TICKET_ALGORITHM = environment.text(
    "JIUJIN_TICKET_ALGORITHM", "HMAC-SHA-256"
)  # or HMAC-SM3; fixed by each closing

# A round of so many children or more is judged and verified in several processes side by side.
SIDE_BY_SIDE_CHILDREN = int(environment.text("JIUJIN_SIDE_BY_SIDE_CHILDREN", "5000"))

# Sign-in: guardians by a code sent to their phone, staff by user name, password and an authenticator.
DEMO = environment.flag(
    "JIUJIN_DEMO", False
)  # shows sign-in codes on the page: never where real families apply
DEMO_FOLDER = VAR / "demo"  # import files, policies and bundle of the sample county
REQUIRE_SECOND_FACTOR = environment.flag("JIUJIN_REQUIRE_SECOND_FACTOR", not DEMO)
PHONE_COUNTRY = environment.text("JIUJIN_PHONE_COUNTRY", "86")
SMS_URL = environment.text("JIUJIN_SMS_URL", "")  # without a gateway messages stay in the outbox
SMS_GATEWAY = environment.text("JIUJIN_SMS_GATEWAY", "")  # dotted name of a class of the bureau's own
SMS_TOKEN = environment.text("JIUJIN_SMS_TOKEN", "")
SMS_BODY = environment.text("JIUJIN_SMS_BODY", '{"phone": "{phone}", "text": "{text}"}')
SESSION_SERIALIZER = "accounts.sessions.SealedSerializer"
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.pages.adapter.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "accounts.pages.forms.PhoneForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
PORTAL_REQUESTS_PER_MINUTE = int(environment.text("JIUJIN_PORTAL_REQUESTS_PER_MINUTE", "120"))
# Tight for a phone or a user name, wide for an address: a whole village may share one.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "3/5m/key,10/d/key,2000/h/ip",
    "login": "600/m/ip",
    "login_failed": "5/5m/key,600/h/ip",
    "address_request": "60/h/ip,300/d/ip",
    "portal": f"{PORTAL_REQUESTS_PER_MINUTE}/m/user",
}
MFA_ADAPTER = "accounts.pages.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jiujin"
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.text("JIUJIN_PROXIES", "0"))
# Public look-ups from one network address, a minute and web process: a whole village may share one.
LOOKUPS_PER_MINUTE = int(environment.text("JIUJIN_LOOKUPS_PER_MINUTE", "1200"))
# What another portal may hand in with one request.
PORTAL_BATCH_ITEMS = int(environment.text("JIUJIN_PORTAL_BATCH_ITEMS", "1000"))
PORTAL_BATCH_BYTES = int(environment.text("JIUJIN_PORTAL_BATCH_BYTES", str(4 << 20)))
# Shared by all web processes, so that the limits above are the limits.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE / "frontend" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("JIUJIN_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("JIUJIN_STATIC_ROOT", str(VAR / "static")))
# Names that hold a digest of the content, Vite's and Django's, may be kept for ever by a browser.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(assets/.+-[\w-]{8}|.+\.[0-9a-f]{12})\.\w+$"
STATICFILES_DIRS = [BASE / "frontend" / "dist", BASE / "frontend" / "static"]
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where files handed in are kept, sealed: any storage of Django's by JIUJIN_UPLOADS_BACKEND and its options as JSON.
STORAGES["uploads"] = {
    "BACKEND": "accounts.sealed_storage.SealedStorage",
    "OPTIONS": {
        "backend": environment.text("JIUJIN_UPLOADS_BACKEND", "django.core.files.storage.FileSystemStorage"),
        "options": environment.text("JIUJIN_UPLOADS_OPTIONS", ""),
        "folder": environment.text("JIUJIN_UPLOADS", str(VAR / "uploads")),
    },
}
UPLOAD_MIB = int(environment.text("JIUJIN_UPLOAD_MIB", "300"))  # the largest file that may be handed in
UPLOAD_DAYS = int(environment.text("JIUJIN_UPLOAD_DAYS", "30"))  # then it is deleted; its version stays
SCRATCH = Path(
    environment.text("JIUJIN_SCRATCH", str(VAR / "scratch"))
)  # a file lies open here while it is read
# What a reader of a stranger's file may use (geo_data/apart/limits.py).
READER_CPU_SECONDS = int(environment.text("JIUJIN_READER_CPU_SECONDS", "900"))
READER_WALL_SECONDS = int(environment.text("JIUJIN_READER_WALL_SECONDS", "3600"))
READER_MEMORY_MIB = int(environment.text("JIUJIN_READER_MEMORY_MIB", "2048"))
READER_OUTPUT_MIB = int(environment.text("JIUJIN_READER_OUTPUT_MIB", "4096"))
READER_OPEN_FILES = int(environment.text("JIUJIN_READER_OPEN_FILES", "64"))
MEDIA_ROOT = Path(environment.text("JIUJIN_FILES", str(VAR / "files")))

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "EXCEPTION_HANDLER": "config.errors.api_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jiujin 就近",
    "DESCRIPTION": "Zones, applications, placements and their public proof.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "DatasetStatusEnum": "geo_data.models.DatasetStatus",
        "DatasetKindEnum": "geo_data.models.DatasetKind",
        "PolicyStatusEnum": "admissions.models.PolicyStatus",
    },
}

# The registers asked about a child, in this order: a JSON file of {adapter, seconds, options}; docs/look-ups.md.
LOOK_UPS = environment.look_ups(environment.text("JIUJIN_LOOK_UPS", ""))

# Files of addresses that officers asked about are deleted after so many days, downloaded or not.
ADDRESS_FILES_KEPT_DAYS = int(environment.text("JIUJIN_ADDRESS_FILES_KEPT_DAYS", "7"))

# Public maps carry a review number (审图号); without one public pages answer in words and tables.
MAP_REVIEW_NUMBER = environment.text("JIUJIN_MAP_REVIEW_NUMBER", "")
# They tell the children of every estate, so the bureau decides; points are a map, so they need its number too.
PLAN_FILES_PUBLIC = environment.flag("JIUJIN_PLAN_FILES_PUBLIC", False)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = environment.flag("JIUJIN_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_AGE = 8 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": environment.text("JIUJIN_LOG_LEVEL", "WARNING")},
}
