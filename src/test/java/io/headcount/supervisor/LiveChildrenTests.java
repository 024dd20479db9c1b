package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a thousand live children cost, and how soon they are gone. */
class LiveChildrenTests {
  private static final int CHILDREN = 1000;

  @Test
  void thousandLiveChildrenCostNoThreadFourDescriptorsAndSixteenKibibytesEach() throws Exception {
    try (Supervised house = new Supervised()) {
      Supervised.exited(house.start("true"));
      long heap = usedHeap();
      int threads = Thread.getAllStackTraces().size();
      int descriptors = Supervised.openDescriptors();
      List<Run> runs = new ArrayList<>();

      for (int i = 0; i < CHILDREN; i++) {
        runs.add(house.start("sleep", "1000"));
      }
      runs.forEach(Supervised::launched);

      assertThat(house.supervisor.count(RunState.RUNNING)).isEqualTo(CHILDREN);
      assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(threads);
      assertThat(Supervised.openDescriptors() - descriptors).isLessThanOrEqualTo(4 * CHILDREN);
      assertThat((usedHeap() - heap) / CHILDREN).as("heap bytes a child").isLessThan(16 << 10);

      house.supervisor.cancelAll(Reason.MANUAL_CANCEL);
      CompletableFuture.allOf(runs.stream().map(Run::exited).toArray(CompletableFuture[]::new))
          .get(30, TimeUnit.SECONDS);
      house.assertNothingLeft();
    }
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
