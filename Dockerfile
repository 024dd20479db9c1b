# `make image` builds the jar and then this. First the jar is taken apart, so that a change of the code alone
# leaves the layer of the libraries as it was.
FROM eclipse-temurin:25-jre AS layers
WORKDIR /build
COPY target/headcount.jar headcount.jar
RUN java -Djarmode=tools -jar headcount.jar extract --layers --destination layers

FROM eclipse-temurin:25-jre

LABEL org.opencontainers.image.title="Headcount" \
      org.opencontainers.image.description="Runs commands for its clients over REST and answers for every process it started" \
      org.opencontainers.image.licenses="Apache-2.0"

# tini is process 1: it passes signals on, and it reaps what the JVM would leave as zombies.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 headcount \
 && useradd --uid 10001 --gid 10001 --home-dir /workspace --no-create-home --shell /usr/sbin/nologin headcount \
 && install --directory --owner 10001 --group 10001 /workspace /var/lib/headcount

WORKDIR /opt/headcount
COPY --from=layers /build/layers/dependencies/ ./
COPY --from=layers /build/layers/spring-boot-loader/ ./
COPY --from=layers /build/layers/snapshot-dependencies/ ./
COPY --from=layers /build/layers/application/ ./

ENV HEADCOUNT_SERVER_ADDRESS=0.0.0.0 \
    HEADCOUNT_WORKSPACE=/workspace \
    HEADCOUNT_DATA_DIR=/var/lib/headcount \
    JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=30 -XX:+ExitOnOutOfMemoryError"

USER 10001:10001
WORKDIR /workspace
VOLUME ["/workspace", "/var/lib/headcount"]
EXPOSE 8080 8081
ENTRYPOINT ["/usr/bin/tini", "--", "java", "--enable-native-access=ALL-UNNAMED", "-jar", "/opt/headcount/headcount.jar"]
