package io.headcount.api;

import io.headcount.output.OutputCursor;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputRead;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.RunView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The events of one run for one client, at its speed: what it is, what it writes, how it ends. The
 * run does not wait for it, nor hold anything for it: a client that stalls blocks its own thread,
 * and finds a gap when it goes on. Confined to the thread that serves the client.
 */
final class RunEvents {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Longest time that bytes wait for more. */
  private static final long COALESCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** When nothing came for so long, nothing more is waited for. */
  private static final long QUIET_MILLIS = 5;

  private final Run run;
  private final String bootId;
  private final OpenStreams streams;
  private final StreamClient client;
  private final SseWriter writer;
  private final OutputSource.Liveness liveness;
  private final OutputJournal journal;
  private final OutputCursor cursor;
  private final OutputChunks chunks;
  private @Nullable RunState told;
  private boolean toldDraining;
  private boolean ended;

  /** The data of a {@code gap} event of a run: the bytes from one offset up to another. */
  @Schema(name = "GapEvent")
  record Gap(long from, long to, @Schema(allowableValues = {"pruned", "slow"}) String cause) {}

  RunEvents(
      Run run,
      EventId from,
      boolean text,
      OpenStreams streams,
      StreamClient client,
      SseWriter writer,
      OutputSource.Liveness liveness) {
    this.run = run;
    this.bootId = from.bootId();
    this.streams = streams;
    this.client = client;
    this.writer = writer;
    this.liveness = liveness;
    this.journal = run.output();
    journal.verify();
    this.cursor = journal.cursor(from.offset());
    this.chunks =
        new OutputChunks(from, text, (event, id) -> writer.event("output", id.toString(), event));
  }

  /** Serves the client until the run is over, the service ends, or the client has gone. */
  void send() throws IOException, InterruptedException {
    Runnable bell = client::ring;
    run.watch(bell);
    try {
      while (step()) {
        writer.flush();
        if (!more()) {
          client.await(Math.clamp(writer.untilHeartbeat(), 0, LOOK_AGAIN_NANOS));
        }
        liveness.check();
        writer.heartbeat();
      }
      writer.flush();
    } finally {
      run.unwatch(bell);
    }
  }

  /** Sends what is new, and returns whether there may be more. */
  private boolean step() throws IOException, InterruptedException {
    boolean last = streams.isFinished(); // looked at before the run: what follows is then final
    RunView view = run.view();
    boolean over = view.state() == RunState.EXITED;
    if (told == null || (view.state() != told && !over)) {
      told = view.state();
      writer.event("state", null, RunResponse.of(view, null));
    }
    if (streams.isDraining() && !toldDraining) {
      toldDraining = true;
      writer.event("draining", null, Map.of());
    }
    ended = ended || output();
    if (over && ended) {
      writer.event("exit", null, RunResponse.of(view, null));
      writer.event("end", EventId.end(bootId, cursor.position()).toString(), Map.of());
      return false;
    }
    return over || !last;
  }

  /** Whether the output has something that was not looked at yet, its end at least. */
  private boolean more() {
    return !ended && (cursor.position() < journal.next() || journal.totals().complete());
  }

  /** Sends the output that is there, for at most 20 ms; returns whether that was all of it. */
  private boolean output() throws IOException, InterruptedException {
    if (!more()) {
      return false;
    }
    ByteBuffer block = ByteBuffer.allocate(OutputChunks.MOST);
    long deadline = System.nanoTime() + COALESCE_NANOS;
    boolean waited = false;
    while (true) {
      switch (cursor.read(block.clear().limit(chunks.room()))) {
        case OutputRead.Bytes bytes -> {
          chunks.take(bytes, block.flip());
          waited = false;
        }
        case OutputRead.Gap gap -> {
          EventId id = chunks.skip(gap.to());
          String cause = cursor.causeOf(gap).label();
          writer.event("gap", id.toString(), new Gap(gap.from(), gap.to(), cause));
        }
        case OutputRead.Nothing _ -> {
          if (waited || !chunks.pending()) {
            chunks.idle();
            return false;
          }
          waited = true;
          Thread.sleep(QUIET_MILLIS);
        }
        case OutputRead.End _ -> {
          chunks.flush();
          return true;
        }
      }
      if (System.nanoTime() - deadline >= 0) {
        chunks.idle();
        return false;
      }
    }
  }
}
