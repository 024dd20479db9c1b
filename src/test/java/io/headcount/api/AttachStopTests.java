package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.HeadcountApplication;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The stop of the service, seen by clients that are attached. */
@Timeout(120)
class AttachStopTests {
  private static final int CLIENTS = 10;

  /** Lets a process that is killed stop on its way out, for as long as this one lives. */
  private static final String TRACER =
      """
      import ctypes, sys
      SEIZE, STOP_AT_EXIT = 0x4206, 0x40
      libc = ctypes.CDLL(None, use_errno=True)
      libc.ptrace.argtypes = [ctypes.c_long] + [ctypes.c_void_p] * 3
      print(libc.ptrace(SEIZE, int(sys.argv[1]), 0, STOP_AT_EXIT), flush=True)
      sys.stdin.read()
      """;

  private ConfigurableApplicationContext service;

  private void serve(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("--server.port=0");
    all.add("--management.server.port=0");
    service = new SpringApplication(HeadcountApplication.class).run(all.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Run run(RunSpec.Command command) {
    return service.getBean(ProcessSupervisor.class).start(RunSpec.of(command));
  }

  private AttachClient attach(Run run, boolean acknowledging) {
    int port = service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    return AttachClient.open(
        port, "/v1/runs/" + run.id() + "/attach?mode=ro&offset=0", acknowledging);
  }

  @Test
  void tellsOfTheStopAndOfTheExitBeforeItCloses() throws Exception {
    serve("--headcount.shutdown.grace=20s");
    Run run =
        run(
            new RunSpec.Command.Shell(
                "trap 'echo bye; exit 3' TERM; echo x; while :; do sleep 0.05; done"));
    List<AttachClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(attach(run, true));
      }
      for (AttachClient client : clients) {
        client.awaitText(1, "x");
      }
      long started = System.nanoTime();
      service.close();

      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
      for (AttachClient client : clients) {
        assertThat(client.closeCode()).isEqualTo(1000);
        assertThat(client.text(1)).isEqualTo("x\nbye\n");
        assertThat(client.types()).contains("draining").endsWith("exit");
        assertThat(client.types().indexOf("draining")).isLessThan(client.types().indexOf("exit"));
      }
    } finally {
      clients.forEach(AttachClient::close);
    }
  }

  @Test
  void closesWith1012WhenTheClientDidNotTakeWhatWasLeft() throws Exception {
    serve();
    Run run = run(new RunSpec.Command.Shell("head -c 400000 /dev/zero; exec sleep 1000"));
    try (AttachClient client = attach(run, false)) {
      AttachClient.patiently().until(() -> client.bytes().length == Attachment.WINDOW);
      service.close();
      assertThat(client.closeCode()).isEqualTo(1012);
      assertThat(client.types()).doesNotContain("exit");
    }
  }

  @Test
  void closesWith1012WhenTheRunCouldNotBeEndedNeedsPython() throws Exception {
    serve("--headcount.shutdown.grace=0", "--headcount.shutdown.margin=0");
    Run run = run(new RunSpec.Command.Argv(List.of("sleep", "1000")));
    run.launched().join();
    Process tracer =
        new ProcessBuilder("python3", "-c", TRACER, String.valueOf(run.view().pid()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (AttachClient client = attach(run, true)) {
      assertThat(tracer.inputReader().readLine()).isEqualTo("0");
      client.awaitFrame("state");
      service.close();
      assertThat(client.closeCode()).isEqualTo(1012);
      assertThat(client.types()).contains("draining").doesNotContain("exit");
    } finally {
      tracer.destroyForcibly().waitFor(); // lets the process go
    }
  }
}
