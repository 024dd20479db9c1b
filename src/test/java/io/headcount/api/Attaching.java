package io.headcount.api;

/** What attached clients work with. */
abstract class Attaching extends Service {
  String piped(String shell) {
    return started(shell, "\"stdin\": {\"mode\": \"pipe\"}");
  }

  String started(String shell, String more) {
    return id(
        api.post("/v1/runs", "{\"shell\": %s, %s}".formatted(Client.quoted(shell), more)).json());
  }

  AttachClient attach(String id, String query) {
    return AttachClient.open(port(), "/v1/runs/" + id + "/attach" + query);
  }
}
