package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A run belongs to the caller that started it. */
class OwnershipTests extends Secured {
  private static final String SLEEP = "{\"argv\": [\"sleep\", \"1000\"], \"scopeKey\": \"s\"%s}";

  @Test
  void tellsWhoseARunIs() {
    JsonNode run = ann.start("true");
    assertThat(run.path("owner").asString()).isEqualTo("ann");
    assertThat(sees.get("/v1/runs/" + Service.id(run)).json().path("owner").asString())
        .isEqualTo("ann");
  }

  @Test
  void listsARunnerItsOwnAndOthersAll() {
    String anns = sleeping(ann);
    String bobs = sleeping(bob);
    assertThat(ids(ann)).containsOnlyOnce(anns).doesNotContain(bobs);
    assertThat(ids(bob)).containsOnlyOnce(bobs).doesNotContain(anns);
    assertThat(ids(sees)).contains(anns, bobs);
    assertThat(ids(ops)).contains(anns, bobs);
  }

  @Test
  void tellsARunnerOnlyOfItsOwnRunsAmongTheEventsOfAll() throws IOException {
    try (Sse events = new Sse(ann.open("/v1/events").body())) {
      events.awaitRetry();
      String _ = sleeping(bob);
      String own = sleeping(ann);
      assertThat(events.next("state").data().path("id").asString()).isEqualTo(own);
    }
  }

  @Test
  void anotherCallersIdIsAConflictThatShowsNothing() {
    String body = SLEEP.formatted("");
    assertThat(bob.put("/v1/runs/taken-by-bob", body).status()).isEqualTo(201);
    Client.Reply reply = ann.put("/v1/runs/taken-by-bob", body);
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text()).doesNotContain("sleep").doesNotContain("\"owner\"");
    assertThat(bob.put("/v1/runs/taken-by-bob", body).status()).isEqualTo(200);
    assertThat(ann.get("/v1/runs/taken-by-bob").status()).isEqualTo(404);
  }

  @Test
  void cancelsOnlyOwnRunsOfAScopeAndNobodyButAnAdminCancelsAll() {
    String anns = Service.id(ann.post("/v1/runs", SLEEP.formatted("")).json());
    String bobs = Service.id(bob.post("/v1/runs", SLEEP.formatted("")).json());
    assertThat(cancelled(ann, "{\"scopeKey\": \"s\"}")).containsExactly(anns);
    Client.Reply all = bob.post("/v1/runs/cancel", "{\"all\": true}");
    assertThat(all.status()).isEqualTo(403);
    assertThat(all.code()).isEqualTo("forbidden");
    assertThat(supervisor.get(bobs).view().reason()).isNull();
    assertThat(cancelled(ops, "{\"all\": true}")).contains(bobs);
  }

  @Test
  void replacesOnlyOwnRunsOfAScope() {
    String bobs = Service.id(bob.post("/v1/runs", SLEEP.formatted("")).json());
    String first = Service.id(ann.post("/v1/runs", SLEEP.formatted("")).json());
    String body = SLEEP.formatted(", \"replaceExistingScope\": true");
    assertThat(ann.post("/v1/runs", body).status()).isEqualTo(201);
    assertThat(supervisor.get(first).view().reason()).isNotNull();
    assertThat(supervisor.get(bobs).view().reason()).isNull();
  }

  @Test
  void letsAViewerAttachOnlyToRead() {
    String path = "/v1/runs/" + sleeping(ann) + "/attach";
    String[] header = {"Authorization", "Bearer " + SEES};
    assertThat(AttachClient.refusal(port(), path, header)).isEqualTo(403);
    try (AttachClient client =
        AttachClient.open(port(), path + "?mode=ro&offset=0", true, header)) {
      client.awaitText(1, "ready");
    }
    assertThat(AttachClient.refusal(port(), path, "Authorization", "Bearer " + BOB)).isEqualTo(404);
    assertThat(AttachClient.refusal(port(), path)).isEqualTo(401);
    assertThat(AttachClient.refusal(port(), path + "?access_token=" + OPS)).isEqualTo(401);
  }

  private static List<String> ids(Client client) {
    return client
        .get("/v1/runs?limit=200")
        .json()
        .path("items")
        .valueStream()
        .map(Service::id)
        .toList();
  }

  private static List<String> cancelled(Client client, String body) {
    return client
        .post("/v1/runs/cancel", body)
        .json()
        .path("runs")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }
}
