package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.SupervisorException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;
import tools.jackson.databind.json.JsonMapper;

/**
 * Attaches a client to a run over a WebSocket. What speaks against it is answered as a problem
 * document, before the protocol changes.
 */
@RestController
@Tag(name = "streams")
class AttachController {
  static final String PROTOCOL = "headcount.v1";

  /** Tomcat's: how long one write may wait for a client that does not read, in milliseconds. */
  private static final String SEND_TIMEOUT = "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT";

  /** Tomcat's: how long a client may take to answer the close; looked at every 10 s. */
  private static final String CLOSE_TIMEOUT = "org.apache.tomcat.websocket.SESSION_CLOSE_TIMEOUT";

  private static final long CLOSE_MILLIS = 5_000;

  private final ProcessSupervisor supervisor;
  private final Writers writers;
  private final OpenStreams streams;
  private final AttachSettings settings;
  private final AttachFrames frames;
  private final DefaultHandshakeHandler handshake = new DefaultHandshakeHandler();

  AttachController(
      ProcessSupervisor supervisor,
      Writers writers,
      OpenStreams streams,
      AttachSettings settings,
      JsonMapper mapper) {
    this.supervisor = supervisor;
    this.writers = writers;
    this.streams = streams;
    this.settings = settings;
    this.frames = new AttachFrames(mapper);
    handshake.setSupportedProtocols(PROTOCOL);
  }

  @GetMapping("/v1/runs/{id}/attach")
  @Operation(
      operationId = "attachToRun",
      summary = "Attach to a run over a WebSocket",
      description =
          "Sub-protocol `headcount.v1`: output and input as binary frames whose first byte is the"
              + " channel, everything else as JSON in text frames.")
  @Parameter(
      name = "offset",
      in = ParameterIn.QUERY,
      description = "The first byte of output that is wanted; absent: what comes from now on.",
      schema = @Schema(type = "integer", format = "int64", minimum = "0"))
  @Parameter(
      name = "mode",
      in = ParameterIn.QUERY,
      description = "Whether to write or only to read; one client writes at a time.",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"rw", "ro"},
              defaultValue = "rw"))
  @Parameter(
      name = "takeover",
      in = ParameterIn.QUERY,
      description = "Take the writing from the client that has it.",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Answers(
      success = 101,
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.FORBIDDEN,
        ProblemCode.WRITER_TAKEN,
        ProblemCode.TOO_MANY_STREAMS,
        ProblemCode.MALFORMED,
        ProblemCode.UPGRADE_REQUIRED,
        ProblemCode.VALIDATION,
        ProblemCode.DRAINING
      })
  void attach(
      @PathVariable String id,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response) {
    Caller caller = Caller.of(request);
    Run run = caller.look(supervisor, id);
    AttachHandshake.check(request, response, PROTOCOL);
    AttachQuery query = AttachQuery.of(request, run.output().totals());
    if (supervisor.isClosing()) {
      throw new SupervisorException.Draining();
    }
    if (query.writes()) {
      refuseToWrite(caller, id);
    }
    if (query.writes() && !query.takeover() && writers.hasWriter(id)) {
      throw new AttachRefusedException(
          ProblemCode.WRITER_TAKEN,
          "Another client writes to run " + id + "; attach with mode=ro or takeover=true.");
    }
    Principal principal = request.getUserPrincipal(); // the request is gone when it is opened
    streams.refuseMore(principal);
    handshake.doHandshake(
        new ServletServerHttpRequest(request),
        new ServletServerHttpResponse(response),
        new AttachHandler(
            supervisor,
            run,
            frames,
            new AttachAudit(AuditLog.Source.of(request), run.id()),
            session -> open(session, run, query, principal)),
        new HashMap<>());
  }

  private void refuseToWrite(Caller caller, String id) {
    if (!caller.runs()) {
      throw new AttachRefusedException(
          ProblemCode.FORBIDDEN, "The role viewer only reads; attach with mode=ro.");
    }
    caller.act(supervisor, id);
  }

  private @Nullable Attachment open(
      WebSocketSession session, Run run, AttachQuery query, @Nullable Principal caller) {
    if (session instanceof org.springframework.web.socket.adapter.NativeWebSocketSession known) {
      jakarta.websocket.Session plain = known.getNativeSession(jakarta.websocket.Session.class);
      if (plain != null) {
        plain.getUserProperties().put(SEND_TIMEOUT, settings.slow().toMillis());
        plain.getUserProperties().put(CLOSE_TIMEOUT, CLOSE_MILLIS);
      }
    }
    Attachment[] itself = new Attachment[1];
    Attachment attachment =
        new Attachment(
            session,
            run,
            query,
            settings,
            frames,
            streams,
            caller,
            () -> writers.leave(run.id(), itself[0]));
    itself[0] = attachment;
    if (writers.enter(run.id(), attachment, query.takeover())) {
      return attachment;
    }
    attachment.refused();
    return null;
  }
}
