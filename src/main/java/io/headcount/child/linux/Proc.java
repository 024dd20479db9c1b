package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ProcessInfo;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code /proc}. One thread at a time; {@link #local} gives each thread its own. A process
 * that is gone is null; that the reading itself failed (no descriptor is free) is an exception, for
 * "not to be seen" must never be taken for "not there".
 */
final class Proc {
  private static final ThreadLocal<Proc> LOCAL = ThreadLocal.withInitial(Proc::new);
  private static final String COOKIE = ChildSpec.COOKIE + "=";
  private static final String IGNORED = "SigIgn:";
  private static final String USER = "Uid:";
  private static final String LOCKS = "Max file locks";
  private static final int MAX_COMMAND = 4096;

  /** A folder has a link to itself, one above, and one of each folder in it. */
  private static final int LINKS_OF_ONE_THREAD = 3;

  private static final long TICKS_PER_SECOND = Libc.ticksPerSecond();
  private static final long PAGE_SIZE = Libc.pageSize();
  private static final long BOOT_SECONDS = bootSeconds();

  private final NativeBuffer buffer = new NativeBuffer(1 << 12);

  /** {@code /proc} could not be read. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable(String what, String why) {
      super(what + " could not be read: " + why, null, false, false);
    }
  }

  static Proc local() {
    return LOCAL.get();
  }

  /** Every pid there is. */
  static int[] pids() {
    String[] names = new File("/proc").list();
    if (names == null) {
      throw new Unreadable("/proc", "is a descriptor free?");
    }
    int[] pids = new int[names.length];
    int count = 0;
    for (String name : names) {
      if (Character.isDigit(name.charAt(0))) {
        pids[count++] = Integer.parseInt(name);
      }
    }
    return java.util.Arrays.copyOf(pids, count);
  }

  @Nullable ProcEntry stat(int pid) {
    int fd = open("/proc/" + pid + "/stat");
    if (fd < 0) {
      return null;
    }
    int length = Libc.read(fd, buffer);
    Libc.close(fd);
    return length <= 0 ? null : parse(pid, length);
  }

  /** Opens a file of a process; -1 if the process is gone or does not let us. */
  private static int open(String file) {
    int fd = Libc.open(file, Libc.O_RDONLY | Libc.O_CLOEXEC);
    return switch (-fd) {
      case Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM -> -1;
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> throw new Unreadable(file, Errno.name(-fd));
      default -> fd;
    };
  }

  /**
   * Whether a process may have children now. False is certain: it has one thread, and that has
   * none.
   */
  boolean mayHaveChildren(int pid) {
    String threads = "/proc/" + pid + "/task";
    int fd = Libc.open(threads + "/" + pid + "/children", Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      return true;
    }
    int length = Libc.read(fd, buffer);
    Libc.close(fd);
    return length != 0 || Libc.links(threads) != LINKS_OF_ONE_THREAD;
  }

  /**
   * The command's name may hold anything, spaces and brackets too: fields start after the last ')'.
   */
  private @Nullable ProcEntry parse(int pid, int length) {
    int at = length - 1;
    while (at > 0 && buffer.get(at) != ')') {
      at--;
    }
    if (at == 0 || at + 2 >= length) {
      return null;
    }
    char state = (char) buffer.get(at + 2);
    long[] fields = new long[25];
    int field = 3;
    int cursor = at + 3;
    while (cursor < length && field + 1 < fields.length) {
      field++;
      cursor++;
      long value = 0;
      boolean negative = cursor < length && buffer.get(cursor) == '-';
      if (negative) {
        cursor++;
      }
      while (cursor < length && buffer.get(cursor) >= '0' && buffer.get(cursor) <= '9') {
        value = value * 10 + (buffer.get(cursor) - '0');
        cursor++;
      }
      fields[field] = negative ? -value : value;
    }
    if (state == 'Z' && fields[20] > 1) {
      state = 'S'; // only its first thread has ended, others go on
    }
    return new ProcEntry(
        pid,
        fields[22],
        (int) fields[4],
        (int) fields[5],
        (int) fields[6],
        state,
        fields[14] + fields[15],
        fields[24]);
  }

  /** The real user of a process, null if it is gone or nobody tells. */
  static @Nullable Integer user(int pid) {
    byte[] status = bytes(Path.of("/proc", Integer.toString(pid), "status"));
    if (status == null) {
      return null;
    }
    return new String(status, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> line.startsWith(USER))
        .map(line ->
            Integer.parseUnsignedInt(line.substring(USER.length()).strip().split("\\s", -1)[0]))
        .findFirst()
        .orElse(null);
  }

  /** Whether a process ignores a signal. */
  boolean ignores(int pid, int signal) {
    byte[] status = bytes(Path.of("/proc", Integer.toString(pid), "status"));
    if (status == null) {
      return false;
    }
    return new String(status, StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> line.startsWith(IGNORED))
        .map(line -> Long.parseUnsignedLong(line.substring(IGNORED.length()).strip(), 16))
        .anyMatch(mask -> (mask >>> (signal - 1) & 1) == 1);
  }

  /**
   * The value of the run's cookie in a process's environment.
   *
   * @return null if there is none, or it is not ours to read; empty if there is no environment at
   *     all, which for a moment is so of every process that executes a command
   */
  @Nullable String cookie(int pid) {
    int fd = open("/proc/" + pid + "/environ");
    if (fd < 0) {
      return null;
    }
    byte[] environ = readAndClose(fd);
    if (environ.length == 0) {
      return "";
    }
    for (String variable : new String(environ, StandardCharsets.UTF_8).split("\0", -1)) {
      if (variable.startsWith(COOKIE)) {
        return variable.substring(COOKIE.length());
      }
    }
    return null;
  }

  /** The limit that {@link Marks} are made of, which dead processes have too; none if unlimited. */
  long mark(int pid) {
    int fd = open("/proc/" + pid + "/limits");
    if (fd < 0) {
      return Marks.NONE;
    }
    String limits = new String(readAndClose(fd), StandardCharsets.US_ASCII);
    int at = limits.indexOf(LOCKS) + LOCKS.length();
    if (at < LOCKS.length()) {
      return Marks.NONE;
    }
    while (at < limits.length() && limits.charAt(at) == ' ') {
      at++;
    }
    int end = at;
    while (end < limits.length() && Character.isDigit(limits.charAt(end))) {
      end++;
    }
    return end == at ? Marks.NONE : Long.parseLong(limits, at, end, 10);
  }

  private byte[] readAndClose(int fd) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int length = Libc.read(fd, buffer);
    while (length > 0) {
      byte[] part = new byte[length];
      buffer.view(length).get(part);
      all.writeBytes(part);
      length = Libc.read(fd, buffer);
    }
    Libc.close(fd);
    return all.toByteArray();
  }

  /** All that is told of a process; what is gone meanwhile is left out. */
  ProcessInfo describe(ProcEntry entry, boolean escaped) {
    String[] fds = new File("/proc/" + entry.pid() + "/fd").list();
    return new ProcessInfo(
        entry.pid(),
        (long) entry.ppid(),
        startTime(entry.startTicks()),
        String.valueOf(entry.state()),
        entry.rssPages() * PAGE_SIZE,
        entry.cpuTicks() * 1000 / TICKS_PER_SECOND,
        fds == null ? null : fds.length,
        command(entry.pid()),
        escaped);
  }

  /** What is known of a process without looking again. */
  ProcessInfo describe(ProcId id) {
    ProcEntry entry = null;
    try {
      entry = stat(id.pid());
    } catch (Unreadable e) {
      // Then the little that is known is told.
    }
    return entry != null && entry.startTicks() == id.startTicks()
        ? describe(entry, false)
        : new ProcessInfo(
            id.pid(), null, startTime(id.startTicks()), null, null, null, null, "", false);
  }

  private static Instant startTime(long startTicks) {
    long millis = startTicks * 1000 / TICKS_PER_SECOND;
    return Instant.ofEpochSecond(BOOT_SECONDS).plusMillis(millis);
  }

  private String command(int pid) {
    Path process = Path.of("/proc", Integer.toString(pid));
    byte[] line = bytes(process.resolve("cmdline"));
    if (line == null || line.length == 0) {
      byte[] name = bytes(process.resolve("comm"));
      return name == null ? "" : "[" + new String(name, StandardCharsets.UTF_8).strip() + "]";
    }
    int length = Math.min(line.length, MAX_COMMAND);
    return new String(line, 0, length, StandardCharsets.UTF_8).replace('\0', ' ').strip();
  }

  private static byte @Nullable [] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      return null;
    }
  }

  /** Reads a whole small file that is open, from its start. */
  static String text(int fd, NativeBuffer into) {
    StringBuilder text = new StringBuilder();
    long offset = 0;
    while (true) {
      int length = Libc.pread(fd, into, offset);
      if (length <= 0) {
        return text.toString();
      }
      ByteBuffer view = into.view(length);
      text.append(StandardCharsets.US_ASCII.decode(view));
      offset += length;
    }
  }

  private static long bootSeconds() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
        if (line.startsWith("btime ")) {
          return Long.parseLong(line.substring(6).strip());
        }
      }
    } catch (IOException e) {
      // Fall through: times of processes are then counted from the epoch.
    }
    return 0;
  }
}
