package io.headcount.child;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.headcount.child.Child.StdinResult;
import io.headcount.output.StdStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** One start and all that is heard of it, and a check that it is heard in the promised order. */
final class TestRun implements ChildListener {
  final Owner owner;
  private final CompletableFuture<Child> child = new CompletableFuture<>();
  private final CompletableFuture<StartFailure> failure = new CompletableFuture<>();
  private final CompletableFuture<ChildExit> exit = new CompletableFuture<>();
  private final CompletableFuture<ChildEnd> end = new CompletableFuture<>();
  private final CompletableFuture<ChildEnd> keptEnd = new CompletableFuture<>();
  private final CompletableFuture<Void> stdinEnd = new CompletableFuture<>();
  private final Map<StdStream, ByteArrayOutputStream> outputs = new EnumMap<>(StdStream.class);
  private final List<String> wrong = new ArrayList<>();
  private Thread heardOn;

  TestRun(Owner owner) {
    this.owner = owner;
    for (StdStream stream : StdStream.values()) {
      outputs.put(stream, new ByteArrayOutputStream());
    }
  }

  @Override
  public void started(Child started) {
    expect("started", !child.isDone() && !failure.isDone());
    child.complete(started);
  }

  @Override
  public void startFailed(StartFailure why) {
    expect("startFailed", !child.isDone() && !failure.isDone());
    failure.complete(why);
  }

  @Override
  public void output(StdStream stream, ByteBuffer bytes) {
    expect("output", child.isDone() && !end.isDone());
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    synchronized (outputs) {
      outputs.get(stream).writeBytes(copy);
    }
  }

  @Override
  public void stdinClosed() {
    expect("stdinClosed", child.isDone() && !end.isDone() && !stdinEnd.isDone());
    stdinEnd.complete(null);
  }

  @Override
  public void exited(ChildExit how) {
    expect("exited", child.isDone() && !exit.isDone() && !end.isDone());
    exit.complete(how);
  }

  @Override
  public void ended(ChildEnd how) {
    expect("ended", child.isDone() && !end.isDone());
    end.complete(how);
  }

  @Override
  public void keptEnded(ChildEnd how) {
    expect("keptEnded", end.isDone() && end.join().kept() && !keptEnd.isDone());
    keptEnd.complete(how);
  }

  private synchronized void expect(String event, boolean allowed) {
    Thread current = Thread.currentThread();
    if (heardOn == null) {
      heardOn = current;
    }
    if (!allowed) {
      wrong.add(event + " out of turn");
    }
    if (heardOn != current) {
      wrong.add(event + " on " + current + " instead of " + heardOn);
    }
  }

  /** What was heard that should not have been. */
  synchronized List<String> wrong() {
    return List.copyOf(wrong);
  }

  Child child() {
    return get(child);
  }

  StartFailure failure() {
    return get(failure);
  }

  ChildExit exit() {
    return get(exit);
  }

  ChildEnd end() {
    return get(end);
  }

  ChildEnd keptEnd() {
    return get(keptEnd);
  }

  void awaitStdinClosed() {
    get(stdinEnd);
  }

  boolean hasExited() {
    return exit.isDone();
  }

  boolean hasEnded() {
    return end.isDone();
  }

  boolean isKept() {
    return end.isDone() && end.join().kept() && !keptEnd.isDone();
  }

  boolean isUnderWay() {
    return child.isDone() && (!end.isDone() || isKept());
  }

  /** Waits until it has started or failed to. */
  void settleStart() {
    get(CompletableFuture.anyOf(child, failure));
  }

  byte[] bytes(StdStream stream) {
    synchronized (outputs) {
      return outputs.get(stream).toByteArray();
    }
  }

  String out() {
    return new String(bytes(StdStream.STDOUT), UTF_8);
  }

  String err() {
    return new String(bytes(StdStream.STDERR), UTF_8);
  }

  /** Waits until standard output holds that. */
  void awaitOut(String text) {
    Bench.await().until(() -> out().contains(text));
  }

  /** The pids that the command prints, one a line, once there are that many. */
  List<ProcessHandle> awaitPids(int count) {
    Bench.await().until(() -> out().lines().count() >= count && out().endsWith("\n"));
    return out().lines().flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream()).toList();
  }

  void stop(StopOrder order) {
    ask(running -> {
      running.stop(order);
      return true;
    });
  }

  StdinResult write(byte[] bytes, boolean eof) {
    return get(ask(running -> running.writeStdin(ByteBuffer.wrap(bytes), eof)));
  }

  StdinResult write(String text, boolean eof) {
    return write(text.getBytes(UTF_8), eof);
  }

  boolean signal(Signal signal, Child.Target target) {
    return get(ask(running -> running.signal(signal, target)));
  }

  List<ProcessInfo> processes() {
    return get(ask(Child::processes));
  }

  /** Asks the child on its owner thread; what that throws is thrown. */
  <T> T ask(Function<Child, T> question) {
    Child running = child();
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(() -> {
      try {
        answer.complete(question.apply(running));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return get(answer);
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(15, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing heard within 15 s", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<TestRun> underWay(List<TestRun> runs) {
    return runs.stream().filter(TestRun::isUnderWay);
  }
}
