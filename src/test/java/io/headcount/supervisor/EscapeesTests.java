package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Census;
import io.headcount.child.EscapeePolicy;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import io.headcount.child.linux.LinuxChildAdapter;
import io.headcount.child.linux.libc.Compilers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who left its session, its parent, its environment and its mark before any look saw it. */
@ExtendWith(OutputCaptureExtension.class)
class EscapeesTests {
  private static final String ESCAPE =
      "setsid bash -c '(ulimit -x 0; exec env -i setsid sleep 1000 </dev/null >/dev/null 2>&1 &)'";

  /** A look may come by chance while its parents live, and then it did not get away. */
  private static ProcessHandle escapee(Supervised house) throws Exception {
    for (int i = 0; i < 5; i++) {
      Run run = house.shellReady(ESCAPE + "; echo ready; sleep 1000");
      // setsid forks when it leads a group, so the sleep is known by what it has become.
      Awaitility.await().until(() -> sleeping(house).size() == 1);
      Census census = house.adapter.census().get();
      List<ProcessInfo> sleeping = sleeping(house);
      house.supervisor.cancel(run.id(), null, 0L);
      Supervised.exited(run);
      if (census.unattributed() == 1 && sleeping.size() == 1) {
        return ProcessHandle.of(sleeping.getFirst().pid()).orElseThrow();
      }
    }
    throw new AssertionError("nobody got away");
  }

  private static List<ProcessInfo> sleeping(Supervised house) throws Exception {
    return house.adapter.census().get().remaining().stream()
        .filter(process -> process.escaped() && process.command().equals("sleep 1000"))
        .toList();
  }

  private static Supervised house(EscapeePolicy policy) {
    return new Supervised(
        UnaryOperator.identity(),
        made -> {
          made.close();
          return LinuxChildAdapter.create(new LinuxChildAdapter.Options(1, 2, policy, null, null));
        });
  }

  @Test
  void escapeeOfAnEndedRunIsEndedAndCounted(CapturedOutput log) throws Exception {
    try (Supervised house = house(EscapeePolicy.KILL)) {
      ProcessHandle escapee = escapee(house);

      Awaitility.await().until(() -> house.adapter.census().get().escapeesEnded() == 1);

      Awaitility.await().until(() -> !escapee.isAlive());
      Awaitility.await()
          .untilAsserted(() ->
              assertThat(log.getOut())
                  .containsOnlyOnce("event=escapee-ended pid=" + escapee.pid()));
    }
  }

  @Test
  void escapeeIsLeftWhileARunThatIsAsOldLives(CapturedOutput log) throws Exception {
    try (Supervised house = house(EscapeePolicy.KILL)) {
      Run older = house.shellReady("echo ready; exec sleep 2000");
      ProcessHandle escapee = escapee(house);

      Awaitility.await()
          .until(() -> log.getOut().contains("event=escapee-found pid=" + escapee.pid()));
      assertThat(escapee.isAlive()).isTrue();

      house.supervisor.cancel(older.id(), null, null);
      Awaitility.await().until(() -> !escapee.isAlive());
    }
  }

  /** Its parent obeys at once, and is all that tells whose it is. */
  @ParameterizedTest
  @ValueSource(longs = {0, 5000})
  void childThatHasNothingOfItsRunIsEndedByTheCancelThoughARunThatIsAsOldLives(long graceMs)
      throws Exception {
    try (Supervised house = house(EscapeePolicy.REPORT)) {
      house.shellReady("echo ready; exec sleep 2000");
      Run run =
          house.shell(
              "bash -c '(ulimit -x 0; exec setsid env -i sh -c \"echo \\$\\$; exec sleep 1000\") &"
                  + " exec sleep 1000'");
      Awaitility.await().until(() -> Supervised.stdout(run).endsWith("\n"));
      ProcessHandle child =
          ProcessHandle.of(Long.parseLong(Supervised.stdout(run).strip())).orElseThrow();

      house.supervisor.cancel(run.id(), null, graceMs);

      Supervised.exited(run);
      assertThat(child.isAlive()).isFalse();
    }
  }

  /** Makes a sibling ({@code CLONE_PARENT}) that is of another session, and tells its pid. */
  private static String sibling(String then) {
    return """
    exec perl -MPOSIX -e '
      my $child = syscall(%s, 0, 0, 0, 0);
      if ($child == 0) {
        POSIX::setsid();
        close $_ for (STDIN, STDOUT, STDERR);
        exec "env", "-i", "sleep", "1000";
      }
      $| = 1; print "$child\n"; %s'
    """
        .formatted(
            System.getProperty("os.arch").equals("aarch64") ? "220, 0x8011" : "56, 0x8011", then);
  }

  /** The leader is gone before any look. */
  @Test
  void siblingIsEndedByTheCancel() throws Exception {
    try (Supervised house = house(EscapeePolicy.REPORT)) {
      Run run = house.shell(sibling("sleep 1000;"));
      Awaitility.await().until(() -> Supervised.stdout(run).endsWith("\n"));
      Path sibling = Path.of("/proc", Supervised.stdout(run).strip());

      house.supervisor.cancel(run.id(), null, null);

      Supervised.exited(run);
      assertThat(Files.exists(sibling) ? Files.readString(sibling.resolve("stat")) : ") Z ")
          .as("dead, if not reaped yet")
          .contains(") Z ");
    }
  }

  /** A sibling is on no list that is read at the exit of its leader, but the mark is on it. */
  @Test
  void siblingThatALeaderLeftAtOnceIsEndedThoughARunThatIsAsOldLives(CapturedOutput log)
      throws Exception {
    try (Supervised house = house(EscapeePolicy.KILL)) {
      Run older = house.shellReady("echo ready; exec sleep 2000");
      Run run = house.shell(sibling(""));
      Supervised.exited(run);
      ProcessHandle sibling =
          ProcessHandle.of(Long.parseLong(Supervised.stdout(run).strip())).orElseThrow();

      Awaitility.await().until(() -> !sibling.isAlive());
      Awaitility.await()
          .until(() -> log.getOut().contains("event=escapee-ended pid=" + sibling.pid()));
      assertThat(older.state()).isEqualTo(RunState.RUNNING);
    }
  }

  /** As long as tasks come in, an event loop hears of no exit. */
  @Test
  void memberThatNoLookCanNameIsNotOverlookedOnABusyLoop(@TempDir Path folder) throws Exception {
    Path hopper = Compilers.build("faults.c", folder.resolve("hopper"));
    try (Supervised house = house(EscapeePolicy.KILL)) {
      Run run = house.shellReady("exec " + hopper + " hopper");
      Owner loop = house.adapter.nextOwner();
      AtomicBoolean idle = new AtomicBoolean();
      keepBusy(loop, idle);
      ProcessHandle.of(Objects.requireNonNull(run.view().pid())).orElseThrow().destroyForcibly();
      house.supervisor.cancel(run.id(), Signal.SIGKILL, 0L);
      try {
        run.exited().get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        // who is still there is found again and again
      }
      idle.set(true);
      Supervised.exited(run);

      Process lock = new ProcessBuilder("flock", "-n", hopper.toString(), "true").start();
      assertThat(lock.waitFor()).as("nobody holds the lock any more").isZero();
    }
  }

  private static void keepBusy(Owner loop, AtomicBoolean idle) {
    loop.execute(() -> {
      if (!idle.get()) {
        keepBusy(loop, idle);
      }
    });
  }

  @Test
  void nobodyIsEndedWhenEscapeesAreOnlyReported(CapturedOutput log) throws Exception {
    try (Supervised house = house(EscapeePolicy.REPORT)) {
      ProcessHandle escapee = escapee(house);
      try {
        Awaitility.await()
            .until(() -> log.getOut().contains("event=escapee-found pid=" + escapee.pid()));
        ShutdownReport report =
            new Shutdown(house.supervisor, SupervisorMetrics.NONE)
                .run(Duration.ZERO, Duration.ofSeconds(1));

        assertThat(report.census()).isNotNull();
        assertThat(report.census().live()).isEqualTo(1);
        assertThat(escapee.isAlive()).isTrue();
      } finally {
        escapee.destroyForcibly();
      }
      Awaitility.await().until(() -> house.adapter.census().get().live() == 0);
    }
  }

  @Test
  void stopEndsEscapeesBeforeItReports() throws Exception {
    try (Supervised house = house(EscapeePolicy.KILL)) {
      Run older = house.shellReady("echo ready; exec sleep 2000");
      ProcessHandle escapee = escapee(house);
      assertThat(older.state()).isEqualTo(RunState.RUNNING);

      ShutdownReport report =
          new Shutdown(house.supervisor, SupervisorMetrics.NONE)
              .run(Duration.ZERO, Duration.ofSeconds(1));

      assertThat(report.census()).isNotNull();
      assertThat(report.census().live()).isZero();
      Awaitility.await("it is reaped").until(() -> !escapee.isAlive());
    }
  }

  @Test
  void whatOthersInTheServiceStartedIsLeftAlone() throws Exception {
    Process child = new ProcessBuilder("sleep", "1001").start();
    Process apart = new ProcessBuilder("setsid", "sleep", "1002").start();
    Process nested =
        new ProcessBuilder("sh", "-c", "setsid sh -c 'echo apart; sleep 1003'; :").start();
    try (Supervised house = house(EscapeePolicy.KILL)) {
      assertThat(nested.inputReader().readLine()).isEqualTo("apart");

      house.adapter.endEscapees().get();
      house.adapter.endEscapees().get();

      assertThat(child.isAlive()).isTrue();
      assertThat(apart.isAlive()).isTrue();
      assertThat(nested.descendants().filter(ProcessHandle::isAlive)).isNotEmpty();
      assertThat(house.adapter.census().get().escapeesEnded()).isZero();
    } finally {
      nested.descendants().forEach(ProcessHandle::destroyForcibly);
      nested.destroyForcibly();
      child.destroyForcibly();
      apart.destroyForcibly();
    }
  }
}
