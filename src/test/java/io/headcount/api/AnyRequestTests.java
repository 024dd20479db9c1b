package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.supervisor.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever is sent to any operation, the answer is one of HTTP, and an error is a problem document:
 * never a 500, never a stack trace; and nothing stays open. Requests are made of a good one by a
 * few tweaks, from a seed; one that fails is told with the tweaks that it takes.
 *
 * <p>{@code -Dheadcount.fuzz=100000} sends so many, from a new seed each time; {@code
 * -Dheadcount.fuzz.seed=N} from that one. See {@code make fuzz}.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = {"headcount.http.max-wait=100ms", "headcount.defaults.grace=0"})
class AnyRequestTests extends Service {
  private static final int FEW = 2_000;
  private static final int ENOUGH = 10;
  private static final JsonMapper STRICT = new JsonMapper();

  @Test
  void anyRequestIsAnsweredInOrderAndLeavesNothing(CapturedOutput log) throws Exception {
    int requests = Integer.getInteger("headcount.fuzz", FEW);
    long seed = Long.getLong("headcount.fuzz.seed", requests == FEW ? 1 : System.nanoTime());
    List<Operations.Operation> operations = Operations.all(api.get("/v3/api-docs").json());
    assertThat(operations).hasSizeGreaterThan(20);
    Random random = new Random(seed);
    Map<String, String> faults = new LinkedHashMap<>();
    long before = 0;
    for (int i = 0; i < requests; i++) {
      if (i == requests / 10) { // whatever is made once is there by now
        endEverything();
        before = descriptors();
      }
      Operations.Operation operation = operations.get(i % operations.size());
      Tweaks tweaks = new Tweaks(random, operation);
      List<Tweak> chosen = Stream.generate(tweaks::any).limit(1 + random.nextInt(3)).toList();
      boolean live = random.nextBoolean();
      String fault = fault(operation, chosen, live);
      if (fault != null) {
        List<Tweak> least = shrink(operation, chosen, live);
        faults.put(
            operation.line().operation() + " with " + least,
            "request %d: %s%n%s%n".formatted(i, fault, shown(draft(operation, least, live))));
      }
      if (faults.size() == ENOUGH) {
        break;
      }
    }
    assertThat(faults).as("faults of seed " + seed).isEmpty();
    assertThat(api.get("/v1/runs/smuggled").status()).isEqualTo(404);
    endEverything();
    assertThat(supervisor.count(RunState.RUNNING)).isZero();
    long expected = before;
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(descriptors()).as("seed " + seed).isLessThanOrEqualTo(expected));
    assertThat(log.getAll())
        .as("seed " + seed)
        .doesNotContain("event=internal-error")
        .doesNotContain("\n\tat ");
  }

  /** What is wrong with the answer, null if nothing is. */
  private String fault(Operations.Operation operation, List<Tweak> tweaks, boolean live)
      throws IOException {
    Draft draft = draft(operation, tweaks, live);
    int port = operation.line().isManagement() ? managementPort() : port();
    RawHttp.Answer answer = RawHttp.send(port, draft.bytes());
    for (int i = 0; answer.isReset() && i < 20; i++) {
      answer = RawHttp.send(port, draft.bytes());
    }
    int status = answer.status();
    if (status == 0 && answer.head().contains("{\"type\":\"/problems/")) {
      return null; // to HTTP/0.9, and to lines that are none: neither status nor headers
    }
    if (status == 0) {
      return "no answer, " + answer.head();
    }
    if (status == 500 || (status > 500 && status != 501 && status != 503 && status != 505)) {
      return answer.head() + answer.body();
    }
    if (status < 400 || draft.method.equals("HEAD")) {
      return null;
    }
    return problem(answer);
  }

  private static String problem(RawHttp.Answer answer) {
    try {
      JsonNode document = STRICT.readTree(answer.body());
      boolean whole =
          answer.headers("Content-Type").equals(List.of(PROBLEM))
              && document.path("status").asInt() == answer.status()
              && ProblemCode.labelled(document.path("code").asString("")).isPresent()
              && !document.path("code").asString().equals("internal")
              && document.path("type").asString().startsWith("/problems/")
              && document.path("errors").isArray();
      boolean quiet =
          Stream.of("Exception", "java.", "tomcat", "Tomcat", "springframework", "\tat ")
              .noneMatch(answer.body()::contains);
      return whole && quiet ? null : "no problem document: " + answer.head() + answer.body();
    } catch (JacksonException e) {
      return "no JSON: " + answer.head() + answer.body();
    }
  }

  /** The fewest of the tweaks, one at a time left out, that still do it. */
  private List<Tweak> shrink(Operations.Operation operation, List<Tweak> tweaks, boolean live)
      throws IOException {
    List<Tweak> least = new ArrayList<>(tweaks);
    for (Tweak each : tweaks) {
      List<Tweak> fewer = new ArrayList<>(least);
      fewer.remove(each);
      if (fault(operation, fewer, live) != null) {
        least = fewer;
      }
    }
    return least;
  }

  private Draft draft(Operations.Operation operation, List<Tweak> tweaks, boolean live) {
    Draft draft = operation.draft(operation.line().path().contains("{id}") ? run(live) : "none");
    tweaks.forEach(tweak -> tweak.change().accept(draft));
    return draft;
  }

  /** A run that lives, or one that is over; another one when somebody ended or forgot it. */
  private String run(boolean live) {
    String id = live ? "lives" : "over";
    Client.Reply known = api.get("/v1/runs/" + id);
    String state = known.status() == 200 ? known.json().path("state").asString() : "";
    if (known.status() == 200 && (!live || state.equals("running"))) {
      return id;
    }
    api.delete("/v1/runs/" + id);
    String body =
        live
            ? "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}"
            : "{\"argv\": [\"echo\", \"over\"]}";
    assertThat(api.put("/v1/runs/" + id, body).status()).isEqualTo(201);
    return id;
  }

  /** Sockets, pipes and whatever else is no file. */
  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(
              link -> {
                try {
                  return !Files.readSymbolicLink(link).isAbsolute();
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  private static String shown(Draft draft) {
    String text = new String(draft.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
    return text.length() > 2_000 ? text.substring(0, 2_000) + "..." : text;
  }
}
