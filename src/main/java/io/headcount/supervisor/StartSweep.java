package io.headcount.supervisor;

import io.headcount.child.ChildEnd;
import io.headcount.child.Leftover;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Sweep;
import io.headcount.child.UnreadableMachineException;
import io.headcount.output.DeadBoot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of the service, as far as it concerns what earlier boots have left: their processes are
 * ended, or only looked for, their runs are remembered as lost, and a boot of which nothing is left
 * is forgotten.
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
      return new SweepReport(mode, 0, 0, 0, 0, 0);
    }
    long started = System.nanoTime();
    Map<String, String> boots = new LinkedHashMap<>();
    dead.forEach(boot -> boots.put(boot.record().boot(), boot.record().imprint()));
    Sweep sweep;
    try {
      sweep = supervisor.adapter().sweep(boots, mode == SweepMode.KILL);
    } catch (UnreadableMachineException e) {
      LOG.error("event=sweep-failed boots={} error=\"{}\"", boots.keySet(), e.getMessage());
      dead.forEach(DeadBoot::close);
      return new SweepReport(mode, dead.size(), 0, 0, 0, 0);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    for (DeadBoot boot : dead) {
      settle(boot, of(boot, sweep.found()), of(boot, sweep.left()), millis);
      tell(boot, of(boot, sweep.unproven()));
    }
    Set<LostRun> runs = LostRun.of(sweep.found());
    remember(runs, sweep.left());
    return new SweepReport(
        mode,
        dead.size(),
        runs.size(),
        sweep.found().size(),
        sweep.left().size(),
        sweep.unproven().size());
  }

  private record LostRun(String boot, String id) {
    static Set<LostRun> of(List<Leftover> found) {
      Set<LostRun> all = new LinkedHashSet<>();
      for (Leftover each : found) {
        String id = each.run();
        if (id != null && RUN.matcher(id).matches()) {
          all.add(new LostRun(each.boot(), id));
        }
      }
      return all;
    }
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
      LostRun.of(found).size(),
      found.size(),
      left.size(),
      pids(found),
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

  private static void tell(DeadBoot boot, List<Leftover> unproven) {
    if (!unproven.isEmpty()) {
      LOG.warn(
          "event=sweep-unproven boot={} processes={} pids={} reason=\"{}\"",
          boot.record().boot(),
          unproven.size(),
          pids(unproven),
          "they have the boot's cookie and not its mark: left alone");
    }
  }

  private static List<Long> pids(List<Leftover> some) {
    return some.stream().limit(MOST_PIDS).map(each -> each.process().pid()).toList();
  }

  /** Whoever was only looked for lives on: a survivor, whom nobody has tried to end. */
  private void remember(Set<LostRun> runs, List<Leftover> left) {
    List<CompletableFuture<Void>> settled = new ArrayList<>();
    for (LostRun run : runs) {
      List<ProcessInfo> survivors =
          left.stream()
              .filter(each -> each.boot().equals(run.boot()) && run.id().equals(each.run()))
              .map(Leftover::process)
              .toList();
      ChildEnd end = new ChildEnd(mode == SweepMode.KILL, survivors, false, true);
      settled.add(supervisor.lost(run.boot(), run.id(), end).exited());
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
