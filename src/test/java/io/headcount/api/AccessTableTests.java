package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/**
 * Each role against each operation over real HTTP, as the table of docs/security.md says. An
 * operation that has no line there fails here.
 */
class AccessTableTests extends Secured {
  /** Served from files, so that no controller tells of it. */
  private static final String FILES = "GET /swagger-ui/index.html";

  @Autowired private ApplicationContext context;

  @Test
  void everyOperationOfTheServiceHasALine() throws IOException {
    Set<String> served = new TreeSet<>(Set.of(FILES));
    context
        .getBeansOfType(RequestMappingHandlerMapping.class)
        .values()
        .forEach(mapping -> mapping.getHandlerMethods().keySet().forEach(i -> add(i, served)));
    management
        .get("/actuator")
        .json()
        .path("_links")
        .forEach(link -> served.add("GET " + path(link)));

    assertThat(AccessTable.lines().stream().map(AccessTable.Line::operation))
        .containsExactlyInAnyOrderElementsOf(served);
  }

  private static void add(RequestMappingInfo info, Set<String> served) {
    for (String path : info.getPatternValues()) {
      Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
      if (!path.equals("/error")) { // the container's own, asked for by nobody else
        assertThat(methods).as(path).isNotEmpty();
        methods.forEach(method -> served.add(method + " " + path));
      }
    }
  }

  private static String path(JsonNode link) {
    return java.net
        .URI
        .create(link.path("href").asString().replace("{*path}", "x").replace("{", "%7B"))
        .getPath()
        .replace("/x", "/{*path}");
  }

  @TestFactory
  Stream<DynamicTest> everyRoleIsLetInOrNotAsItsLineSays() throws IOException {
    return AccessTable.lines().stream()
        .flatMap(line ->
            line.cells().entrySet().stream()
                .map(cell ->
                    DynamicTest.dynamicTest(
                        line.operation() + " by " + cell.getKey() + ": " + cell.getValue(),
                        () -> check(line, cell.getKey(), cell.getValue()))));
  }

  private void check(AccessTable.Line line, String role, String cell) {
    Client client =
        switch (role) {
          case "viewer" -> sees;
          case "runner" -> ann;
          case "admin" -> ops;
          default -> nobody;
        };
    String others = Service.id(bob.start("true"));
    int status = status(client, line, others);
    switch (cell) {
      case "yes" -> assertThat(status).isNotIn(401, 403, 500);
      case "no" -> assertThat(status).isEqualTo(role.equals("nobody") ? 401 : 403);
      default -> {
        assertThat(status).as("another caller's run").isEqualTo(404);
        assertThat(status(client, line, Service.id(ann.start("true"))))
            .as("its own run")
            .isNotIn(401, 403, 404, 500);
      }
    }
  }

  /** What is sent need not be right: it is answered past the rule or not at all. */
  private int status(Client client, AccessTable.Line line, String id) {
    String path = line.path(id);
    Client target = line.isManagement() ? management.with(client.token()) : client;
    if (line.method().equals("GET")) {
      var answer = target.open(path); // it may have no end
      try {
        answer.body().close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return answer.statusCode();
    }
    String body =
        switch (line.path()) {
          case "/v1/runs/{id}/signal" -> "{\"signal\": \"SIGCONT\"}";
          case "/v1/runs/{id}/tty" -> "{\"columns\": 80, \"rows\": 24}";
          default -> "{}";
        };
    return target
        .send(
            line.method(), path, BodyPublishers.ofString(body), "Content-Type", "application/json")
        .status();
  }

  @Test
  void anOperationWithoutARuleIsTheAdminsAlone() {
    assertThat(nobody.get("/v1/nothing").status()).isEqualTo(401);
    assertThat(sees.get("/v1/nothing").status()).isEqualTo(403);
    assertThat(ann.get("/v1/nothing").status()).isEqualTo(403);
    assertThat(ops.get("/v1/nothing").status()).isEqualTo(404);
  }

  @Test
  void noPathIsAWayAroundARule() {
    String id = Service.id(bob.start("true"));
    for (String path :
        List.of(
            "/v1/runs/",
            "//v1/runs",
            "/v1//runs/" + id,
            "/v1/./runs",
            "/v1/runs;a=b",
            "/V1/runs",
            "/v1/runs.json",
            "/problems/../v1/runs/" + id,
            "/problems/%2e%2e/v1/runs",
            "/v1%2fruns",
            "/actuator/health/../headcount",
            "/v1/runs?access_token=" + OPS)) {
      assertThat(nobody.get(path).status()).as(path).isIn(400, 401);
    }
    assertThat(nobody.send("HEAD", "/v1/runs", BodyPublishers.noBody()).status()).isEqualTo(401);
    assertThat(nobody.send("OPTIONS", "/v1/runs", BodyPublishers.noBody()).status()).isEqualTo(401);
    assertThat(nobody.send("PROPFIND", "/v1/runs", BodyPublishers.noBody()).status())
        .isEqualTo(401);
    assertThat(nobody.get("/v1/runs", "X-HTTP-Method-Override", "HEAD").status()).isEqualTo(401);
  }
}
