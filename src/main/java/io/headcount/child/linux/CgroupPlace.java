package io.headcount.child.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where our own cgroup of version 2 is. Its file system may be mounted anywhere, beside version 1
 * too, and in a container what is mounted may begin further down.
 *
 * @param folder where its files are
 * @param name as {@code /proc/PID/cgroup} has it
 */
record CgroupPlace(Path folder, String name) {
  private static final String VERSION_2 = "0::";

  /** There is no cgroup that could be used; the message says why. */
  static final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String why) {
      super(why, null, false, false);
    }
  }

  static CgroupPlace ofThisProcess() throws Missing {
    try {
      return find(
          Files.readAllLines(Path.of("/proc/self/mountinfo")),
          Files.readAllLines(Path.of("/proc/self/cgroup")));
    } catch (IOException e) {
      throw new Missing("/proc/self could not be read: " + e);
    }
  }

  /** Takes the first mount that our cgroup is below. */
  static CgroupPlace find(List<String> mountinfo, List<String> cgroups) throws Missing {
    String name = name(cgroups);
    if (name.isEmpty()) {
      throw new Missing("the kernel has no cgroups of version 2");
    }
    boolean mounted = false;
    for (String line : mountinfo) {
      // Id, parent, device, root, mount point, options ... - type, source, options.
      String[] halves = line.split(" - ", 2);
      String[] fields = halves[0].split(" ", -1);
      if (halves.length == 2 && halves[1].startsWith("cgroup2 ") && fields.length > 5) {
        mounted = true;
        String root = unescaped(fields[3]);
        if (isAtOrBelow(name, root)) {
          String rest =
              name.substring(root.equals("/") ? 1 : Math.min(name.length(), root.length() + 1));
          return new CgroupPlace(Path.of(unescaped(fields[4])).resolve(rest), name);
        }
      }
    }
    throw new Missing(
        mounted
            ? "our cgroup, " + name + ", is not below what is mounted"
            : "no file system of type cgroup2 is mounted");
  }

  private static boolean isAtOrBelow(String name, String root) {
    return root.equals("/") || name.equals(root) || name.startsWith(root + "/");
  }

  /** The cgroup of version 2 in the lines of {@code /proc/PID/cgroup}; empty if there is none. */
  static String name(List<String> cgroups) {
    return cgroups.stream()
        .filter(line -> line.startsWith(VERSION_2))
        .map(line -> line.substring(VERSION_2.length()))
        .findFirst()
        .orElse("");
  }

  /** Spaces and the like are octal there. */
  private static String unescaped(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }
}
