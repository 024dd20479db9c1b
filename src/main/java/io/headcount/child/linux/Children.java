package io.headcount.child.linux;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whom a process has forked, as the lists of its threads say. */
final class Children {
  private Children() {}

  /** Of all its threads; none if it is gone. */
  static List<Integer> of(int pid) {
    List<Integer> all = new ArrayList<>();
    String[] threads = new File("/proc/" + pid + "/task").list();
    for (String thread : threads == null ? new String[0] : threads) {
      try {
        Path list = Path.of("/proc", Integer.toString(pid), "task", thread, "children");
        for (String child : Files.readString(list).split(" ", -1)) {
          if (!child.isBlank()) {
            all.add(Integer.valueOf(child.strip()));
          }
        }
      } catch (IOException e) {
        // That thread has ended: what it forked is on the list of another.
      }
    }
    return all;
  }
}
