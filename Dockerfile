# `make image` builds the jar and then this. `make image-test` builds it too, runs it as a pod would, and stops it.
# Both base images can be named, by digest for instance: --build-arg JAVA_IMAGE=... --build-arg BASE_IMAGE=...
ARG JAVA_IMAGE=eclipse-temurin:25-jre
ARG BASE_IMAGE=debian:trixie-slim

FROM ${JAVA_IMAGE} AS java

FROM ${BASE_IMAGE} AS base
# What commands may want beside a shell and coreutils: --build-arg PACKAGES="git jq"
ARG PACKAGES=""
# The time of everything that is made here, so that the same sources and packages make the same layers: that of the jar's files.
ARG SOURCE_DATE_EPOCH=1767225600
# tini is process 1: it passes signals on to the service alone, and reaps what the JVM would leave as zombies.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini bash coreutils procps util-linux ca-certificates openssl ${PACKAGES} \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/*.log /var/cache/ldconfig/aux-cache \
 && groupadd --gid 10001 headcount \
 && useradd --uid 10001 --gid 10001 --home-dir /workspace --no-create-home --no-log-init --shell /usr/sbin/nologin headcount \
 && install --directory --owner 10001 --group 10001 /workspace /var/lib/headcount
ENV JAVA_HOME=/opt/java/openjdk
COPY --from=java ${JAVA_HOME} ${JAVA_HOME}
ENV PATH="${JAVA_HOME}/bin:${PATH}"

# The jar is taken apart, so that a change of the code alone leaves the layer of the libraries as it was.
FROM base AS layers
WORKDIR /build
COPY target/headcount.jar headcount.jar
RUN java -Djarmode=tools -jar headcount.jar extract --layers --destination layers

FROM base
WORKDIR /opt/headcount
COPY --from=layers /build/layers/dependencies/ ./
COPY --from=layers /build/layers/spring-boot-loader/ ./
COPY --from=layers /build/layers/snapshot-dependencies/ ./
COPY --from=layers /build/layers/application/ ./

# Options that the AOT cache was trained with must stay as they are: another collector or other object headers, and it is not used.
# The heap begins small whatever the machine has, and native memory goes back after bursts: what is resident belongs to commands.
# The beans are those that were prepared, and the second compiler (C2) leaves alone what only the start runs often: docs/RATIONALE.md.
ENV HEADCOUNT_SERVER_ADDRESS=0.0.0.0 \
    HEADCOUNT_WORKSPACE=/workspace \
    HEADCOUNT_DATA_DIR=/var/lib/headcount \
    MALLOC_ARENA_MAX=1 \
    JDK_JAVA_OPTIONS="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xms28m -XX:MaxRAMPercentage=30 -XX:TrimNativeHeapInterval=5000 -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED \
-Dspring.aot.enabled=true -XX:Tier2InvokeNotifyFreqLog=15 -XX:Tier2BackedgeNotifyFreqLog=18 \
-XX:Tier4InvocationThreshold=20000 -XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=160000"

# The AOT cache (JEP 483, 514, 515) holds classes as the JVM wants them, and what was hot: one life of the service trains it.
# The last layer, because it is the only one that is not the same in every build of the same sources.
RUN --mount=type=bind,source=scripts/train-aot,target=/usr/local/bin/train-aot \
    train-aot /opt/headcount/headcount.jar /opt/headcount/headcount.aot && rm -rf /tmp/*

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Headcount" \
      org.opencontainers.image.description="Runs commands for its clients over REST and answers for every process it started" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

USER 10001:10001
WORKDIR /workspace
VOLUME ["/workspace", "/var/lib/headcount"]
EXPOSE 8080 8081
# Kubernetes asks with its own probes; this is for those who run it by hand, and asks over TLS who does not answer without. The form that docker and podman keep only in their own image format.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["bash", "-c", \
  "ask() { printf 'GET /actuator/health/liveness HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n'; }; at=127.0.0.1 port=${HEADCOUNT_MANAGEMENT_PORT:-8081}; { exec 3<>/dev/tcp/$at/$port && ask >&3 && cat <&3; ask | openssl s_client -quiet -connect $at:$port; } 2>/dev/null | grep -q '\"UP\"'"]
ENTRYPOINT ["/usr/bin/tini", "--", "java", "-XX:AOTCache=/opt/headcount/headcount.aot", "-jar", "/opt/headcount/headcount.jar"]
