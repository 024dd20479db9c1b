package io.headcount.api;

import io.headcount.output.OutputCursor;
import io.headcount.output.OutputRead;
import io.headcount.output.StdStream;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.RunView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;

/**
 * One client that is attached to a run: sends it the output and what happens, on one virtual thread
 * that alone writes to the connection. The journal is the only buffer; a client that stalls costs a
 * cursor.
 *
 * <p>At most {@link #WINDOW} bytes are sent that the client has not acknowledged.
 */
final class Attachment {
  private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

  /** Most output that may be unacknowledged. */
  static final int WINDOW = 256 << 10;

  static final CloseStatus EXITED = CloseStatus.NORMAL.withReason("exited");
  static final CloseStatus DRAINING = CloseStatus.SERVICE_RESTARTED.withReason("draining");
  static final CloseStatus REVOKED = CloseStatus.POLICY_VIOLATION.withReason("revoked");
  static final CloseStatus TAKEN_OVER = new CloseStatus(4001, "taken over");
  static final CloseStatus TOO_SLOW = new CloseStatus(4008, "too slow");

  private static final int BLOCK = 16 << 10;
  private static final int MOST_TEXTS = 64;
  private static final int PINGS_UNHEARD = 3;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final WebSocketSession session;
  private final Run run;
  private final AttachSettings settings;
  private final AttachFrames frames;
  private final boolean writes;
  private final OutputCursor cursor;
  private final long start;
  private final Runnable onEnd;
  private final OpenStreams streams;
  private final StreamClient client;
  private final Thread sender;
  private final ConcurrentLinkedQueue<String> texts = new ConcurrentLinkedQueue<>();
  private final AtomicInteger textCount = new AtomicInteger();
  private final AtomicReference<@Nullable CloseStatus> ending = new AtomicReference<>();

  private final AtomicLong acknowledged = new AtomicLong();
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean over;

  // The sender's own.
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK + 1);
  private volatile long sent;
  private long version = -1;
  private boolean toldDraining;
  private long pingedNanos = System.nanoTime();
  private long fullSince;

  Attachment(
      WebSocketSession session,
      Run run,
      AttachQuery query,
      AttachSettings settings,
      AttachFrames frames,
      OpenStreams streams,
      @Nullable Principal caller,
      Runnable onEnd) {
    this.session = session;
    this.run = run;
    this.settings = settings;
    this.frames = frames;
    this.writes = query.writes();
    Long offset = query.offset();
    this.start = offset == null ? run.output().next() : offset;
    this.sent = start;
    acknowledged.set(start);
    run.output().verify();
    this.cursor = run.output().cursor(start);
    this.onEnd = onEnd;
    this.sender = Thread.ofVirtual().name("attach-" + run.id()).unstarted(this::send);
    this.streams = streams;
    this.client = streams.open(StreamKind.ATTACH, sender, caller);
  }

  void begin() {
    sender.start();
  }

  boolean writes() {
    return writes;
  }

  /** It was not let in after all. */
  void refused() {
    client.close();
  }

  /** Whether the connection has ended or is about to. */
  boolean isOver() {
    return over || client.isCutOff() || ending.get() != null;
  }

  /** The client is alive. */
  void heard() {
    heardNanos = System.nanoTime();
  }

  /** Sends a text frame when its turn comes. Who does not read what it asked for loses some. */
  void say(String text) {
    if (textCount.incrementAndGet() <= MOST_TEXTS) {
      texts.add(text);
      client.ring();
    } else {
      textCount.decrementAndGet();
    }
  }

  void trouble(ProblemCode code, String message) {
    say(frames.error(code, message));
  }

  /** Ends the connection with the first status that anyone gave. */
  void end(CloseStatus status) {
    ending.compareAndSet(null, status);
    client.ring();
  }

  /** The connection is gone. */
  void closed() {
    over = true;
    client.ring();
  }

  /** The client has everything before that offset. What it was never sent it cannot have. */
  boolean acknowledge(long offset) {
    if (offset < 0 || offset > sent) {
      return false;
    }
    acknowledged.accumulateAndGet(offset, Math::max);
    client.ring();
    return true;
  }

  private void send() {
    Runnable bell = client::ring;
    run.watch(bell);
    try {
      RunView view = run.view();
      version = view.version();
      text(frames.first(RunResponse.of(view, null), start, writes));
      CloseStatus status = null;
      while (status == null && !over) {
        status = step();
      }
      if (status != null) {
        session.close(status);
      }
    } catch (IOException | IllegalStateException e) {
      LOG.debug("event=attach-lost run={}", run.id(), e);
    } catch (InterruptedException e) {
      // Or the service ends and the client did not take what was left.
      closeQuietly(client.isCutOff() ? REVOKED : DRAINING);
    } finally {
      over = true;
      run.unwatch(bell);
      onEnd.run();
      closeQuietly(client.isCutOff() ? REVOKED : CloseStatus.SERVER_ERROR);
      client.close();
    }
  }

  /** Does what is due, and says how the connection ends once it does. */
  private @Nullable CloseStatus step() throws IOException, InterruptedException {
    for (String text = texts.poll(); text != null; text = texts.poll()) {
      textCount.decrementAndGet();
      text(text);
    }
    CloseStatus end = client.isCutOff() ? REVOKED : ending.get();
    if (end != null) {
      return end;
    }
    boolean last = streams.isFinished(); // looked at before the run: what follows is then final
    if (streams.isDraining() && !toldDraining) {
      toldDraining = true;
      text(frames.draining());
    }
    tellState();
    if (pingIsDue() && !ping()) {
      return TOO_SLOW;
    }
    long room = WINDOW - (sent - acknowledged.get());
    if (room <= 0) {
      return waitForRoom();
    }
    fullSince = 0;
    return output((int) Math.min(room, BLOCK), last);
  }

  private @Nullable CloseStatus output(int most, boolean last)
      throws IOException, InterruptedException {
    block.clear().position(1).limit(1 + most);
    switch (cursor.read(block)) {
      case OutputRead.Bytes bytes -> {
        block.put(0, (byte) (bytes.stream() == StdStream.STDOUT ? 1 : 2));
        sent = bytes.offset() + bytes.length();
        session.sendMessage(new BinaryMessage(block.flip(), true));
      }
      case OutputRead.Gap gap -> {
        sent = gap.to();
        acknowledged.addAndGet(gap.to() - gap.from()); // nothing of it is under way
        text(frames.gap(gap, cursor.causeOf(gap)));
      }
      case OutputRead.Nothing _ -> {
        if (last) {
          return DRAINING;
        }
        client.await(LOOK_AGAIN_NANOS);
      }
      case OutputRead.End _ -> {
        run.exited().join();
        text(frames.exit(RunResponse.of(run.view(), null)));
        return EXITED;
      }
    }
    return null;
  }

  private @Nullable CloseStatus waitForRoom() throws InterruptedException {
    long now = System.nanoTime();
    long before = acknowledged.get();
    if (fullSince == 0) {
      fullSince = now;
    }
    long left = fullSince + settings.slow().toNanos() - now;
    if (left <= 0) {
      return TOO_SLOW;
    }
    client.await(Math.min(left, LOOK_AGAIN_NANOS));
    if (acknowledged.get() > before) {
      fullSince = 0;
    }
    return null;
  }

  /** The end has a frame of its own. */
  private void tellState() throws IOException {
    RunView view = run.view();
    if (view.version() != version && view.state() != RunState.EXITED) {
      version = view.version();
      text(frames.state(RunResponse.of(view, null)));
    }
  }

  private boolean pingIsDue() {
    return System.nanoTime() - pingedNanos >= settings.heartbeat().toNanos();
  }

  /** False when none of the last pings was answered. */
  private boolean ping() throws IOException {
    pingedNanos = System.nanoTime();
    if (pingedNanos - heardNanos > PINGS_UNHEARD * settings.heartbeat().toNanos()) {
      return false;
    }
    session.sendMessage(new PingMessage());
    return true;
  }

  private void text(String text) throws IOException {
    session.sendMessage(new TextMessage(text));
  }

  private void closeQuietly(CloseStatus status) {
    try {
      session.close(status);
    } catch (IOException | IllegalStateException e) {
      LOG.debug("event=attach-close-failed run={}", run.id(), e);
    }
  }
}
