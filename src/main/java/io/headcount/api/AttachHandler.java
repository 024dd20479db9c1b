package io.headcount.api;

import io.headcount.child.Child.Target;
import io.headcount.child.Signal;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * What one attached client sends, in the order it sends it: standard input, acknowledgements and
 * orders. While the command does not read its input no further frame is read, so the connection
 * itself pushes back.
 *
 * <p>Frames come in parts, so that none is too large; called by one thread at a time.
 */
final class AttachHandler extends AbstractWebSocketHandler {
  private static final int MOST_TEXT = 16 << 10;
  private static final int OK = 200;

  private final ProcessSupervisor supervisor;
  private final Run run;
  private final AttachFrames frames;
  private final AttachAudit audit;
  private final AttachInput input;
  private final Function<WebSocketSession, @Nullable Attachment> open;
  private final StringBuilder text = new StringBuilder();
  private @Nullable Attachment attachment;
  private boolean insideBinary;
  private boolean passOver;

  /**
   * A handler for one connection.
   *
   * @param open makes the attachment once there is a session; null when it may not be after all
   */
  AttachHandler(
      ProcessSupervisor supervisor,
      Run run,
      AttachFrames frames,
      AttachAudit audit,
      Function<WebSocketSession, @Nullable Attachment> open) {
    this.supervisor = supervisor;
    this.run = run;
    this.frames = frames;
    this.audit = audit;
    this.input = new AttachInput(run, audit);
    this.open = open;
  }

  @Override
  public boolean supportsPartialMessages() {
    return true;
  }

  @Override
  public void afterConnectionEstablished(WebSocketSession session) throws IOException {
    Attachment opened = open.apply(session);
    attachment = opened;
    if (opened == null) {
      session.close(Attachment.TAKEN_OVER);
    } else {
      opened.begin();
    }
  }

  @Override
  public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
    if (attachment != null) {
      attachment.closed();
    }
    audit.closed();
  }

  @Override
  protected void handlePongMessage(WebSocketSession session, PongMessage message) {
    if (attachment != null) {
      attachment.heard();
    }
  }

  @Override
  protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message)
      throws InterruptedException {
    Attachment client = attachment;
    if (client == null || client.isOver()) {
      return;
    }
    client.heard();
    ByteBuffer part = message.getPayload();
    if (!insideBinary && part.hasRemaining()) {
      insideBinary = true;
      passOver = !isInput(client, part.get());
    }
    if (message.isLast()) {
      insideBinary = false;
    }
    if (!passOver && part.hasRemaining()) {
      take(client, part);
    }
  }

  private boolean isInput(Attachment client, byte channel) {
    if (channel != 0) {
      String expected = "expected channel 0, standard input, got " + Byte.toUnsignedInt(channel);
      audit.ordered(AttachAudit.UNKNOWN, refuse(client, ProblemCode.VALIDATION, expected));
      return false;
    }
    if (!client.writes()) {
      audit.wrote(refuse(client, onlyReads()));
      return false;
    }
    return true;
  }

  private void take(Attachment client, ByteBuffer bytes) throws InterruptedException {
    Integer status = null;
    audit.writes();
    try {
      status = input.write(client, bytes, false) ? OK : null;
    } catch (SupervisorException e) {
      status = refuse(client, ProblemAdvice.code(e), describe(e));
    } finally {
      audit.wrote(status);
    }
  }

  @Override
  protected void handleTextMessage(WebSocketSession session, TextMessage message)
      throws InterruptedException {
    Attachment client = attachment;
    if (client == null || client.isOver()) {
      return;
    }
    client.heard();
    if (text.length() + message.getPayloadLength() > MOST_TEXT) {
      client.end(CloseStatus.TOO_BIG_TO_PROCESS);
      audit.ordered(AttachAudit.UNKNOWN, ProblemCode.TOO_LARGE.status().value());
      return;
    }
    text.append(message.getPayload());
    if (!message.isLast()) {
      return;
    }
    String whole = text.toString();
    text.setLength(0);
    String type = AttachAudit.UNKNOWN;
    Integer status = null;
    try {
      AttachFrames.Order order = frames.read(whole);
      type = order.type();
      status = obey(client, order) ? order.status() : null;
    } catch (SupervisorException e) {
      status = refuse(client, ProblemAdvice.code(e), describe(e));
    } catch (AttachRefusedException e) {
      status = refuse(client, e);
    } catch (IllegalArgumentException e) {
      status = refuse(client, ProblemCode.MALFORMED, String.valueOf(e.getMessage()));
    } finally {
      audit.ordered(type, status);
    }
  }

  private static int refuse(Attachment client, AttachRefusedException refusal) {
    return refuse(client, refusal.code(), String.valueOf(refusal.getMessage()));
  }

  /** Tells the client, and returns the status that a request would get. */
  private static int refuse(Attachment client, ProblemCode code, String message) {
    client.trouble(code, message);
    return code.status().value();
  }

  private static String describe(SupervisorException refusal) {
    if (refusal instanceof SupervisorException.Invalid invalid) {
      Violation first = invalid.violations().getFirst();
      return first.pointer() + ": " + first.message();
    }
    return String.valueOf(refusal.getMessage());
  }

  /** Does what it is told; false if the connection ended before that was done. */
  private boolean obey(Attachment client, AttachFrames.Order order) throws InterruptedException {
    switch (order.type()) {
      case "ack" -> {
        if (!client.acknowledge(needed(order.offset(), "/offset"))) {
          throw invalid(
              "/offset", "expected 0 or more and no more than was sent, got " + order.offset());
        }
      }
      case "resize" -> {
        mustWrite(client);
        Waiting.forAnswer(
            run.terminal()
                .resize(needed(order.columns(), "/columns"), needed(order.rows(), "/rows")));
      }
      case "signal" -> {
        mustWrite(client);
        signal(order);
      }
      case "eof" -> {
        mustWrite(client);
        return input.write(client, ByteBuffer.allocate(0), true);
      }
      default ->
          throw invalid(
              "/type",
              "expected resize, signal, eof or ack, got " + RunRequests.quote(order.type()));
    }
    return true;
  }

  private void signal(AttachFrames.Order order) throws InterruptedException {
    List<Violation> violations = new ArrayList<>();
    Signal signal = RunRequests.signal("/signal", needed(order.signal(), "/signal"), violations);
    Target target = CancelController.target(order.target(), violations);
    if (signal == null || !violations.isEmpty()) {
      throw new SupervisorException.Invalid(violations);
    }
    boolean _ = Waiting.forAnswer(supervisor.signal(run.id(), signal, target));
  }

  private static void mustWrite(Attachment client) {
    if (!client.writes()) {
      throw onlyReads();
    }
  }

  private static AttachRefusedException onlyReads() {
    return new AttachRefusedException(
        ProblemCode.FORBIDDEN, "This connection only reads; attach with mode=rw.");
  }

  private static <T> T needed(@Nullable T value, String pointer) {
    if (value == null) {
      throw invalid(pointer, "is required");
    }
    return value;
  }

  private static SupervisorException.Invalid invalid(String pointer, String message) {
    return new SupervisorException.Invalid(List.of(new Violation(pointer, message)));
  }
}
