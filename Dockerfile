# Weerklank in a container. Everything that stays is in /data: the SQLite database (or, with WEERKLANK_DATABASE_URL, none),
# attachments and keys. TLS is the proxy's, in front of this (deploy/).
#
#     docker build -t weerklank .
#     docker run -d --name weerklank -v weerklank:/data -p 127.0.0.1:8501:8501 --read-only --tmpfs /tmp --cap-drop ALL \
#         -e WEERKLANK_HOST=klachten.voorbeeld.nl -e WEERKLANK_HTTPS=1 -e FORWARDED_ALLOW_IPS=172.17.0.1 weerklank
#     docker logs weerklank        # the link for the first administrator
#
# FORWARDED_ALLOW_IPS: the proxy's address as the container sees it, so that guesses count for who makes them. Every night:
# `docker exec weerklank python manage.py nightly`, and so on as the timers in deploy/systemd/ do.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt /
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    WEERKLANK_DATA=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0
RUN groupadd --gid 10001 weerklank \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin weerklank \
    && install -d -o weerklank -g weerklank -m 700 /data
COPY --from=packages /venv /venv
WORKDIR /srv/weerklank
COPY . .
USER 10001:10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["python", "manage.py", "run"]
