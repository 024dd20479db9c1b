package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;

/**
 * Memory of one thread: where the linker leaves errno, and room for one call's small arguments. It
 * is there as long as its thread is.
 */
final class Scratch {
  private static final int SPACE = 8192;
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final ThreadLocal<Scratch> OF_THREADS = ThreadLocal.withInitial(Scratch::new);

  final MemorySegment state;
  final MemorySegment space;

  private Scratch() {
    Arena arena = Arena.ofAuto();
    state = arena.allocate(CALL_STATE);
    space = arena.allocate(SPACE, 16);
  }

  static Scratch ofThisThread() {
    return OF_THREADS.get();
  }

  int errno() {
    return state.get(JAVA_INT, ERRNO_OFFSET);
  }

  /** Where the space is. */
  long address() {
    return space.address();
  }

  /** Writes a path to the beginning of the space; false if it is too long for any call. */
  boolean put(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= SPACE) {
      return false;
    }
    MemorySegment.copy(bytes, 0, space, JAVA_BYTE, 0, bytes.length);
    space.set(JAVA_BYTE, bytes.length, (byte) 0);
    return true;
  }
}
