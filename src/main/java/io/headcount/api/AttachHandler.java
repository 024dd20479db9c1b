package io.headcount.api;

import io.headcount.child.Child.Target;
import io.headcount.child.Signal;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.StdinPort;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private final ProcessSupervisor supervisor;
  private final Run run;
  private final AttachFrames frames;
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
      Function<WebSocketSession, @Nullable Attachment> open) {
    this.supervisor = supervisor;
    this.run = run;
    this.frames = frames;
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
    if (client == null) {
      return;
    }
    client.heard();
    ByteBuffer part = message.getPayload();
    if (!insideBinary && part.hasRemaining()) {
      insideBinary = true;
      byte channel = part.get();
      passOver = channel != 0 || !mayWrite(client);
      if (channel != 0) {
        client.trouble(
            ProblemCode.VALIDATION,
            "expected channel 0, standard input, got " + Byte.toUnsignedInt(channel));
      }
    }
    if (message.isLast()) {
      insideBinary = false;
    }
    if (!passOver && part.hasRemaining()) {
      write(client, part, false);
    }
  }

  @Override
  protected void handleTextMessage(WebSocketSession session, TextMessage message)
      throws InterruptedException {
    Attachment client = attachment;
    if (client == null) {
      return;
    }
    client.heard();
    if (text.length() + message.getPayloadLength() > MOST_TEXT) {
      client.end(CloseStatus.TOO_BIG_TO_PROCESS);
      return;
    }
    text.append(message.getPayload());
    if (!message.isLast()) {
      return;
    }
    String whole = text.toString();
    text.setLength(0);
    try {
      obey(client, frames.read(whole));
    } catch (SupervisorException e) {
      client.trouble(ProblemAdvice.code(e), describe(e));
    } catch (IllegalArgumentException e) {
      client.trouble(ProblemCode.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private static String describe(SupervisorException refusal) {
    if (refusal instanceof SupervisorException.Invalid invalid) {
      Violation first = invalid.violations().getFirst();
      return first.pointer() + ": " + first.message();
    }
    return String.valueOf(refusal.getMessage());
  }

  private void obey(Attachment client, AttachFrames.Order order) throws InterruptedException {
    switch (order.type()) {
      case "ack" -> {
        if (!client.acknowledge(needed(order.offset(), "/offset"))) {
          throw invalid(
              "/offset", "expected 0 or more and no more than was sent, got " + order.offset());
        }
      }
      case "resize" -> {
        if (mayWrite(client)) {
          Waiting.forAnswer(
              run.terminal()
                  .resize(needed(order.columns(), "/columns"), needed(order.rows(), "/rows")));
        }
      }
      case "signal" -> {
        if (mayWrite(client)) {
          signal(order);
        }
      }
      case "eof" -> {
        if (mayWrite(client)) {
          write(client, ByteBuffer.allocate(0), true);
        }
      }
      default ->
          throw invalid(
              "/type",
              "expected resize, signal, eof or ack, got " + RunRequests.quote(order.type()));
    }
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

  private static boolean mayWrite(Attachment client) {
    if (client.writes()) {
      return true;
    }
    client.trouble(ProblemCode.FORBIDDEN, "This connection only reads; attach with mode=rw.");
    return false;
  }

  /**
   * Writes all of it, however long the command takes to read it, unless the connection ends first.
   */
  private void write(Attachment client, ByteBuffer bytes, boolean eof) throws InterruptedException {
    try {
      while (!client.isOver()) {
        if (!isLaunched()) {
          continue;
        }
        int start = bytes.position();
        try {
          StdinPort.Written _ = run.stdin().write(block -> !fill(block, bytes), null, eof);
          return;
        } catch (SupervisorException.StdinFull full) {
          bytes.position(start + (int) full.accepted());
          client.heard(); // its pongs wait behind what it wrote
        }
      }
    } catch (SupervisorException e) {
      client.trouble(ProblemAdvice.code(e), describe(e));
    } catch (IOException e) {
      throw new IllegalStateException("copying from memory failed", e);
    }
  }

  /** A run may wait for a place; its input waits with it. */
  private boolean isLaunched() throws InterruptedException {
    if (run.state() != RunState.QUEUED && run.state() != RunState.STARTING) {
      return true;
    }
    try {
      run.launched().get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Copies what fits; says whether that was all. */
  private static boolean fill(ByteBuffer block, ByteBuffer bytes) {
    int length = Math.min(block.remaining(), bytes.remaining());
    block.put(bytes.slice().limit(length));
    bytes.position(bytes.position() + length);
    return !bytes.hasRemaining();
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
