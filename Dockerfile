# One image; the command chooses what it is: `shortfactory serve`, `worker`, `migrate`, `make`, ...
# Everything comes from PyPI with pinned hashes; no system package is added.

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /source
COPY requirements.lock ./
# Only the build backend and what it needs, at the versions and hashes of the one lock file.
RUN awk '/^[a-z]/ { wanted = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } wanted' \
      requirements.lock > build.lock \
 && python -m venv /build \
 && /build/bin/pip install --no-cache-dir --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY shortfactory shortfactory
COPY providers providers
COPY media media
COPY nodes nodes
COPY graph graph
COPY server server
COPY simulator simulator
RUN /build/bin/python -m hatchling build -t wheel -d /wheel

FROM python:3.11-slim-bookworm AS environment
RUN python -m venv --without-pip /opt/shortfactory
COPY requirements-runtime.lock ./
RUN python -m pip --python /opt/shortfactory install --no-cache-dir --require-hashes \
      -r requirements-runtime.lock
COPY --from=wheel /wheel /wheel
RUN python -m pip --python /opt/shortfactory install --no-cache-dir --no-deps --no-index /wheel/*.whl

FROM python:3.11-slim-bookworm
# PostgreSQL, when it is the one that comes along, wants a user with a name.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/shortfactory shortfactory \
 && install -d -o shortfactory -g shortfactory -m 0750 /var/lib/shortfactory
COPY --from=environment /opt/shortfactory /opt/shortfactory
COPY examples /app/examples
ENV PATH=/opt/shortfactory/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SHORTFACTORY_HOME=/var/lib/shortfactory \
    XDG_RUNTIME_DIR=/tmp \
    SHORTFACTORY_SERVICE__HOST=0.0.0.0 \
    SHORTFACTORY_SERVICE__PORT=8080
WORKDIR /var/lib/shortfactory
VOLUME /var/lib/shortfactory
USER shortfactory
EXPOSE 8080
# Asks the API; start workers and single commands with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['SHORTFACTORY_SERVICE__PORT'] + '/healthz', timeout=4)"]
CMD ["shortfactory", "serve"]
