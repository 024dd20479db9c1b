package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who waits for whom when an attached client or its command is slow or silent. */
class AttachFlowTests extends Attaching {
  @Test
  void sendsNoMoreThanTheWindowAndThenAGapWhenTheClientIsSlow() throws Exception {
    String id = piped("head -c 400000 /dev/zero; read -r x; head -c 4000000 /dev/zero; echo end");
    try (AttachClient client =
        AttachClient.open(port(), "/v1/runs/" + id + "/attach?mode=ro&offset=0", false)) {
      AttachClient.patiently().until(() -> client.bytes().length == Attachment.WINDOW);
      api.bytes("/v1/runs/" + id + "/stdin", new byte[] {'\n'});
      awaitState(id, "exited"); // the command never waits
      assertThat(client.bytes()).hasSize(Attachment.WINDOW);
      client.acknowledge();
      JsonNode gap = client.awaitFrame("gap");
      assertThat(gap.path("from").asLong()).isEqualTo(Attachment.WINDOW);
      assertThat(gap.path("to").asLong()).isGreaterThan(2_000_000);
      assertThat(gap.path("cause").asString()).isEqualTo("slow");
      AttachClient.patiently()
          .ignoreExceptions() // the service closes as soon as all is sent
          .until(() -> {
            if (!client.types().contains("exit")) {
              client.acknowledge();
            }
            return client.types().contains("exit");
          });
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.offset()).isEqualTo(4_400_004);
      assertThat(client.text(1)).endsWith("end\n");
    }
  }

  @Test
  void tellsOfAGapWhenTheOffsetIsNoLongerHeld() throws Exception {
    String id = started("head -c 4000000 /dev/zero", "\"stdin\": null");
    awaitState(id, "exited");
    try (AttachClient client = attach(id, "?mode=ro&offset=5")) {
      JsonNode gap = client.awaitFrame("gap");
      assertThat(gap.path("from").asLong()).isEqualTo(5);
      assertThat(gap.path("cause").asString()).isEqualTo("pruned");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.offset()).isEqualTo(4_000_000);
    }
  }

  @Test
  void closesAClientThatAcknowledgesNothing() throws Exception {
    String id = started("head -c 400000 /dev/zero; sleep 60", "\"stdin\": null");
    try (AttachClient client =
        AttachClient.open(port(), "/v1/runs/" + id + "/attach?mode=ro&offset=0", false)) {
      assertThat(client.closeCode()).isEqualTo(4008);
      assertThat(client.bytes()).hasSize(Attachment.WINDOW);
      assertThat(supervisor.get(id).state().label()).isEqualTo("running");
    }
  }

  @Test
  void pingsAndIsSatisfiedWithPongs() {
    String id = piped("cat");
    try (AttachClient client = attach(id, "")) {
      AttachClient.patiently().until(() -> client.pings.get() >= 5);
      client.type("alive");
      client.awaitText(1, "alive");
    }
  }

  @Test
  void pushesBackWhileTheCommandDoesNotReadAndLosesNothing() throws Exception {
    String id = piped("sleep 1.5; wc -c");
    try (AttachClient client = attach(id, "")) {
      byte[] block = new byte[100_000];
      for (int i = 0; i < 20; i++) {
        client.write(block);
      }
      client.order("{\"type\": \"eof\"}");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.text(1).strip()).isEqualTo("2000000");
    }
  }

  @Test
  void closesAClientThatAnswersNoPing() throws Exception {
    String id = piped("cat");
    try (DeafClient client = DeafClient.attach(port(), "/v1/runs/" + id + "/attach")) {
      assertThat(client.closeCode()).isEqualTo(4008);
      assertThat(supervisor.get(id).state().label()).isEqualTo("running");
      awaitNoClient();
      try (AttachClient next = attach(id, "")) {
        next.awaitFrame("state"); // its place as the writer is free
      }
    }
  }

  @Test
  void dropsTheConnectionOfAClientThatDoesNotAnswerTheClose() throws Exception {
    String id = id(api.run("echo done"));
    try (DeafClient client =
        DeafClient.attach(port(), "/v1/runs/" + id + "/attach?mode=ro&offset=0")) {
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.isCutOff()).isTrue();
    }
  }

  @Test
  void dropsAClientThatReadsNothingThoughItAcknowledges() throws Exception {
    String id =
        started(
            "head -c 20000000 /dev/zero; sleep 60",
            "\"stdin\": null, \"output\": {\"retainBytes\": 20000000}");
    awaitOutput(id, 20_000_000);
    awaitNoClient();
    try (DeafClient client =
        DeafClient.attach(port(), "/v1/runs/" + id + "/attach?mode=ro&offset=0")) {
      AttachClient.patiently().until(() -> streams.clients(StreamKind.ATTACH) == 1);
      AttachClient.patiently()
          .ignoreExceptions() // once it is dropped it cannot say anything
          .until(() -> {
            if (streams.clients(StreamKind.ATTACH) > 0) {
              for (int windows = 1; windows <= 40; windows++) {
                client.acknowledge((long) windows * Attachment.WINDOW);
              }
            }
            return streams.clients(StreamKind.ATTACH) == 0;
          });
      assertThat(client.isCutOff()).isTrue();
    }
  }

  /** Its thread is stuck with what it does not read, so it is not closed yet. */
  @Test
  void obeysAClientNoMoreOnceAnotherHasTakenTheWriting() throws Exception {
    String id =
        started(
            "trap 'echo one' USR1; trap 'echo two' USR2; head -c 8000000 /dev/zero;"
                + " while :; do sleep 0.05; done",
            "\"stdin\": {\"mode\": \"pipe\"}, \"output\": {\"retainBytes\": 8000000}");
    awaitOutput(id, 8_000_000);
    try (DeafClient first = DeafClient.attach(port(), "/v1/runs/" + id + "/attach?offset=0")) {
      AttachClient.patiently().until(() -> streams.clients(StreamKind.ATTACH) == 1);
      for (int acks = 0; acks < 400; acks++) {
        first.acknowledge((long) (acks % 30) * Attachment.WINDOW);
      }
      try (AttachClient next = attach(id, "?takeover=true")) {
        next.awaitFrame("state");
        first.order("{\"type\":\"signal\",\"signal\":\"SIGUSR1\",\"target\":\"leader\"}");
        AttachClient.patiently()
            .during(Duration.ofMillis(500))
            .until(() -> !next.text(1).contains("one"));
        next.order("{\"type\":\"signal\",\"signal\":\"SIGUSR2\",\"target\":\"leader\"}");
        next.awaitText(1, "two");
        assertThat(next.text(1)).doesNotContain("one");
      }
    }
  }

  private void awaitNoClient() {
    AttachClient.patiently().until(() -> streams.clients(StreamKind.ATTACH) == 0);
  }
}
