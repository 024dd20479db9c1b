package io.headcount.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names one life of the service, for those that come after it.
 *
 * @param boot its id, as in the cookie of what it started
 * @param pid its process
 * @param startTicks when that process started, in clock ticks since the machine's boot
 * @param machineBoot the boot of the machine; empty where nobody tells, and then it ended nothing
 * @param imprint by what its processes are known; empty if by nothing
 */
public record BootRecord(
    String boot, long pid, long startTicks, String machineBoot, String imprint) {
  private static final Path MACHINE_BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Pattern TEXT =
      Pattern.compile(
          """
          boot=([0-9a-z]{1,64})
          pid=(\\d{1,18})
          start=(\\d{1,18})
          machine=([0-9a-f-]{0,64})
          imprint=([0-9A-Za-z-]{0,64})
          """);

  /** Where the start time stands behind the last bracket of {@code proc_pid_stat(5)}. */
  private static final int START = 20;

  /** The life of this process. */
  public static BootRecord ofThisProcess(String boot, String imprint) {
    long pid = ProcessHandle.current().pid();
    long start = startTicks(pid);
    return new BootRecord(
        boot, pid, Math.max(0, start), start < 0 ? "" : thisMachineBoot(), imprint);
  }

  String text() {
    return "boot="
        + boot
        + "\npid="
        + pid
        + "\nstart="
        + startTicks
        + "\nmachine="
        + machineBoot
        + "\nimprint="
        + imprint
        + "\n";
  }

  /** Reads what {@link #text} wrote; null if it is not that, whole. */
  static @Nullable BootRecord parse(String text) {
    Matcher found = TEXT.matcher(text);
    return found.matches()
        ? new BootRecord(
            found.group(1),
            Long.parseLong(found.group(2)),
            Long.parseLong(found.group(3)),
            found.group(4),
            found.group(5))
        : null;
  }

  /** Whether the machine has not been started anew since, which would have ended everything. */
  boolean isOfThisMachineBoot() {
    return !machineBoot.isEmpty() && machineBoot.equals(thisMachineBoot());
  }

  /** Whether that very process is alive, not another that has its number now. */
  boolean isAlive() {
    return isOfThisMachineBoot() && startTicks(pid) == startTicks;
  }

  private static String thisMachineBoot() {
    try {
      return Files.readString(MACHINE_BOOT).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** When a process started, -1 if there is none or nobody tells. */
  private static long startTicks(long pid) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ", START + 2);
      return fields.length > START && !fields[1].equals("Z") ? Long.parseLong(fields[START]) : -1;
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }
}
