package io.headcount.child.linux;

import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Folders;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One cgroup of version 2 and what is below it, by its folder ({@code cgroups(7)}). What fails
 * returns the error number negated; that nothing could be read for want of a descriptor is {@link
 * Proc.Unreadable}; one that is gone is empty.
 *
 * <p>Reading takes microseconds. Entering and killing may wait some milliseconds for the kernel, so
 * no event loop does that.
 */
record Cgroup(Path folder) {
  private static final ThreadLocal<NativeBuffer> BUFFER =
      ThreadLocal.withInitial(() -> new NativeBuffer(1 << 12));

  /** Who may look into it: whoever may look into the one above. */
  private static final int MODE = 0755;

  Cgroup child(String name) {
    return new Cgroup(folder.resolve(name));
  }

  boolean exists() {
    return folder.toFile().isDirectory();
  }

  int make() {
    return Folders.mkdir(folder.toString(), MODE);
  }

  /** The file by which processes enter. */
  String entrance() {
    return folder.resolve("cgroup.procs").toString();
  }

  /** Moves a process here, with all its threads. */
  int enter(int pid) {
    return write("cgroup.procs", Integer.toString(pid));
  }

  /** Sends SIGKILL to all that are here and below, those too that are just being forked. */
  int kill() {
    return write("cgroup.kill", "1");
  }

  /** Whether anybody lives here or below; zombies do not. */
  boolean isPopulated() {
    return lines("cgroup.events").contains("populated 1");
  }

  /** Who is here and below. Who forks and exits at once may not be among them. */
  List<Integer> pids() {
    List<Integer> all = new ArrayList<>();
    collect(all);
    return all;
  }

  private void collect(List<Integer> into) {
    for (String line : lines("cgroup.procs")) {
      int pid = Integer.parseInt(line);
      if (pid > 0) { // 0 is one of another pid namespace
        into.add(pid);
      }
    }
    children().forEach(child -> child.collect(into));
  }

  List<Cgroup> children() {
    File[] folders = folder.toFile().listFiles(File::isDirectory);
    if (folders == null && exists()) {
      throw new Proc.Unreadable(folder.toString(), "is a descriptor free?");
    }
    return folders == null
        ? List.of()
        : Arrays.stream(folders).map(each -> new Cgroup(each.toPath())).toList();
  }

  /** Removes it and what is below; {@code EBUSY} if anybody lives there. */
  int remove() {
    int result = Folders.rmdir(folder.toString());
    if (result == -Errno.EBUSY || result == -Errno.ENOTEMPTY) {
      children().forEach(Cgroup::remove);
      result = Folders.rmdir(folder.toString());
    }
    return result == -Errno.ENOENT ? 0 : result;
  }

  /** The words of a file such as {@code cgroup.controllers}. */
  Set<String> words(String file) {
    return Arrays.stream(text(file).split("\\s", -1))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The number behind a key in a file such as {@code memory.events}; -1 if it is not there. */
  long number(String file, String key) {
    for (String line : lines(file)) {
      if (line.startsWith(key + " ")) {
        return Long.parseLong(line.substring(key.length() + 1).strip());
      }
    }
    return -1;
  }

  private List<String> lines(String file) {
    return text(file).lines().toList();
  }

  private String text(String file) {
    return read(folder.resolve(file).toString());
  }

  /** The cgroup of a process, as the kernel names it; empty if it is gone. */
  static String nameOf(int pid) {
    return CgroupPlace.name(read("/proc/" + pid + "/cgroup").lines().toList());
  }

  private static String read(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
    return switch (-fd) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM ->
          throw new Proc.Unreadable(path, Errno.name(-fd));
      default -> {
        if (fd < 0) {
          yield "";
        }
        String text = Proc.text(fd, BUFFER.get());
        Libc.close(fd);
        yield text;
      }
    };
  }

  int write(String file, String text) {
    int fd = Libc.open(folder.resolve(file).toString(), Libc.O_WRONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    NativeBuffer buffer = BUFFER.get();
    buffer.view(bytes.length).put(bytes);
    int result = Libc.write(fd, buffer, bytes.length);
    Libc.close(fd);
    return Math.min(0, result);
  }
}
