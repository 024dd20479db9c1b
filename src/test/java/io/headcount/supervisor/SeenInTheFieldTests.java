package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Failures that others have had and that no other test here is named after. The rest stands with
 * the promise it broke; {@code docs/behaviour.md} says where.
 */
class SeenInTheFieldTests {
  @AutoClose private static final Supervised house = new Supervised();

  /** E2B 1031 and 1034, rundeck 1038, supervisor 1101. */
  @Test
  void portHeldByAChildOfADeadLeaderIsFree() throws Exception {
    Run run =
        house.shell(
            "python3 -c 'import socket,time;s=socket.socket();s.bind((\"127.0.0.1\",0));s.listen();"
                + "print(s.getsockname()[1],flush=True);time.sleep(1000)' & read -t 0.1 x; wait $!");
    Awaitility.await().until(() -> Supervised.stdout(run).endsWith("\n"));
    int port = Integer.parseInt(Supervised.stdout(run).strip());
    new Socket(InetAddress.getLoopbackAddress(), port).close();

    ProcessHandle.of(run.view().pid()).orElseThrow().destroyForcibly();

    assertThat(Supervised.exited(run).exit()).extracting(ChildExit::signal).isEqualTo("SIGKILL");
    org.assertj.core.api.Assertions.assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    house.assertNothingLeft();
  }

  /** openclaw 18619 and 70094: SIGTERM first, so that lock files go; SIGKILL after it. */
  @Test
  void lockFileIsRemovedByTheCommandThatIsGivenTimeTo(@TempDir Path folder) {
    Path lock = folder.resolve("lock");
    Run run =
        house.shellReady(
            "touch "
                + lock
                + "; trap 'rm "
                + lock
                + "; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
    assertThat(Files.exists(lock)).isTrue();

    house.supervisor.cancel(run.id(), null, null);

    assertThat(Supervised.exited(run).killEscalated()).isFalse();
    assertThat(Files.exists(lock)).isFalse();
  }

  /** openclaw 97731, containerd: who waits for anybody takes the exits of others. */
  @Test
  void exitsOfOthersInThisProcessAreNotTaken() throws Exception {
    List<Process> others = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      others.add(new ProcessBuilder("sh", "-c", "exit " + i).start());
      runs.add(house.shell("(setsid true &); exit " + i));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(others.get(i).waitFor()).isEqualTo(i);
      assertThat(Supervised.exited(runs.get(i)).exit()).extracting(ChildExit::code).isEqualTo(i);
    }
  }

  /** openclaw 146426, cloudflare sandbox-sdk 873, kubernetes 73056. */
  @Test
  void exitThatNobodySawIsNullAndNeverZero() {
    RunView failed = Supervised.exited(house.start("/no/such/command"));
    assertThat(failed.exit()).isNull();
    Run cancelled;
    try (Supervised small = new Supervised(settings -> Supervised.withLimits(settings, 1, 1))) {
      small.start("sleep", "1000");
      cancelled = small.start("true");
      small.supervisor.cancel(cancelled.id(), null, null);
      assertThat(Supervised.exited(cancelled).exit()).isNull();
    }
    assertThat(cancelled.view().reason()).isEqualTo(Reason.MANUAL_CANCEL);
  }

  /** daytona 3770: tools that read standard input hung. */
  @Test
  void toolThatReadsStandardInputSeesItsEnd() {
    Run run = house.start("sort");
    assertThat(Supervised.exited(run).exit()).extracting(ChildExit::code).isEqualTo(0);
    assertThat(run.spec().env()).isEqualTo(Map.of());
  }
}
