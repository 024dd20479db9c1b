package io.headcount.child.linux;

import io.headcount.child.linux.libc.Errno;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroups that a boot has left, which must be over.
 *
 * @param boot its id
 * @param home where they are
 */
record DeadCgroup(String boot, Cgroup home) {
  private static final Logger LOG = LoggerFactory.getLogger(DeadCgroup.class);

  /** A process in the cgroup of a run. */
  record Member(String run, int pid) {}

  boolean isPopulated() {
    return runs().stream().anyMatch(Cgroup::isPopulated);
  }

  List<Member> members() {
    List<Member> all = new ArrayList<>();
    for (Cgroup run : runs()) {
      String name = run.folder().getFileName().toString();
      String id = name.substring(Cgroups.RUN.length(), name.lastIndexOf('.'));
      run.pids().forEach(pid -> all.add(new Member(id, pid)));
    }
    return all;
  }

  void kill() {
    runs().forEach(Cgroup::kill);
  }

  void remove() {
    int result = home.remove();
    if (result < 0) {
      LOG.warn("event=cgroup-left dir={} errno={}", home.folder(), Errno.name(-result));
    }
  }

  private List<Cgroup> runs() {
    return home.children().stream()
        .filter(each -> each.folder().getFileName().toString().matches("run-.+\\.\\d+"))
        .toList();
  }
}
