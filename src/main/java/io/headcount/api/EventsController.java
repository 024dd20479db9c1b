package io.headcount.api;

import io.headcount.output.GapCause;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunQuery;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** The state changes of all runs, from now on, as server-sent events. */
@RestController
@Tag(name = "streams")
class EventsController {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ProcessSupervisor supervisor;
  private final OpenStreams streams;
  private final ApiSettings settings;
  private final JsonMapper json;

  /** The data of a {@code gap} event among the changes of all runs. */
  record Missed(long missed, String cause) {}

  EventsController(
      ProcessSupervisor supervisor, OpenStreams streams, ApiSettings settings, JsonMapper json) {
    this.supervisor = supervisor;
    this.streams = streams;
    this.settings = settings;
    this.json = json;
  }

  @GetMapping(path = "/v1/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  @Operation(
      operationId = "followRuns",
      summary = "Follow the states of all runs",
      description =
          "Server-sent events from now on: `state` with the run whenever one is new or its state"
              + " changed, `gap` when the client was too slow for all of them, `draining` and `end`"
              + " when the service stops. They cannot be resumed: after connecting, list the runs.",
      responses =
          @ApiResponse(
              responseCode = "200",
              content =
                  @Content(
                      mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                      schema = @Schema(type = "string"))))
  @Filters
  @Answers(problems = {ProblemCode.TOO_MANY_STREAMS, ProblemCode.VALIDATION})
  void follow(
      @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> parameters,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    RunQuery filter =
        ListQuery.parse(parameters, supervisor.settings().bootId())
            .ownedBy(Caller.of(request).readable());
    if (request.getMethod().equals("HEAD")) {
      SseWriter.describe(response);
      return;
    }
    try (StreamClient client = streams.open(StreamKind.EVENTS, request)) {
      RunChanges changes = new RunChanges(filter, client);
      streams.subscribe(changes); // before the answer begins: what follows it is told
      try {
        SseWriter writer = new SseWriter(response, json, settings.heartbeat());
        send(changes, client, writer, client.liveness(request));
      } finally {
        streams.unsubscribe(changes);
      }
    }
  }

  private void send(
      RunChanges changes, StreamClient client, SseWriter writer, OutputSource.Liveness liveness)
      throws IOException, InterruptedException {
    boolean toldDraining = false;
    while (true) {
      boolean last = streams.isFinished(); // looked at first: what waits now is then all
      if (streams.isDraining() && !toldDraining) {
        toldDraining = true;
        writer.event("draining", null, Map.of());
      }
      tell(changes, writer);
      if (last) {
        writer.event("end", null, Map.of());
        writer.flush();
        return;
      }
      writer.flush();
      client.await(Math.clamp(writer.untilHeartbeat(), 0, LOOK_AGAIN_NANOS));
      liveness.check();
      writer.heartbeat();
    }
  }

  private void tell(RunChanges changes, SseWriter writer) throws IOException {
    for (RunChanges.Change next = changes.poll(); next != null; next = changes.poll()) {
      switch (next) {
        case RunChanges.Change.Moved(var run) ->
            writer.event("state", null, RunResponse.of(run, null));
        case RunChanges.Change.Missed(long missed) ->
            writer.event("gap", null, new Missed(missed, GapCause.SLOW.label()));
      }
    }
  }
}
