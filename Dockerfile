# The image of tender. It is built from source on Debian bookworm and runs as a fixed user that is not root.
# The root file system can be read-only. Everything that must outlive the container is under /data.
FROM debian:bookworm-slim AS build

# Versions are not pinned, because Debian's security updates replace them within bookworm.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      cmake \
      g++ \
      libboost-url1.81-dev \
      libboost1.81-dev \
      libcxxopts-dev \
      libfmt-dev \
      libsecp256k1-dev \
      libspdlog-dev \
      libsqlite3-dev \
      libsqlitecpp-dev \
      libssl-dev \
      libsystemd-dev \
      libtomlplusplus-dev \
      libyaml-cpp-dev \
      ninja-build \
      nlohmann-json3-dev \
      pkg-config \
      prometheus-cpp-dev \
      zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /source
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY include include
COPY src src
RUN cmake --preset release \
 && cmake --build --preset release --target tender \
 && strip build/release/tender


FROM debian:bookworm-slim

LABEL org.opencontainers.image.title="tender" \
      org.opencontainers.image.description="Keeps zooid in step with its database" \
      org.opencontainers.image.licenses="MIT"

# The libraries that the executable is linked with (scripts/check_runtime_packages.sh compares them), and
# the certificates that it trusts.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates \
      libboost-url1.81.0 \
      libfmt9 \
      libprometheus-cpp-core1.0 \
      libsecp256k1-1 \
      libspdlog1.10 \
      libsqlite3-0 \
      libssl3 \
      libstdc++6 \
      libsystemd0 \
      libtomlplusplus3 \
      libyaml-cpp0.7 \
      zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 tender \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data \
      --shell /usr/sbin/nologin tender \
 && install --directory --owner=tender --group=tender --mode=0700 /data

COPY --from=build /source/build/release/tender /usr/local/bin/tender

USER 10001:10001
WORKDIR /data
VOLUME /data
ENV DATABASE_URL=sqlite:///data/tender.db
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["tender", "health"]
ENTRYPOINT ["tender"]
CMD ["run"]
