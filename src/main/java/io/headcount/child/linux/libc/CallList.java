package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * System calls that a child makes before it executes its command. The child of a {@code clone(2)}
 * with {@code CLONE_VM | CLONE_VFORK} shares the memory of the service, so neither Java nor libc
 * may run in it; what runs is a function of some 160 bytes that makes the calls of this list, one
 * after the other, and touches no memory but the list, the stack not either.
 *
 * <p>The list is an array of entries of 64 bytes: number, five arguments, nothing, and the result.
 * The first blocks signals, for a handler must not run in the child; the second clones; the third,
 * in the parent alone, restores the signals; the rest are the child's. The first of them that fails
 * ends the child with 127, and is noted in the result of the first entry.
 *
 * <p>One thread at a time.
 */
final class CallList {
  private static final int MOST = 256;
  private static final long ENTRY = 64;
  private static final long RESULT = 56;

  private static final int PROT_READ_WRITE = 3;
  private static final int PROT_READ_EXEC = 5;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private static final Loaded CODE = loaded();
  private static final @Nullable Function RUN = CODE.run();

  private final Arch arch = Arch.current();
  private final MemorySegment entries = Arena.ofAuto().allocate(MOST * ENTRY, 64);
  private int size;

  /**
   * The function, or why there is none.
   *
   * @param run takes a list and returns what the clone returned
   */
  private record Loaded(@Nullable Function run, @Nullable String problem) {}

  private static Loaded loaded() {
    try {
      return new Loaded(new Function(load()), null);
    } catch (IllegalStateException e) {
      return new Loaded(null, e.getMessage());
    }
  }

  static @Nullable String problem() {
    return CODE.problem();
  }

  /** Writable first, executable then, never both. */
  private static MemorySegment load() {
    byte[] code = Arch.current().callListCode();
    long length = code.length;
    long address =
        Function.named("mmap").result(0, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (address == -1) {
      throw new IllegalStateException(
          "mmap failed with " + Errno.name(Scratch.ofThisThread().errno()));
    }
    MemorySegment page = MemorySegment.ofAddress(address).reinterpret(length);
    page.copyFrom(MemorySegment.ofArray(code));
    int result = Function.named("mprotect").call(address, length, PROT_READ_EXEC);
    if (result < 0) {
      throw new IllegalStateException("mprotect(PROT_EXEC) failed with " + Errno.name(-result));
    }
    return page;
  }

  int size() {
    return size;
  }

  /** One more, which {@link #set} says. */
  void grow() {
    size++;
  }

  /** Forgets all but the first {@code kept}. */
  void cut(int kept) {
    size = kept;
  }

  void add(Arch.Call call, long... arguments) {
    set(size++, call, arguments);
  }

  /** Replaces an entry. */
  void set(int index, Arch.Call call, long... arguments) {
    if (index >= MOST) {
      throw new IllegalStateException("expected at most " + MOST + " calls before an exec");
    }
    long at = index * ENTRY;
    entries.set(JAVA_LONG, at, arch.number(call));
    for (int i = 0; i < 5; i++) {
      entries.set(JAVA_LONG, at + 8 + i * 8L, i < arguments.length ? arguments[i] : 0);
    }
  }

  /**
   * Runs it; blocks until the child has executed its command or ended.
   *
   * @return the child's pid, or the error number of the clone negated
   */
  int run() {
    if (RUN == null) {
      throw new IllegalStateException(CODE.problem());
    }
    entries.set(JAVA_LONG, RESULT, 0L);
    try {
      return (int) RUN.result(entries.address(), 0, 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Which entry failed in the child, -1 if none. */
  int failed() {
    long address = entries.get(JAVA_LONG, RESULT);
    return address == 0 ? -1 : (int) ((address - entries.address()) / ENTRY);
  }

  /** The error number of the one that failed. */
  int errno(int index) {
    return (int) -entries.get(JAVA_LONG, index * ENTRY + RESULT);
  }
}
