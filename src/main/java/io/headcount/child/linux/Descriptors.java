package io.headcount.child.linux;

import io.headcount.child.linux.libc.Libc;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the descriptors we hold, by kind. Every one of them is opened and closed through here. */
final class Descriptors {
  /** What a descriptor is. */
  enum Kind {
    PIPE("pipe"),
    PTY("pty"),
    PIDFD("pidfd"),
    EPOLL("epoll"),
    FILE("file"),
    GUARDIAN("guardian");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private final Map<Kind, AtomicLong> open = new EnumMap<>(Kind.class);

  Descriptors() {
    for (Kind kind : Kind.values()) {
      open.put(kind, new AtomicLong());
    }
  }

  /** Takes over a descriptor that the kernel just gave out. */
  Fd opened(Kind kind, int number) {
    count(kind, 1);
    return new Fd(this, kind, number);
  }

  long total() {
    return open.values().stream().mapToLong(AtomicLong::get).sum();
  }

  Map<String, Long> byKind() {
    Map<String, Long> counts = new LinkedHashMap<>();
    open.forEach((kind, count) -> counts.put(kind.label, count.get()));
    return counts;
  }

  private void count(Kind kind, int change) {
    AtomicLong counter = open.get(kind);
    if (counter != null) {
      counter.addAndGet(change);
    }
  }

  /** One open descriptor. Closed once, however often it is asked to. */
  static final class Fd extends AtomicBoolean implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private final transient Descriptors books;
    private final Kind kind;
    private final int number;

    private Fd(Descriptors books, Kind kind, int number) {
      super(true);
      this.books = books;
      this.kind = kind;
      this.number = number;
    }

    int number() {
      return number;
    }

    boolean isOpen() {
      return get();
    }

    /** {@code EINTR} and {@code EIO} from close(2) leave the descriptor closed on Linux. */
    @Override
    public void close() {
      if (compareAndSet(true, false)) {
        books.count(kind, -1);
        Libc.close(number);
      }
    }
  }
}
