package io.headcount.supervisor;

import io.headcount.child.Leftover;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Sweep;
import io.headcount.child.UnreadableMachineException;
import io.headcount.output.DeadBoot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of the service, as far as it concerns what earlier boots have left: their processes are
 * ended, their runs are remembered as lost, and a boot of which nothing is left is forgotten.
 */
public final class StartSweep {
  private static final Logger LOG = LoggerFactory.getLogger(StartSweep.class);
  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final int MOST_PIDS = 20;
  private static final long PATIENCE_SECONDS = 5;

  private final ProcessSupervisor supervisor;
  private final SweepMode mode;

  public StartSweep(ProcessSupervisor supervisor, SweepMode mode) {
    this.supervisor = supervisor;
    this.mode = mode;
  }

  /** Does it all, on the caller's thread. Whatever fails, the service may start. */
  public SweepReport run(List<DeadBoot> dead) {
    if (dead.isEmpty() || mode == SweepMode.OFF) {
      dead.forEach(DeadBoot::close);
      return new SweepReport(mode, 0, 0, 0, 0);
    }
    long started = System.nanoTime();
    Set<String> boots =
        dead.stream().map(boot -> boot.record().boot()).collect(Collectors.toUnmodifiableSet());
    Sweep sweep;
    try {
      sweep = supervisor.adapter().sweep(boots, mode == SweepMode.KILL);
    } catch (UnreadableMachineException e) {
      LOG.error("event=sweep-failed boots={} error=\"{}\"", boots, e.getMessage());
      dead.forEach(DeadBoot::close);
      return new SweepReport(mode, dead.size(), 0, 0, 0);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    Map<String, List<Leftover>> runs = new LinkedHashMap<>();
    sweep
        .found()
        .forEach(each -> runs.computeIfAbsent(each.run(), _ -> new ArrayList<>()).add(each));
    for (DeadBoot boot : dead) {
      settle(boot, of(boot, sweep.found()), of(boot, sweep.left()), millis);
    }
    if (mode == SweepMode.KILL) {
      remember(runs.keySet(), sweep.left());
    }
    return new SweepReport(
        mode, dead.size(), runs.size(), sweep.found().size(), sweep.left().size());
  }

  private static List<Leftover> of(DeadBoot boot, List<Leftover> all) {
    return all.stream().filter(each -> each.boot().equals(boot.record().boot())).toList();
  }

  private void settle(DeadBoot boot, List<Leftover> found, List<Leftover> left, long millis) {
    String line = "event=sweep mode={} boot={} bootPid={} runs={} found={} left={} pids={} ms={}";
    Object[] values = {
      mode,
      boot.record().boot(),
      boot.record().pid(),
      found.stream().map(Leftover::run).distinct().count(),
      found.size(),
      left.size(),
      found.stream().limit(MOST_PIDS).map(each -> each.process().pid()).toList(),
      millis
    };
    if (left.isEmpty()) {
      LOG.info(line, values);
      boot.forget();
    } else {
      LOG.warn(line, values); // the next start looks again
      boot.close();
    }
  }

  private void remember(Set<String> ids, List<Leftover> left) {
    List<CompletableFuture<Void>> settled = new ArrayList<>();
    for (String id : ids) {
      if (RUN.matcher(id).matches()) {
        List<ProcessInfo> survivors =
            left.stream().filter(each -> each.run().equals(id)).map(Leftover::process).toList();
        settled.add(supervisor.lost(id, survivors).exited());
      }
    }
    try {
      CompletableFuture.allOf(settled.toArray(CompletableFuture[]::new))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("event=sweep-slow runs={}", settled.size(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
