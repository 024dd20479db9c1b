package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * A function of libc, or code of ours, that takes up to six integers or addresses.
 *
 * <p>All are called as if they took six longs and returned one: the linker makes a dozen classes
 * for each shape of a function, at each start of the service, and so makes them once. Both
 * processors hand such arguments over in registers, of which a function looks at as many, and at
 * each as far, as its own type says; those that are variadic too, on Linux. Whoever passes an
 * address sees to it that the memory is there until the call returns.
 */
record Function(MemorySegment code) {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  /** The one of that name in libc. */
  static Function named(String name) {
    return new Function(
        LOOKUP
            .find(name)
            .orElseThrow(() ->
                new UnsatisfiedLinkError(
                    "this libc has no " + name + "; expected glibc 2.34 or newer")));
  }

  static boolean exists(String name) {
    return LOOKUP.find(name).isPresent();
  }

  /** Returns its result as an int, or the error number negated if that is negative. */
  int call(long a) {
    return call(a, 0, 0, 0, 0, 0);
  }

  int call(long a, long b) {
    return call(a, b, 0, 0, 0, 0);
  }

  int call(long a, long b, long c) {
    return call(a, b, c, 0, 0, 0);
  }

  int call(long a, long b, long c, long d) {
    return call(a, b, c, d, 0, 0);
  }

  int call(long a, long b, long c, long d, long e, long f) {
    int result = (int) result(a, b, c, d, e, f);
    return result < 0 ? -Scratch.ofThisThread().errno() : result;
  }

  /** Returns its whole result, whatever that means; what it left in errno is in the scratch. */
  long result(long a, long b, long c, long d, long e, long f) {
    try {
      return (long) CALL.invokeExact(code, Scratch.ofThisThread().state, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw new IllegalStateException("a call into libc failed", t); // a fault of ours
    }
  }
}
