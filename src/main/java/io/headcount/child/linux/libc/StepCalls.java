package io.headcount.child.linux.libc;

import io.headcount.child.linux.libc.Arch.Call;
import io.headcount.child.linux.libc.Spawn.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one start behind those that all starts have, and what each is for, so that a failure
 * can be told. Paths have their addresses only when all texts are written, so the calls that need
 * them are written then. One thread at a time.
 */
final class StepCalls {
  static final long AT_FDCWD = -100;

  /** A call that waits for the address of its path. */
  private record Pending(int entry, Call call, int text, LongFunction<long[]> arguments) {}

  private final CallList calls;
  private final int first;
  private final List<Step> steps = new ArrayList<>();
  private final List<Pending> pending = new ArrayList<>();
  private @Nullable Texts texts;

  /** All that the list has by now is every start's. */
  StepCalls(CallList calls) {
    this.calls = calls;
    this.first = calls.size();
  }

  /** Forgets those of the start before; paths become texts of {@code all}. */
  void begin(Texts all) {
    texts = all;
    steps.clear();
    pending.clear();
    calls.cut(first);
  }

  void add(Step step, Call call, long... arguments) {
    steps.add(step);
    calls.add(call, arguments);
  }

  void chdir(Step step, String path) {
    path(step, Call.CHDIR, path, at -> new long[] {at});
  }

  /** {@code open(2)} of what is there; gets the lowest number that is free. */
  void open(Step step, String path, int flags) {
    path(step, Call.OPENAT, path, at -> new long[] {AT_FDCWD, at, flags});
  }

  /**
   * {@code openat2(2)}.
   *
   * @param folder a descriptor, or {@link #AT_FDCWD}
   * @param how the address of its {@code struct open_how}
   */
  void open(Step step, long folder, String path, long how) {
    path(step, Call.OPENAT2, path, at -> new long[] {folder, at, how, OutputCalls.HOW_BYTES});
  }

  private void path(Step step, Call call, String path, LongFunction<long[]> arguments) {
    pending.add(new Pending(calls.size(), call, texts().add(path), arguments));
    steps.add(step);
    calls.grow();
  }

  /** Writes what waited, now that all texts have their addresses. */
  void settle() {
    for (Pending each : pending) {
      calls.set(each.entry(), each.call(), each.arguments().apply(texts().address(each.text())));
    }
  }

  private Texts texts() {
    Texts all = texts;
    if (all == null) {
      throw new IllegalStateException("begin comes first");
    }
    return all;
  }

  /** What an entry is for; null for one that every start has. */
  @Nullable Step step(int entry) {
    return entry < first ? null : steps.get(entry - first);
  }
}
