package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is signalled although no look had found it in time, and who is let finish its work. */
class LatecomersTests {
  private static final ProcEntry DAEMON = process(10, 1);
  private static final ProcEntry FORKED = process(11, 10);
  private static final ProcEntry ORPHAN = process(11, 1);

  private final Latecomers latecomers = new Latecomers();

  private static ProcEntry process(int pid, int ppid) {
    return new ProcEntry(pid, 1000, ppid, 10, 10, 'S', 0, 0);
  }

  @Test
  void orphanForkedJustBeforeTheSignalIsSignalledOnce() {
    latecomers.signalled(List.of(DAEMON));

    assertThat(latecomers.among(List.of(ORPHAN))).containsExactly(ORPHAN);
    latecomers.signalled(List.of(ORPHAN));
    assertThat(latecomers.among(List.of(ORPHAN))).isEmpty();
  }

  @Test
  void itIsSignalledWhenItsParentHasDiedThoughThatTakesLonger() {
    latecomers.signalled(List.of(DAEMON));

    assertThat(latecomers.among(List.of(DAEMON, FORKED))).isEmpty();
    assertThat(latecomers.among(List.of(DAEMON, FORKED))).isEmpty();
    assertThat(latecomers.among(List.of(ORPHAN))).containsExactly(ORPHAN);
    assertThat(latecomers.among(List.of(ORPHAN))).isEmpty();
  }

  @Test
  void whatOneOfThemForkedMeanwhileIsSignalledToo() {
    ProcEntry next = process(12, 1);
    latecomers.signalled(List.of(DAEMON));
    latecomers.among(List.of(ORPHAN));
    latecomers.signalled(List.of(ORPHAN));

    assertThat(latecomers.among(List.of(next))).containsExactly(next);
  }

  @Test
  void whoComesAfterTheFirstLookIsAHandlersWork() {
    latecomers.signalled(List.of(DAEMON));
    latecomers.among(List.of(DAEMON));

    assertThat(latecomers.among(List.of(DAEMON, FORKED))).isEmpty();
    assertThat(latecomers.among(List.of(ORPHAN))).isEmpty();
  }

  @Test
  void whoHadTheSignalDoesNotGetItAgain() {
    latecomers.signalled(List.of(DAEMON, FORKED));

    assertThat(latecomers.among(List.of(ORPHAN))).isEmpty();
  }

  @Test
  void anotherProcessWithThePidOfOneThatHadTheSignalIsSomebodyElse() {
    ProcEntry reused = new ProcEntry(10, 2000, 1, 10, 10, 'S', 0, 0);
    latecomers.signalled(List.of(DAEMON));

    assertThat(latecomers.among(List.of(reused))).containsExactly(reused);
  }
}
