package io.headcount.child;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Processes that do what a test says when they get a signal. A look answers some time after it was
 * asked, with what was alive when it was asked.
 */
final class FakeTree implements ProcessTree<String> {
  private final ManualOwner owner;
  private final long lookNanos;
  private final Set<String> alive = new LinkedHashSet<>();
  private BiConsumer<String, Signal> behaviour = (_, _) -> {};
  private Set<String> group = Set.of();

  /** What was sent, in order: the time in milliseconds, the signal, the process. */
  final List<String> sent = new ArrayList<>();

  /** At which nanosecond each look was answered. */
  final List<Long> looks = new ArrayList<>();

  FakeTree(ManualOwner owner, long lookNanos, String... processes) {
    this.owner = owner;
    this.lookNanos = lookNanos;
    alive.addAll(List.of(processes));
  }

  /** What a process does on a signal. */
  FakeTree on(BiConsumer<String, Signal> what) {
    behaviour = what;
    return this;
  }

  /** They all die of any signal. */
  FakeTree obedient() {
    return on((process, _) -> dies(process));
  }

  /** They die of SIGKILL only. */
  FakeTree stubborn() {
    return on((process, signal) -> {
      if (signal == Signal.SIGKILL) {
        dies(process);
      }
    });
  }

  /** These can be signalled without a look. */
  FakeTree withGroup(String... processes) {
    group = Set.of(processes);
    return this;
  }

  void dies(String process) {
    alive.remove(process);
  }

  void appears(String process) {
    alive.add(process);
  }

  Set<String> alive() {
    return alive;
  }

  @Override
  public void look(Consumer<List<String>> found) {
    List<String> seen = List.copyOf(alive);
    Runnable answer =
        () -> {
          looks.add(owner.elapsedNanos());
          found.accept(seen);
        };
    if (lookNanos == 0) {
      owner.execute(answer);
    } else {
      owner.schedule(lookNanos, answer);
    }
  }

  @Override
  public boolean isSurelyEmpty() {
    return !group.isEmpty() && alive.isEmpty();
  }

  @Override
  public boolean signalGroup(Signal signal) {
    List<String> reached = alive.stream().filter(group::contains).toList();
    send(reached, signal);
    return !reached.isEmpty();
  }

  @Override
  public void signal(List<String> processes, Signal signal, boolean besidesGroup) {
    send(
        processes.stream().filter(process -> !besidesGroup || !group.contains(process)).toList(),
        signal);
  }

  private void send(List<String> processes, Signal signal) {
    for (String process : processes) {
      sent.add(owner.elapsedNanos() / 1_000_000 + " " + signal + " " + process);
      if (alive.contains(process)) {
        behaviour.accept(process, signal);
      }
    }
  }

  @Override
  public ProcessInfo describe(String process) {
    return new ProcessInfo(1, null, null, null, null, null, null, process, false);
  }
}
