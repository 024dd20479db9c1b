package io.headcount.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures were taken on, without anything that names the machine itself. */
public final class Machine {
  private static final Pattern MODEL = Pattern.compile("(?m)^(?:model name|Model)\\s*:\\s*(.+)$");
  private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s*(\\d+) kB");
  private static final Pattern FILES =
      Pattern.compile("(?m)^Max open files\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)");

  private Machine() {}

  /** {@code 2 processors (AMD EPYC), 24 GiB, kernel 6.18.44, ...}. */
  public static String describe() throws IOException, InterruptedException {
    return "%d processors (%s, %s), %s GiB, kernel %s, %s, Java %s (%s), at most %s descriptors"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            find(MODEL, "/proc/cpuinfo", 1),
            System.getProperty("os.arch"),
            gibibytes(),
            System.getProperty("os.version").replaceAll("-.*", ""),
            first("getconf", "GNU_LIBC_VERSION"),
            Runtime.version(),
            System.getProperty("java.vendor"),
            find(FILES, "/proc/self/limits", 2));
  }

  /** How many processes wanted a processor over the last minute. */
  public static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
  }

  /** The first line that a command says, {@code unknown} if it cannot be run. */
  public static String first(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes()).lines().findFirst().orElse("");
      return process.waitFor() == 0 ? said.strip() : "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String gibibytes() throws IOException {
    String kibibytes = find(MEMORY, "/proc/meminfo", 1);
    return kibibytes.equals("unknown")
        ? kibibytes
        : String.format(Locale.ROOT, "%.0f", Long.parseLong(kibibytes) / 1024.0 / 1024.0);
  }

  private static String find(Pattern pattern, String file, int group) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
    return matcher.find() ? matcher.group(group).strip() : "unknown";
  }
}
