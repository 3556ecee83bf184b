# One image for every service, the worker and the one-shot jobs: the same code is in all of them, and
# what a container is follows from its command (`serve monitoring`, `migrate monitoring`, ...).
# Pin the base by digest where images are built: --build-arg BASE=python:3.11-slim@sha256:...
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /source
RUN python -m venv /opt/leefwijk
COPY requirements.lock ./
# the lock holds the whole workspace, tools included: a second lock could differ from what was tested
RUN /opt/leefwijk/bin/pip install --require-hashes --requirement requirements.lock
COPY libs ./libs
COPY services ./services
RUN /opt/leefwijk/bin/pip install --no-deps --no-build-isolation \
      ./libs/events ./libs/service ./libs/gates ./services/monitoring ./services/initiatives ./services/participation ./services/projections

FROM ${BASE}
RUN groupadd --gid 10001 leefwijk \
    && useradd --uid 10001 --gid leefwijk --no-create-home --home-dir /var/lib/leefwijk leefwijk \
    && install --directory --owner leefwijk --group leefwijk /var/lib/leefwijk /identity
COPY --from=build /opt/leefwijk /opt/leefwijk
ENV PATH=/opt/leefwijk/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LEEFWIJK_HOST=0.0.0.0
WORKDIR /var/lib/leefwijk
USER 10001:10001
# Python asks, because a slim image has no curl; the worker answers on a port of its own
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 CMD ["python", "-c", \
  "import os, urllib.request as web; web.urlopen('http://127.0.0.1:%s/readyz' % (os.environ.get('LEEFWIJK_WORKER_PORT') or os.environ['LEEFWIJK_PORT']), timeout=3)"]
ENTRYPOINT ["leefwijk"]
CMD ["--help"]
