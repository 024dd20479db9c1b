package io.headcount.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.child.Capacity;
import io.headcount.supervisor.ProcessSupervisor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A service whose budget is small, so that a test can go past it. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = "headcount.limits.descriptor-budget-percent=5")
class DescriptorBudgetTests {
  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;
  @Autowired private ProcessSupervisor supervisor;

  @Test
  void isOutOfServiceWhilePastTheBudgetAndBackAfterIt() throws Exception {
    assertThat(status(managementPort, "/actuator/health/readiness")).isEqualTo(200);
    List<FileChannel> files = new ArrayList<>();
    try {
      Capacity capacity = supervisor.adapter().capacity();
      long more = supervisor.descriptorBudget(capacity) - capacity.openDescriptors() + 1;
      for (long i = 0; i < more; i++) {
        files.add(FileChannel.open(Path.of("/dev/null")));
      }
      await().until(() -> status(managementPort, "/actuator/health/readiness") == 503);
      assertThat(status(managementPort, "/actuator/health/liveness")).isEqualTo(200);
      try (HttpClient http = HttpClient.newHttpClient()) {
        var refused =
            http.send(
                request(port, "/v1/runs")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"shell\": \"true\"}"))
                    .build(),
                BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"code\":\"fd-budget\"");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
      }
    } finally {
      for (FileChannel file : files) {
        file.close();
      }
    }
    await().until(() -> status(managementPort, "/actuator/health/readiness") == 200);
  }

  private static int status(int port, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request(port, path).build(), BodyHandlers.discarding()).statusCode();
    }
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }
}
