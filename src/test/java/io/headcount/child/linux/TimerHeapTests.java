package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The heap of timers, held against a sorted list. */
class TimerHeapTests {
  private record Due(long at, int id, TimerHeap.Entry entry) {}

  @Test
  void tasksComeInOrderHoweverManyAreTakenBack() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      TimerHeap heap = new TimerHeap();
      List<Integer> ran = new ArrayList<>();
      List<Due> waiting = new ArrayList<>();
      long base = random.nextLong();
      for (int step = 0; step < 200; step++) {
        int id = step;
        if (waiting.isEmpty() || random.nextInt(3) > 0) {
          long at = base + random.nextInt(1000);
          waiting.add(new Due(at, id, heap.add(at, () -> ran.add(id))));
        } else {
          Due taken = waiting.remove(random.nextInt(waiting.size()));
          taken.entry().cancel();
          taken.entry().cancel();
        }
        assertThat(heap.size()).isEqualTo(waiting.size());
      }
      waiting.sort((a, b) -> Long.compare(a.at() - base, b.at() - base));
      List<Long> expected = waiting.stream().map(Due::at).toList();
      List<Long> came = new ArrayList<>();
      while (heap.size() > 0) {
        long next = heap.nanosToNext(base - 1) + base - 1;
        assertThat(heap.pollDue(next - 1)).isNull();
        came.add(next);
        heap.pollDue(next).run();
      }
      assertThat(came).isEqualTo(expected);
      assertThat(ran).containsExactlyInAnyOrderElementsOf(waiting.stream().map(Due::id).toList());
      assertThat(heap.nanosToNext(0)).isEqualTo(-1);
    }
  }

  @Test
  void taskTakenBackAfterItRanChangesNothing() {
    TimerHeap heap = new TimerHeap();
    TimerHeap.Entry entry = heap.add(5, () -> {});
    TimerHeap.Entry other = heap.add(6, () -> {});

    assertThat(heap.pollDue(5)).isNotNull();
    entry.cancel();

    assertThat(heap.size()).isEqualTo(1);
    other.cancel();
    assertThat(heap.size()).isZero();
  }
}
