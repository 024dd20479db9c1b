package io.headcount.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which boots are taken for dead: no lock is held here, so the record decides. */
class BootFolderTests {
  private static final BootRecord LIVE = BootRecord.ofThisProcess("live", "1-2");

  @TempDir private Path base;

  /** What a boot has left. */
  private Path left(String name, String record) throws IOException {
    Path folder = Files.createDirectory(base.resolve("boot-" + name.repeat(16)));
    Files.writeString(folder.resolve("lock"), record);
    Files.writeString(folder.resolve("1.out"), "output");
    return folder;
  }

  private BootFolder open(boolean claim, List<DeadBoot> dead) {
    return BootFolder.open(base, BootRecord.ofThisProcess("next", "1-2"), claim, dead);
  }

  private static String record(long pid, long start, String machine) {
    return new BootRecord("abc", pid, start, machine, "7-9").text();
  }

  @Test
  void bootIsDeadWhenItsPidIsAnothersNow() throws IOException {
    Path folder = left("a", record(LIVE.pid(), LIVE.startTicks() + 1, LIVE.machineBoot()));
    List<DeadBoot> dead = new ArrayList<>();
    try (BootFolder _ = open(true, dead)) {
      assertThat(dead).hasSize(1);
      assertThat(dead.getFirst().record().boot()).isEqualTo("abc");
      assertThat(folder.resolve("1.out")).as("output goes at once").doesNotExist();
      assertThat(folder.resolve("lock")).exists();

      List<DeadBoot> again = new ArrayList<>();
      try (BootFolder _ = open(true, again)) {
        assertThat(again).as("taken up by one").isEmpty();
      }
      dead.getFirst().close();
      try (BootFolder _ = open(true, again)) {
        assertThat(again).as("given back").hasSize(1);
        again.getFirst().forget();
      }
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void bootWhoseProcessLivesIsNotDeadThoughItsLockIsLost() throws IOException {
    Path folder = left("b", record(LIVE.pid(), LIVE.startTicks(), LIVE.machineBoot()));
    List<DeadBoot> dead = new ArrayList<>();
    try (BootFolder _ = open(true, dead)) {
      assertThat(dead).isEmpty();
      assertThat(folder.resolve("1.out")).exists();
    }
  }

  @Test
  void nothingCanBeLeftOfAnEarlierBootOfTheMachine() throws IOException {
    Path folder = left("c", record(LIVE.pid(), LIVE.startTicks(), "0-1-2"));
    List<DeadBoot> dead = new ArrayList<>();
    try (BootFolder _ = open(true, dead)) {
      assertThat(dead).isEmpty();
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void recordThatIsNotWholeLeadsToNobody() throws IOException {
    String whole = record(1, 1, LIVE.machineBoot());
    List<Path> folders =
        List.of(
            left("d", ""),
            left("e", whole.substring(0, whole.length() - 1)),
            left("f", whole.replace("abc", "../abc")));
    List<DeadBoot> dead = new ArrayList<>();
    try (BootFolder _ = open(true, dead)) {
      assertThat(dead).isEmpty();
      assertThat(folders).allSatisfy(folder -> assertThat(folder).doesNotExist());
    }
  }

  @Test
  void recordIsRemovedUnseenWhenNobodyIsToLook() throws IOException {
    Path folder = left("a", record(LIVE.pid(), 1, LIVE.machineBoot()));
    List<DeadBoot> dead = new ArrayList<>();
    try (BootFolder _ = open(false, dead)) {
      assertThat(dead).isEmpty();
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void recordStaysWhenSomethingLivesOnAndGoesOtherwise() throws IOException {
    BootFolder own = open(true, new ArrayList<>());
    Path output = own.file(1);
    Files.writeString(output, "output");
    assertThat(output.resolveSibling("lock")).content().startsWith("boot=next\npid=");
    own.leaveRecord();
    own.close();
    assertThat(output).doesNotExist();
    assertThat(output.resolveSibling("lock")).content().startsWith("boot=next\npid=");

    try (BootFolder second = open(true, new ArrayList<>())) {
      assertThat(second.file(1)).isNotEqualTo(output);
    }
    try (Stream<Path> all = Files.list(base)) {
      assertThat(all.filter(Files::isDirectory)).containsExactly(output.getParent());
    }
  }

  @Test
  void folderThatWasTakenAwayIsMadeAgainWithItsRecord() throws IOException {
    try (BootFolder own = open(true, new ArrayList<>())) {
      Path first = own.file(1).getParent();
      Files.delete(first.resolve("lock"));
      Files.delete(first);
      Path second = own.file(2).getParent();
      assertThat(second).isNotEqualTo(first);
      assertThat(second.resolve("lock")).content().startsWith("boot=next\n");
    }
  }
}
