package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.api.Sse.Event;
import io.headcount.supervisor.RunQuery;
import io.headcount.supervisor.RunView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventsTests extends Service {
  @Test
  void tellsTheStateChangesOfAllRunsInOrder() throws Exception {
    try (Sse events = new Sse(api.open("/v1/events").body())) {
      events.awaitRetry();
      String id = id(api.run("exit 3"));
      List<String> states = new ArrayList<>();
      while (!states.contains("exited")) {
        Event event = events.next("state");
        if (event.data().path("id").asString().equals(id)) {
          states.add(event.data().path("state").asString());
        }
      }
      assertThat(states).containsExactly("queued", "starting", "running", "exiting", "exited");
    }
    await().until(() -> streams.clients(StreamKind.EVENTS) == 0);
  }

  @Test
  void tellsOnlyThoseOfAScopeWithALabelWhenAskedTo() throws Exception {
    try (Sse events = new Sse(api.open("/v1/events?scopeKey=s&label=team:a").body())) {
      events.awaitRetry();
      api.run("true");
      api.post("/v1/runs", "{\"shell\": \"true\", \"scopeKey\": \"s\"}");
      String id =
          id(
              api.post(
                      "/v1/runs",
                      "{\"shell\": \"true\", \"scopeKey\": \"s\", \"labels\": {\"team\": \"a\"}}")
                  .json());
      assertThat(events.next().data().path("id").asString()).isEqualTo(id);
    }
  }

  @Test
  void refusesAParameterThatItDoesNotKnow() {
    assertThat(api.get("/v1/events?limit=3").pointers()).containsExactly("/limit");
    assertThat(api.get("/v1/events?label=x").pointers()).containsExactly("/label");
  }

  @Test
  void tellsASlowClientHowManyItMissed() {
    RunView run = supervisor.get(id(api.run("true"))).view();
    try (StreamClient client =
        new StreamClient(StreamKind.EVENTS, Thread.currentThread(), null, _ -> {})) {
      RunChanges changes =
          new RunChanges(new RunQuery(Set.of(), Set.of(), null, Map.of(), 1, null, null), client);
      for (int i = 0; i < RunChanges.MOST + 3; i++) {
        changes.offer(run);
      }
      for (int i = 0; i < RunChanges.MOST; i++) {
        assertThat(changes.poll()).isEqualTo(new RunChanges.Change.Moved(run));
        changes.offer(run);
      }
      assertThat(changes.poll()).isEqualTo(new RunChanges.Change.Missed(RunChanges.MOST + 3));
      assertThat(changes.poll()).isNull();
      changes.offer(run);
      assertThat(changes.poll()).isEqualTo(new RunChanges.Change.Moved(run));
    }
  }
}
