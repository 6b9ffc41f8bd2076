# The service as an image: `docker-compose up` builds it. tests/docker runs what stands here, since no container engine runs there.
# Both stages are Debian 12, whatever its point release: those bring repairs alone, and packages follow them in any case.

FROM debian:12 AS build
WORKDIR /millrace
# What the build needs comes first, so that a change of the sources leaves it as it is.
COPY scripts/setup scripts/
COPY web/package.json web/requirements.txt web/
RUN scripts/setup run
COPY CMakeLists.txt CMakePresets.json dev ./
COPY cmake cmake
COPY src src
COPY web web
RUN ./dev build release && strip --strip-debug build/release/millrace

FROM debian:12-slim
# The libraries that the program is linked with, and whom it trusts when a database or a resolver is reached by TLS.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libbson-1.0-0 libfmt9 libjq1 libmimalloc2.0 libmongoc-1.0-0 libnats3.4 libpq5 librdkafka1 libre2-9 libsqlite3-0 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --no-log-init --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin millrace
COPY --from=build /millrace/build/release/millrace /usr/local/bin/millrace
# A service of your own: its folder `config` mounted here. It is only read.
COPY examples/events/config /config
USER 10001
EXPOSE 4055
# Healthy when every storage answers. PORT, for a config that reads its port from there.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${PORT:-4055} && printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["millrace"]
CMD ["serve", "--config", "/config/config.conf"]
