package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * What one test of the contract works with. Closing ends what the test left, and checks that
 * nothing of it stays open and that all was heard in order.
 */
final class Bench implements AutoCloseable {
  final AdapterKind kind;
  final ChildAdapter adapter;
  final Path folder;
  private final List<TestRun> runs = new ArrayList<>();
  private final List<ProcessHandle> strays = new ArrayList<>();

  private final UnaryOperator<Command> confined;

  Bench(AdapterKind kind, ChildAdapter adapter, Path folder) {
    this(kind, adapter, folder, command -> command);
  }

  /** One that confines whatever it starts. */
  Bench(AdapterKind kind, ChildAdapter adapter, Path folder, UnaryOperator<Command> confined) {
    this.confined = confined;
    this.kind = kind;
    this.adapter = adapter;
    this.folder = folder;
  }

  boolean excepts(AdapterException exception) {
    return kind.excepts(exception);
  }

  TestRun start(Command command) {
    TestRun run = new TestRun(adapter.nextOwner());
    runs.add(run);
    adapter.start(confined.apply(command).spec(), run.owner, run);
    return run;
  }

  /** Starts a line of shell, changed, whose owner hears nothing of it until it is dead. */
  TestRun startHeardWhenDead(String script, UnaryOperator<Command> changed) {
    TestRun run = new TestRun(adapter.nextOwner());
    CountDownLatch dead = new CountDownLatch(1);
    run.owner.execute(() -> {
      try {
        assertThat(dead.await(15, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    runs.add(run);
    Command command = Command.sh("echo $$ > pid.new; mv pid.new pid; " + script).in(folder);
    adapter.start(confined.apply(changed.apply(command)).spec(), run.owner, run);
    try {
      await().until(() -> isDead(folder.resolve("pid")));
    } finally {
      dead.countDown();
    }
    return run;
  }

  private static boolean isDead(Path pid) throws IOException {
    return Files.exists(pid)
        && ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
            .map(Bench::isDead)
            .orElse(true);
  }

  /** Runs a command to its end. */
  TestRun run(Command command) {
    TestRun run = start(command);
    run.end();
    return run;
  }

  /** A file of the test's own, which may be executed. */
  Path script(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  long openPipes() {
    return adapter.openDescriptors().getOrDefault("pipe", 0L);
  }

  long openTerminals() {
    return adapter.openDescriptors().getOrDefault("pty", 0L);
  }

  /** A process that the adapter may leave alive; the test ends it. */
  ProcessHandle stray(ProcessHandle process) {
    strays.add(process);
    return process;
  }

  /** Looks often: most of what a test waits for takes a few milliseconds. */
  static ConditionFactory await() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
  }

  /** Zombies are dead; the JDK does not say so. */
  static boolean isDead(ProcessHandle process) {
    return !process.isAlive() || process.info().command().isEmpty();
  }

  @Override
  public void close() {
    runs.forEach(TestRun::settleStart);
    TestRun.underWay(runs).forEach(run -> run.stop(Command.kill()));
    runs.stream().filter(run -> run.isUnderWay() && !run.isKept()).forEach(TestRun::end);
    strays.forEach(ProcessHandle::destroyForcibly);
    Bench.await().until(() -> TestRun.underWay(runs).findAny().isEmpty());
    Bench.await().untilAsserted(() -> assertThat(openPipes()).isZero());
    Bench.await().untilAsserted(() -> assertThat(openTerminals()).isZero());
    assertThat(runs.stream().flatMap(run -> run.wrong().stream())).isEmpty();
  }
}
