package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.HeadcountApplication;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The stop of the service, seen by clients that are attached. */
class AttachStopTests {
  private static final int CLIENTS = 10;

  @Test
  void tellsOfTheStopAndOfTheExitBeforeItCloses() throws Exception {
    ConfigurableApplicationContext service =
        new SpringApplication(HeadcountApplication.class)
            .run("--server.port=0", "--management.server.port=0", "--headcount.shutdown.grace=5s");
    int port = service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    var run =
        service
            .getBean(ProcessSupervisor.class)
            .start(
                RunSpec.of(
                    new RunSpec.Command.Shell(
                        "trap 'echo bye; exit 3' TERM; echo x; while :; do sleep 0.05; done")));
    List<AttachClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(AttachClient.open(port, "/v1/runs/" + run.id() + "/attach?mode=ro&offset=0"));
      }
      for (AttachClient client : clients) {
        client.awaitText(1, "x");
      }
      long started = System.nanoTime();
      service.close();

      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
      for (AttachClient client : clients) {
        assertThat(client.closeCode()).isEqualTo(1000);
        assertThat(client.text(1)).isEqualTo("x\nbye\n");
        assertThat(client.types()).contains("draining").endsWith("exit");
        assertThat(client.types().indexOf("draining")).isLessThan(client.types().indexOf("exit"));
      }
    } finally {
      clients.forEach(AttachClient::close);
      service.close();
    }
  }
}
