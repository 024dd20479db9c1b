package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Finds functions of libc, and keeps what each thread needs to call them. */
final class Linkage {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private Linkage() {}

  /**
   * Memory of one thread: where the linker leaves errno, and room for one call's small arguments.
   */
  static final class Scratch {
    static final int SPACE = 8192;
    final MemorySegment state;
    final MemorySegment space;

    Scratch() {
      Arena arena = Arena.ofAuto();
      state = arena.allocate(CALL_STATE);
      space = arena.allocate(SPACE, 16);
    }

    int errno() {
      return state.get(JAVA_INT, ERRNO_OFFSET);
    }
  }

  static Scratch scratch() {
    return SCRATCH.get();
  }

  static boolean has(String name) {
    return LOOKUP.find(name).isPresent();
  }

  /** A function that sets errno; its handle takes the call state first. */
  static MethodHandle function(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(find(name), type, Linker.Option.captureCallState("errno"));
  }

  /** A variadic function that sets errno, with {@code fixed} arguments before the variable ones. */
  static MethodHandle variadic(String name, int fixed, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        find(name),
        type,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(fixed));
  }

  /** A function that leaves errno alone. */
  static MethodHandle plain(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(find(name), type);
  }

  /** A function that is not libc's. */
  static MethodHandle code(MemorySegment function, FunctionDescriptor type) {
    return LINKER.downcallHandle(function, type);
  }

  private static MemorySegment find(String name) {
    return LOOKUP
        .find(name)
        .orElseThrow(() ->
            new UnsatisfiedLinkError(
                "this libc has no " + name + "; expected glibc 2.34 or newer"));
  }

  /** A downcall throws only what is a fault of ours. */
  static IllegalStateException unexpected(Throwable fault) {
    return new IllegalStateException("a call into libc failed", fault);
  }
}
