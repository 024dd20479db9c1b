package io.headcount.service;

import io.headcount.child.linux.libc.Compilers;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program of all faults, compiled on the spot, under a name of its own for each: so whatever it
 * does to its arguments, {@code /proc/pid/exe} says whose it was.
 */
final class Fixture {
  private static final Pattern UID = Pattern.compile("(?m)^Uid:\\t\\d+\\t(\\d+)");
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\t(\\d+)");
  private static final Pattern ZOMBIE = Pattern.compile("(?m)^State:\\t[ZX]");

  /** What {@code /proc} says of a program in memory. */
  private static final Path WITHOUT_NAME = Path.of("/memfd:faults (deleted)");

  private final Path folder;
  private final boolean inCgroup;

  Fixture(Path folder) throws Exception {
    this(folder, false);
  }

  /**
   * Compiles it.
   *
   * @param inCgroup whether each run gets a cgroup, which its program waits for
   */
  Fixture(Path folder, boolean inCgroup) throws Exception {
    this.folder = folder;
    this.inCgroup = inCgroup;
    Path program = Compilers.build("faults.c", folder.resolve("faults"));
    for (Fault fault : Fault.values()) {
      Files.copy(
          program, folder.resolve(fault.label()), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /** A copy that is root whoever starts it. Only root can make it. */
  Path setuid() throws IOException {
    Path program = folder.resolve("setuid");
    Files.copy(folder.resolve("faults"), program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setAttribute(program, "unix:mode", 04755);
    return program;
  }

  /** What starts it. */
  String request(Fault fault, String more) {
    return "{\"argv\":[\"%s\",\"%s\"%s]%s}"
        .formatted(
            folder.resolve(fault.label()), fault.label(), inCgroup ? ",\"cgroup\"" : "", more);
  }

  /** What is to come of it. */
  Fault.Outcome expected(Fault fault) {
    return inCgroup ? Fault.Outcome.ENDED : fault.outcome();
  }

  /**
   * Live processes, by pid and start time: all of the service's user, or of this program's, if the
   * user is whoever runs the tests. The value is the program, so the fault.
   */
  Map<String, String> alive(long service) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String pid : new File("/proc").list((_, name) -> name.matches("\\d+"))) {
      Path process = Path.of("/proc", pid);
      try {
        String status = Files.readString(process.resolve("status"), StandardCharsets.ISO_8859_1);
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        boolean dead = ZOMBIE.matcher(status).find() && number(THREADS, status) <= 1;
        Path exe = dead ? Path.of("") : program(process);
        boolean ours =
            exe.startsWith(folder)
                || exe.startsWith(WITHOUT_NAME)
                || number(UID, status) == OrdinaryUser.ID;
        if (!dead && ours && Long.parseLong(pid) != service) {
          String start = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
          found.put(pid + "@" + start, label(exe));
        }
      } catch (IOException e) {
        // It ended meanwhile.
      }
    }
    return found;
  }

  private static String label(Path exe) {
    return exe.equals(WITHOUT_NAME) ? Fault.MEMFD.label() : String.valueOf(exe.getFileName());
  }

  /** Whether somebody lives who is never seen in a census: a lock tells. */
  boolean hops(Fault fault) throws IOException, InterruptedException {
    return new ProcessBuilder("flock", "-n", folder.resolve(fault.label()).toString(), "true")
            .start()
            .waitFor()
        != 0;
  }

  /** Of a process without its first thread, and of one that is not ours to read, its first name. */
  private static Path program(Path process) throws IOException {
    try {
      return Files.readSymbolicLink(process.resolve("exe"));
    } catch (IOException e) {
      return Path.of(
          Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip());
    }
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
  }
}
