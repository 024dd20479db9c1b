# Headcount, by hand. `make` alone lists what there is.

TOOLS := .tools
HELM  ?= $(TOOLS)/bin/helm
MVN   ?= mvn
IMAGE ?= headcount:dev
ARGS  ?=
JAR   := target/headcount.jar
CHART := helm/headcount

# In CI nobody watches a progress bar.
ifdef CI
MVN_FLAGS ?= -B -ntp
endif

.DEFAULT_GOAL := help
.PHONY: help run test format openapi build image image-test chart bench bench-quick flood fuzz outdated faults soak cgroup-vm clean need-mvn

help: ## Lists these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The shortest way to the jar: no tests, and nothing downloaded that only tests need. `exec` lets signals reach the service.
run: need-mvn ## Builds and serves on 127.0.0.1:8080, management on 8081; ARGS="--server.port=9000" passes options on
	@$(call with_jdk,compile jar:jar@default-jar spring-boot:repackage@repackage) && \
	exec "$$jdk/bin/java" -jar $(JAR) $(ARGS)

test: need-mvn ## Installs what the tests need and runs every check: format, chart lint, Error Prone and NullAway, all tests
	@scripts/install-tools
	@bench/install
	@$(MAKE) --no-print-directory $(HELM)
	@$(call with_jdk,spotless:check)
	$(HELM) lint --strict $(CHART)
	@set -x; $(call with_jdk,verify $(if $(filter-out $(TOOLS)/%,$(HELM)),-Dheadcount.helm="$(abspath $(HELM))")) && \
	$(call with_jdk,-q -f bench/contenders/spring/pom.xml package) && \
	$(call with_jdk,-f bench/pom.xml verify)
	@scripts/test-image

format: need-mvn ## Formats the sources
	@$(call with_jdk,spotless:apply)

openapi: need-mvn ## Writes src/main/resources/openapi.json and .yaml, the OpenAPI document, as the code has it
	@$(call with_jdk,-q test -Dtest=OpenApiDocumentTests -Dheadcount.openapi=write)

build: need-mvn ## Builds target/headcount.jar without running tests
	@$(call with_jdk,-DskipTests package)

# Each tool has its own way to be told the one time of all layers.
image: build ## Builds the container image IMAGE (headcount:dev) with docker, podman or buildah
	@epoch=$$(sed -n 's/^ARG SOURCE_DATE_EPOCH=//p' Dockerfile); \
	set -- --build-arg VERSION=$$(sed -n 's/^appVersion: *"*\([^"]*\)"*$$/\1/p' $(CHART)/Chart.yaml) \
	  --build-arg REVISION=$$(git rev-parse HEAD 2>/dev/null || echo unknown) --tag $(IMAGE) .; \
	if command -v docker >/dev/null; then set -x; SOURCE_DATE_EPOCH=$$epoch exec docker build "$$@"; fi; \
	for tool in podman buildah; do \
	  if command -v $$tool >/dev/null; then set -x; exec $$tool build --timestamp $$epoch "$$@"; fi; \
	done; echo "make image needs docker, podman or buildah; none is on the PATH." >&2; exit 1

image-test: build ## Builds the image with podman, as root, runs it as a pod does, and stops it; part of make test
	@scripts/test-image

chart: $(HELM) ## Lints the Helm chart, renders it, and packs it into target/
	$(HELM) lint --strict $(CHART)
	$(HELM) lint --strict $(CHART) --values $(CHART)/values-production.yaml
	$(HELM) template headcount $(CHART)
	$(HELM) package $(CHART) --destination target

bench: need-mvn ## Compares the core and the service with their peers and the limit, 20 minutes; writes bench/RESULTS.md and docs/bench-*.svg; ARGS=--help
	@$(call run_bench,--write . $(ARGS))

bench-quick: need-mvn ## The same of what it must show alone, 4 to 8 minutes; writes bench/RESULTS-QUICK.md
	@$(call run_bench,--write . --quick $(ARGS))

# The bench compiles the core from its sources, and starts the packaged service. The option quiets a warning about JMH.
run_bench = bench/install && \
	$(call with_jdk,-q compile spring-boot:process-aot@process-aot jar:jar@default-jar spring-boot:repackage@repackage) && \
	$(call with_jdk,-q -Dmaven.test.skip=true -f bench/pom.xml package) && \
	$(call with_jdk,-q -f bench/contenders/spring/pom.xml package) && \
	exec "$$jdk/bin/java" --sun-misc-unsafe-memory-access=allow -jar bench/target/benchmarks.jar --jar $(JAR) $(1)

flood: need-mvn ## Lets a child write 2 GiB while one reader is stalled and one is not
	@$(call with_jdk,verify -Dtest=FloodTests -Dit.test=FloodJarTests -Dheadcount.flood=2048)

fuzz: need-mvn ## Throws 100,000 odd requests at every operation, 20 minutes; ARGS=-Dheadcount.fuzz.seed=N to repeat what failed
	@$(call with_jdk,test -Dtest=AnyRequestTests -Dheadcount.fuzz=100000 $(ARGS))

outdated: need-mvn ## Lists libraries and plugins of which Maven Central has newer versions
	@$(call with_jdk,versions:display-parent-updates versions:display-property-updates versions:display-plugin-updates)

faults: need-mvn ## Tries every way out of a run alone, then 10,000 double forks; the table is in docs/containment.md; 20 minutes
	@scripts/install-tools
	@$(call with_jdk,verify -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test='*FaultsJarTests' -Dheadcount.faults=whole)

# In a virtual machine, because few machines delegate every controller.
cgroup-vm: build ## Checks limits and OOM kills by cgroups on a real kernel: boots a small virtual machine, 10 minutes at most
	@scripts/cgroup-vm

soak: need-mvn ## Runs 100,000 short runs, 30 minutes at most, and writes docs/soak.md and docs/soak.svg; fails if anything grows
	@scripts/install-tools
	@$(call with_jdk,verify -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=SoakJarTests -Dheadcount.soak=whole)

clean: ## Removes what was built; the tools stay
	rm -rf target bench/target bench/contenders/spring/target

# Only the pinned helm is installed; one named by HELM=... is taken as it is. Always asked, so that a new pin is noticed.
$(TOOLS)/bin/helm: FORCE
	@scripts/install-helm $(TOOLS)/bin
.PHONY: FORCE
FORCE:

need-mvn:
	@command -v $(MVN) >/dev/null || { echo "Maven ($(MVN)) was not found on the PATH. Install Maven 3.8 or later, or name it: make MVN=/path/to/mvn" >&2; exit 1; }

# Maven runs on the JDK found: the formatter, and what Spring prepares for the jar, are parsed by the Java that Maven itself runs on.
# The second option quiets a warning about Maven's own libraries.
with_jdk = jdk=$$(scripts/find-jdk) && JAVA_HOME="$$jdk" \
	MAVEN_OPTS="$${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" $(MVN) $(MVN_FLAGS) $(1)
