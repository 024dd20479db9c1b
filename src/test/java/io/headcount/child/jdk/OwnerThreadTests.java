package io.headcount.child.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.child.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OwnerThreadTests {
  private static final long MILLIS = 1_000_000L;

  private final OwnerThread owner = new OwnerThread("owner-under-test").start();
  private final List<String> done = new ArrayList<>();

  @AfterEach
  void close() {
    owner.close();
  }

  @Test
  void tasksRunInTheirOrderOnOneThread() {
    CompletableFuture<Thread> first = new CompletableFuture<>();
    CompletableFuture<Thread> last = new CompletableFuture<>();
    owner.execute(() -> first.complete(Thread.currentThread()));
    for (int i = 0; i < 100; i++) {
      String name = "task " + i;
      owner.execute(() -> done.add(name));
    }
    owner.execute(() -> last.complete(Thread.currentThread()));

    assertThat(last.join()).isSameAs(first.join());
    assertThat(done).hasSize(100).startsWith("task 0", "task 1").endsWith("task 99");
  }

  @Test
  void timersRunAtTheirTimeWhateverTheOrderTheyWereMade() {
    CompletableFuture<Void> last = new CompletableFuture<>();
    long start = System.nanoTime();
    owner.execute(() -> {
      owner.schedule(Long.MAX_VALUE, () -> done.add("never"));
      owner.schedule(30 * MILLIS, () -> last.complete(null));
      owner.schedule(20 * MILLIS, () -> done.add("20"));
      owner.schedule(20 * MILLIS, () -> done.add("20 again"));
      owner.schedule(10 * MILLIS, () -> done.add("10"));
      owner.schedule(-5, () -> done.add("at once"));
    });
    last.join();

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30 * MILLIS);
    assertThat(done).containsExactly("at once", "10", "20", "20 again");
  }

  @Test
  void timerDoesNotRunWhenItIsCancelled() {
    CompletableFuture<Void> last = new CompletableFuture<>();
    owner.execute(() -> {
      Owner.Timer timer = owner.schedule(5 * MILLIS, () -> done.add("cancelled"));
      owner.schedule(10 * MILLIS, () -> last.complete(null));
      timer.cancel();
      timer.cancel();
    });
    last.join();

    assertThat(done).isEmpty();
  }

  @Test
  void othersRunOnWhenATaskFails() {
    CompletableFuture<Void> last = new CompletableFuture<>();
    owner.execute(() -> {
      throw new IllegalStateException("expected by this test");
    });
    owner.execute(() -> last.complete(null));

    assertThat(last).succeedsWithin(java.time.Duration.ofSeconds(10));
  }

  @Test
  void tasksHandedInBeforeTheCloseStillRunAndLaterOnesAreRefused() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Void> last = new CompletableFuture<>();
    owner.execute(() -> {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    owner.execute(() -> last.complete(null));
    owner.close();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> owner.execute(() -> {}));
    gate.countDown();

    last.join();
  }
}
