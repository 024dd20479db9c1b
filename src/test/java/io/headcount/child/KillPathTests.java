package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.KillPath.Report;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of the kill path, in a time of the test's own. */
class KillPathTests {
  private static final long MILLIS = 1_000_000L;

  private final ManualOwner owner = new ManualOwner();
  private final List<Report> reports = new ArrayList<>();

  @Test
  void stopReportsWhenTheTreeObeys() {
    FakeTree tree = new FakeTree(owner, 0, "leader", "child").obedient();
    path(tree).stop(term(5000));
    owner.pass(100 * MILLIS);

    assertThat(reports).containsExactly(new Report(false, List.of()));
    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "0 SIGTERM child");
    assertThat(owner.timers()).isZero();
  }

  @Test
  void stopSendsSigkillWhenTheGraceIsOver() {
    FakeTree tree = new FakeTree(owner, 0, "leader", "child").stubborn();
    path(tree).stop(term(5000));
    owner.pass(4999 * MILLIS);
    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "0 SIGTERM child");

    owner.pass(60 * MILLIS);
    assertThat(tree.sent).contains("5000 SIGKILL leader", "5000 SIGKILL child");
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Test
  void stopSendsSigkillOnlyToThoseThatAreLeft() {
    FakeTree tree = new FakeTree(owner, 0, "leader", "child");
    tree.on((process, signal) -> {
      if (process.equals("leader") || signal == Signal.SIGKILL) {
        tree.dies(process);
      }
    });
    path(tree).stop(term(100));
    owner.pass(200 * MILLIS);

    assertThat(tree.sent)
        .containsExactly("0 SIGTERM leader", "0 SIGTERM child", "100 SIGKILL child");
  }

  @Test
  void whoObeyedInTimeIsNotKilledForALookThatBeganBefore() {
    FakeTree tree = new FakeTree(owner, 30 * MILLIS, "leader");
    path(tree).stop(term(50));
    owner.schedule(75 * MILLIS, () -> tree.dies("leader"));
    owner.pass(500 * MILLIS);

    assertThat(tree.looks).contains(96 * MILLIS);
    assertThat(tree.sent).containsExactly("30 SIGTERM leader");
    assertThat(reports).containsExactly(new Report(false, List.of()));
  }

  @Test
  void stopReportsOnlyAfterTwoEmptyLooksInARow() {
    FakeTree tree = new FakeTree(owner, 3 * MILLIS, "leader").obedient();
    path(tree).stop(term(5000));
    owner.pass(MILLIS * 8);
    assertThat(reports).isEmpty();
    int looksWhenEmpty = tree.looks.size();
    owner.pass(100 * MILLIS);

    assertThat(reports).hasSize(1);
    assertThat(looksWhenEmpty).isEqualTo(2);
    assertThat(tree.looks).hasSize(3);
  }

  @Test
  void lookThatFindsSomebodyAfterAnEmptyOneGoesOn() {
    FakeTree tree = new FakeTree(owner, 2 * MILLIS, "leader");
    tree.on((process, signal) -> {
      tree.dies(process);
      if (signal == Signal.SIGTERM) {
        // After the next look has begun, before the one that would confirm it.
        owner.schedule(3 * MILLIS, () -> tree.appears("late"));
      }
    });
    path(tree).stop(term(1000));
    owner.pass(500 * MILLIS);
    assertThat(tree.alive()).containsExactly("late");
    assertThat(reports).isEmpty();

    owner.pass(1000 * MILLIS);
    assertThat(tree.sent).containsExactly("2 SIGTERM leader", "1004 SIGKILL late");
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Test
  void groupIsSignalledBeforeTheFirstLookAndOnlyOnce() {
    FakeTree tree =
        new FakeTree(owner, 20 * MILLIS, "leader", "daemon").withGroup("leader").stubborn();
    path(tree).stop(term(100));
    owner.pass(300 * MILLIS);

    assertThat(tree.sent.subList(0, 2)).containsExactly("0 SIGTERM leader", "40 SIGTERM daemon");
    assertThat(tree.sent.subList(2, tree.sent.size()))
        .hasSize(2)
        .allMatch(line -> line.contains("SIGKILL"));
  }

  @Test
  void groupHasAMomentToObeyBeforeTheRestIsLookedFor() {
    FakeTree tree = new FakeTree(owner, 5 * MILLIS, "leader", "daemon").withGroup("leader");
    path(tree).stop(term(5000));
    owner.pass(24 * MILLIS);
    assertThat(tree.looks).isEmpty();
    owner.pass(MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "25 SIGTERM daemon");
  }

  @Test
  void groupHasNoMomentWithoutGrace() {
    FakeTree tree =
        new FakeTree(owner, 5 * MILLIS, "leader", "daemon").withGroup("leader").stubborn();
    path(tree).stop(kill());
    owner.pass(5 * MILLIS);

    assertThat(tree.sent.subList(0, 2)).containsExactly("0 SIGKILL leader", "5 SIGKILL daemon");
  }

  @Test
  void groupThatObeysAtOnceIsLookedForOnce() {
    FakeTree tree = new FakeTree(owner, 20 * MILLIS, "leader").withGroup("leader").obedient();
    KillPath<String> path = path(tree);
    path.stop(term(5000));
    path.lookSoon();
    assertThat(reports).as("a leader may have left somebody behind").isEmpty();
    owner.pass(20 * MILLIS);

    assertThat(reports).containsExactly(new Report(false, List.of()));
    assertThat(tree.sent).containsExactly("0 SIGTERM leader");
    assertThat(tree.looks).hasSize(1);
    assertThat(owner.timers()).isZero();
  }

  @Test
  void otherSignalDuringTheFirstLookReachesTheGroupToo() {
    FakeTree tree = new FakeTree(owner, 20 * MILLIS, "leader").withGroup("leader").stubborn();
    KillPath<String> path = path(tree);
    path.stop(term(5000));
    path.stop(new StopOrder(Signal.SIGINT, 5000 * MILLIS));
    path.stop(new StopOrder(Signal.SIGINT, 5000 * MILLIS));
    owner.pass(30 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "20 SIGINT leader");
  }

  @Test
  void forkFoundByTheSecondLookIsKilled() {
    FakeTree tree = new FakeTree(owner, 0, "leader");
    tree.on((process, signal) -> {
      if (signal == Signal.SIGTERM) {
        tree.appears("fork");
      }
      tree.dies(process);
    });
    path(tree).stop(term(200));
    owner.pass(300 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "200 SIGKILL fork");
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Test
  void killGoesOnWhileTheTreeForks() {
    FakeTree tree = new FakeTree(owner, 0, "p0");
    tree.on((process, signal) -> {
      int number = Integer.parseInt(process.substring(1));
      tree.dies(process);
      if (number < 20) {
        tree.appears("p" + (number + 1));
      }
    });
    path(tree).stop(kill());
    owner.pass(5000 * MILLIS);

    assertThat(tree.sent).hasSize(21).allMatch(line -> line.contains("SIGKILL"));
    assertThat(reports).containsExactly(new Report(false, List.of()));
  }

  @Test
  void survivorsAreReportedWhenNothingEndsThem() {
    FakeTree tree = new FakeTree(owner, 0, "leader", "undead").stubborn();
    tree.on((process, signal) -> {
      if (process.equals("leader")) {
        tree.dies(process);
      }
    });
    path(tree).stop(term(100));
    owner.pass(100 * MILLIS + KillPath.CONFIRM_NANOS - MILLIS);
    assertThat(reports).isEmpty();

    owner.pass(60 * MILLIS);
    assertThat(reports).hasSize(1);
    assertThat(reports.getFirst().escalated()).isTrue();
    assertThat(reports.getFirst().survivors())
        .extracting(ProcessInfo::command)
        .containsExactly("undead");
    assertThat(owner.timers()).isZero();
  }

  @Test
  void stopWithSigkillLeavesNoGraceAndIsNoEscalation() {
    FakeTree tree = new FakeTree(owner, 0, "leader").stubborn();
    path(tree).stop(new StopOrder(Signal.SIGKILL, 5000 * MILLIS));
    owner.pass(10 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGKILL leader");
    assertThat(reports).containsExactly(new Report(false, List.of()));
  }

  @Test
  void stopWithoutGraceSendsBothSignals() {
    FakeTree tree = new FakeTree(owner, 0, "leader").stubborn();
    path(tree).stop(term(0));
    owner.pass(10 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "0 SIGKILL leader");
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Test
  void secondStopDuringTheFirstLookShortensTheGrace() {
    FakeTree tree = new FakeTree(owner, 20 * MILLIS, "leader").stubborn();
    KillPath<String> path = path(tree);
    path.stop(term(5000));
    owner.pass(10 * MILLIS);
    path.stop(new StopOrder(Signal.SIGINT, 100 * MILLIS));
    path.stop(new StopOrder(Signal.SIGINT, 60_000 * MILLIS));
    owner.pass(300 * MILLIS);

    assertThat(tree.sent.getFirst()).isEqualTo("20 SIGINT leader");
    assertThat(tree.sent.get(1)).contains("SIGKILL leader");
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Test
  void secondStopDuringTheFirstLookDoesNotSoftenSigkill() {
    FakeTree tree = new FakeTree(owner, 20 * MILLIS, "leader").stubborn();
    KillPath<String> path = path(tree);
    path.stop(new StopOrder(Signal.SIGKILL, 5000 * MILLIS));
    path.stop(term(5000));
    owner.pass(100 * MILLIS);

    assertThat(tree.sent).containsExactly("20 SIGKILL leader");
    assertThat(reports).hasSize(1);
  }

  @Test
  void secondStopWithAnotherSignalDuringTheGraceSendsItAndExtendsNothing() {
    FakeTree tree = new FakeTree(owner, 0, "leader").stubborn();
    KillPath<String> path = path(tree);
    path.stop(new StopOrder(Signal.SIGINT, 1000 * MILLIS));
    owner.pass(500 * MILLIS);
    path.stop(term(60_000));
    path.stop(term(60_000));
    owner.pass(600 * MILLIS);

    assertThat(tree.sent.subList(0, 3))
        .containsExactly("0 SIGINT leader", "500 SIGTERM leader", "1000 SIGKILL leader");
  }

  @Test
  void secondStopWithSigkillDuringTheGraceKillsAtOnce() {
    FakeTree tree = new FakeTree(owner, 0, "leader").stubborn();
    KillPath<String> path = path(tree);
    path.stop(term(5000));
    owner.pass(1000 * MILLIS);
    path.stop(new StopOrder(Signal.SIGKILL, 5000 * MILLIS));
    owner.pass(10 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGTERM leader", "1000 SIGKILL leader");
  }

  @Test
  void stopChangesNothingWhenThePathIsDone() {
    FakeTree tree = new FakeTree(owner, 0);
    KillPath<String> path = path(tree);
    path.confirmEmpty();
    owner.pass(MILLIS);
    assertThat(path.isDone()).isTrue();
    tree.appears("stranger");
    path.stop(kill());
    path.confirmEmpty();
    path.lookSoon();
    owner.pass(1000 * MILLIS);

    assertThat(tree.sent).isEmpty();
    assertThat(reports).containsExactly(new Report(false, List.of()));
  }

  @Test
  void confirmEmptySendsNothingWhenNobodyIsLeft() {
    FakeTree tree = new FakeTree(owner, MILLIS);
    path(tree).confirmEmpty();
    owner.pass(10 * MILLIS);

    assertThat(tree.sent).isEmpty();
    assertThat(tree.looks).hasSize(2);
    assertThat(reports).containsExactly(new Report(false, List.of()));
  }

  @Test
  void confirmEmptyEndsWhoIsLeftAsTheOrderSays() {
    FakeTree tree = new FakeTree(owner, 0, "left").stubborn();
    path(tree, new StopOrder(Signal.SIGHUP, 50 * MILLIS)).confirmEmpty();
    owner.pass(200 * MILLIS);

    assertThat(tree.sent).containsExactly("0 SIGHUP left", "50 SIGKILL left");
  }

  @Test
  void lookSoonSeesTheEndWithoutWaiting() {
    FakeTree tree = new FakeTree(owner, 0, "leader");
    KillPath<String> path = path(tree);
    path.stop(term(5000));
    owner.pass(1000 * MILLIS); // looks are 50 ms apart by now
    owner.pass(MILLIS);
    tree.dies("leader");
    path.lookSoon();
    owner.runTasks();

    assertThat(reports).hasSize(1);
  }

  @Test
  void looksGrowRareWhileTheTreeIsStubborn() {
    FakeTree tree = new FakeTree(owner, 0, "leader").stubborn();
    path(tree).stop(term(10_000));
    owner.pass(9_990 * MILLIS);

    assertThat(tree.looks.size()).isBetween(150, 250);
  }

  private KillPath<String> path(FakeTree processes) {
    return path(processes, term(5000));
  }

  private KillPath<String> path(FakeTree processes, StopOrder order) {
    return new KillPath<>(owner, processes, order, reports::add, owner::nanoTime);
  }

  private static StopOrder term(long graceMillis) {
    return new StopOrder(Signal.SIGTERM, graceMillis * MILLIS);
  }

  private static StopOrder kill() {
    return new StopOrder(Signal.SIGKILL, 0);
  }
}
