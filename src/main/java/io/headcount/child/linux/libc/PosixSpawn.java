package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code posix_spawn(3)} with what every child gets: a session of its own, default signal actions,
 * an empty mask, descriptors 0 to 2 and no others, its working directory.
 *
 * <p>One thread at a time: the memory for the arguments is used again. Blocks until the child has
 * executed the command or failed to (about half a millisecond).
 */
public final class PosixSpawn {
  /** What becomes descriptors 0 to 2 of a child. */
  public sealed interface Stdio {
    /** Descriptors of ours, 3 or more. */
    record Pipes(int in, int out, int err) implements Stdio {}

    /** A terminal, by its path: the child's session gets it as its controlling terminal. */
    record Terminal(String path) implements Stdio {}
  }

  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;

  /** Path, directory, and the terminal. */
  private static final int OWN_TEXTS = 3;

  /** More than {@code posix_spawnattr_t} and {@code posix_spawn_file_actions_t} take anywhere. */
  private static final long OPAQUE = 1024;

  private static final FunctionDescriptor ONE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final FunctionDescriptor TWO = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);

  private static final MethodHandle SPAWN =
      Linkage.plain(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle ACTIONS_INIT =
      Linkage.plain("posix_spawn_file_actions_init", ONE);
  private static final MethodHandle ACTIONS_DESTROY =
      Linkage.plain("posix_spawn_file_actions_destroy", ONE);
  private static final MethodHandle ADD_DUP2 =
      Linkage.plain(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle ADD_OPEN =
      Linkage.plain(
          "posix_spawn_file_actions_addopen",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle ADD_CLOSEFROM =
      Linkage.plain(
          "posix_spawn_file_actions_addclosefrom_np",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle ADD_CHDIR =
      Linkage.plain("posix_spawn_file_actions_addchdir_np", TWO);

  private final MemorySegment attributes;
  private final MemorySegment actions;
  private final MemorySegment pid;
  private MemorySegment strings;

  public PosixSpawn() {
    Arena arena = Arena.ofAuto();
    attributes = arena.allocate(OPAQUE, 16);
    actions = arena.allocate(OPAQUE, 16);
    pid = arena.allocate(JAVA_INT);
    strings = arena.allocate(1 << 14, 8);
    MemorySegment all = arena.allocate(OPAQUE, 16);
    MemorySegment none = arena.allocate(OPAQUE, 16);
    check("sigfillset", call(Linkage.plain("sigfillset", ONE), all));
    check("sigemptyset", call(Linkage.plain("sigemptyset", ONE), none));
    check("posix_spawnattr_init", call(Linkage.plain("posix_spawnattr_init", ONE), attributes));
    check(
        "posix_spawnattr_setsigdefault",
        call(Linkage.plain("posix_spawnattr_setsigdefault", TWO), attributes, all));
    check(
        "posix_spawnattr_setsigmask",
        call(Linkage.plain("posix_spawnattr_setsigmask", TWO), attributes, none));
    check("posix_spawnattr_setflags", setFlags((short) (SETSID | SETSIGDEF | SETSIGMASK)));
  }

  private int setFlags(short flags) {
    MethodHandle function =
        Linkage.plain(
            "posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    try {
      return (int) function.invokeExact(attributes, flags);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /**
   * Starts a command.
   *
   * @param path the file to execute, absolute or relative to {@code cwd}
   * @param stdio what becomes descriptors 0 to 2
   * @return the process id, or the error number negated: of {@code chdir(2)} or {@code execve(2)}
   */
  public int spawn(
      String path, List<String> argv, Map<String, String> env, String cwd, Stdio stdio) {
    List<byte[]> texts = new ArrayList<>(argv.size() + env.size() + OWN_TEXTS);
    texts.add(bytes(path));
    texts.add(bytes(cwd));
    texts.add(bytes(stdio instanceof Stdio.Terminal(String terminal) ? terminal : ""));
    argv.forEach(argument -> texts.add(bytes(argument)));
    env.forEach((name, value) -> texts.add(bytes(name + "=" + value)));
    long pointers = (argv.size() + 1L + env.size() + 1L) * 8;
    long size = pointers;
    for (byte[] text : texts) {
      size += text.length + 1L;
    }
    if (strings.byteSize() < size) {
      strings = Arena.ofAuto().allocate(size * 2, 8);
    }
    long[] addresses = copy(texts, pointers);
    long envp = (argv.size() + 1L) * 8;
    for (int i = 0; i < argv.size(); i++) {
      strings.set(ADDRESS, i * 8L, MemorySegment.ofAddress(addresses[OWN_TEXTS + i]));
    }
    strings.set(ADDRESS, argv.size() * 8L, MemorySegment.NULL);
    for (int i = 0; i < env.size(); i++) {
      strings.set(
          ADDRESS, envp + i * 8L, MemorySegment.ofAddress(addresses[OWN_TEXTS + argv.size() + i]));
    }
    strings.set(ADDRESS, envp + env.size() * 8L, MemorySegment.NULL);
    return spawn(
        MemorySegment.ofAddress(addresses[0]),
        MemorySegment.ofAddress(addresses[1]),
        MemorySegment.ofAddress(addresses[2]),
        strings.asSlice(envp),
        stdio);
  }

  private long[] copy(List<byte[]> texts, long from) {
    long[] addresses = new long[texts.size()];
    long at = from;
    for (int i = 0; i < addresses.length; i++) {
      byte[] text = texts.get(i);
      MemorySegment.copy(text, 0, strings, JAVA_BYTE, at, text.length);
      strings.set(JAVA_BYTE, at + text.length, (byte) 0);
      addresses[i] = strings.address() + at;
      at += text.length + 1L;
    }
    return addresses;
  }

  private int spawn(
      MemorySegment path,
      MemorySegment cwd,
      MemorySegment terminal,
      MemorySegment envp,
      Stdio stdio) {
    try {
      check("posix_spawn_file_actions_init", (int) ACTIONS_INIT.invokeExact(actions));
      try {
        switch (stdio) {
          case Stdio.Pipes(int in, int out, int err) -> {
            duplicate(in, 0);
            duplicate(out, 1);
            duplicate(err, 2);
          }
          case Stdio.Terminal _ -> {
            open(terminal); // by the leader of a session: it becomes its terminal
            duplicate(0, 1);
            duplicate(0, 2);
          }
        }
        check("addclosefrom_np", (int) ADD_CLOSEFROM.invokeExact(actions, 3));
        check("addchdir_np", (int) ADD_CHDIR.invokeExact(actions, cwd));
        int failure = (int) SPAWN.invokeExact(pid, path, actions, attributes, strings, envp);
        return failure == 0 ? pid.get(JAVA_INT, 0) : -failure;
      } finally {
        int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
      }
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  private void open(MemorySegment terminal) throws Throwable {
    check("addopen", (int) ADD_OPEN.invokeExact(actions, 0, terminal, Libc.O_RDWR, 0));
  }

  private void duplicate(int fd, int wanted) throws Throwable {
    check("adddup2", (int) ADD_DUP2.invokeExact(actions, fd, wanted));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int call(MethodHandle function, MemorySegment argument) {
    try {
      return (int) function.invokeExact(argument);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment first, MemorySegment second) {
    try {
      return (int) function.invokeExact(first, second);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  private static void check(String call, int failure) {
    if (failure != 0) {
      throw new IllegalStateException(call + " failed with " + Errno.name(failure));
    }
  }
}
