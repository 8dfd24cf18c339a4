# Three stages from the same lock files as everywhere else. BASE is any image of Debian 12; NODE_BASE one with Node 20 or newer.
# A bureau without the internet builds this once outside, or loads the finished image: docs/install.md.
ARG BASE=debian:12-slim
ARG NODE_BASE=node:22-bookworm-slim

FROM ${NODE_BASE} AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY vite.config.* tsconfig*.json ./
COPY frontend ./frontend
RUN npm run build

FROM ${BASE} AS python
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates gettext python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.lock ./
COPY setup/python.sh setup/uv.lock ./setup/
RUN setup/python.sh requirements.lock .venv && .venv/bin/python -m pip uninstall --quiet --yes uv
COPY . .
COPY --from=front-end /build/frontend/dist ./frontend/dist
ENV JIUJIN_STATIC_ROOT=/app/static JIUJIN_KERNEL_CACHE=/app/kernels
# Building needs no secret: the key here signs nothing and stays in this stage's command.
RUN for translation in frontend/locale/*/LC_MESSAGES/django.po; do msgfmt -o "${translation%.po}.mo" "$translation"; done \
 && mkdir -p frontend/static \
 && JIUJIN_SECRET_KEY=building .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && JIUJIN_SECRET_KEY=building .venv/bin/python -m setup.warm

FROM ${BASE}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin jiujin \
 && mkdir -p /data/files /data/uploads && chown -R jiujin /data
WORKDIR /app
COPY --from=python --chown=jiujin /app /app
# Web server and worker are two containers: what one stores and the other reads lies in the volume that they share.
ENV JIUJIN_STATIC_ROOT=/app/static JIUJIN_KERNEL_CACHE=/app/kernels JIUJIN_FILES=/data/files JIUJIN_UPLOADS=/data/uploads \
    PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/', timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--timeout", "60", "--no-control-socket"]
