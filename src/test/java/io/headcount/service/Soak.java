package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Short runs of every kind through a service, each held to its outcome. */
final class Soak {
  private static final int CLIENTS = 8;

  /**
   * A kind of run.
   *
   * @param request what starts it
   * @param status of the answer that waits for its end
   * @param outcome what that answer has in it
   */
  private record Kind(String request, int status, List<String> outcome) {
    Kind(String request, int status, String... outcome) {
      this(request, status, List.of(outcome));
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind("{\"argv\":[\"true\"]}", 200, "\"exitCode\":0", "\"reason\":\"exit\""),
          new Kind("{\"argv\":[\"echo\",\"hello\"]}", 200, "\"stdout\":\"hello\\n\""),
          new Kind("{\"shell\":\"exit 3\"}", 200, "\"exitCode\":3"),
          new Kind("{\"argv\":[\"/no/such/program\"]}", 422, "\"errno\":\"ENOENT\""),
          new Kind(
              "{\"argv\":[\"sleep\",\"60\"],\"timeoutMs\":30}",
              200,
              "\"reason\":\"overall-timeout\"",
              "\"exitSignal\":\"SIGTERM\""),
          new Kind("{\"shell\":\"(setsid sh -c 'exit 0' &); exit 0\"}", 200, "\"exitCode\":0"),
          new Kind("{\"shell\":\"head -c 65536 /dev/zero\"}", 200, "\"stdoutBytes\":65536"),
          new Kind("{\"shell\":\"sleep 60 & exit 0\"}", 200, "\"exitCode\":0"),
          new Kind(
              "{\"argv\":[\"cat\"],\"stdin\":{\"mode\":\"inline\",\"text\":\"in\"}}",
              200,
              "\"stdout\":\"in\""));

  private final ServiceProcess service;
  private final AtomicInteger done = new AtomicInteger();

  Soak(ServiceProcess service) {
    this.service = service;
  }

  int done() {
    return done.get();
  }

  /** How many there are in all when so many more were run; fails at the first wrong outcome. */
  void run(int more) throws Exception {
    AtomicInteger next = new AtomicInteger(done.get());
    int until = next.get() + more;
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        all.add(() -> {
          for (int n = next.getAndIncrement(); n < until; n = next.getAndIncrement()) {
            one(n);
            done.incrementAndGet();
          }
          return null;
        });
      }
      for (Future<Void> each : clients.invokeAll(all)) {
        each.get();
      }
    }
  }

  private void one(int number) throws Exception {
    int kind = number % (KINDS.size() + 1);
    if (kind == KINDS.size()) {
      cancelled();
    } else {
      Kind wanted = KINDS.get(kind);
      HttpResponse<String> answer = service.post("/v1/runs", wanted.request(), "Prefer", "wait=60");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(wanted.status());
      assertThat(answer.body()).contains(wanted.outcome().toArray(String[]::new));
    }
  }

  private void cancelled() throws Exception {
    String run = service.start("{\"shell\":\"sleep 60 & sleep 60\"}");
    HttpResponse<String> end =
        service.post("/v1/runs/" + run + "/cancel", "{}", "Prefer", "wait=60");
    assertThat(end.statusCode()).as(end.body()).isEqualTo(200);
    assertThat(end.body()).contains("\"reason\":\"manual-cancel\"", "\"survivors\":[]");
  }
}
