package io.headcount.child.linux;

import io.headcount.child.Capacity;
import io.headcount.child.Census;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.EscapeePolicy;
import io.headcount.child.Means;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.StartFailure;
import io.headcount.child.Sweep;
import io.headcount.child.UnreadableMachineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands on Linux: a few spawner threads, a few event loops, one thread that looks through
 * {@code /proc}, however many children there are.
 */
public final class LinuxChildAdapter implements ChildAdapter {
  private static final long REAP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_REMAINING = 20;

  private final LinuxMachine machine;
  private final MachineCapacity capacity;
  private final Spawner spawner;
  private final List<EventLoop> loops = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final @Nullable Guardian guardian;
  private final CgroupProbe.Result cgroups;
  private final Marks marks;
  private final Bubblewrap bubblewrap;

  /**
   * How many threads, and whether there is a guardian.
   *
   * @param eventLoops threads that own runs; 0 is half the processors, at least one
   * @param spawners threads that start commands
   * @param escapees what is done with who belongs to no run
   * @param guardedBoot the first part of the cookie of all that is started, for a guardian that
   *     ends it should the service be killed; null for none
   * @param cgroups whether each run gets a cgroup; null for none
   */
  public record Options(
      int eventLoops,
      int spawners,
      EscapeePolicy escapees,
      @Nullable String guardedBoot,
      @Nullable CgroupWish cgroups) {
    public Options {
      if (eventLoops < 0 || spawners < 1) {
        throw new IllegalArgumentException(
            "expected 0 or more event loops and 1 or more spawners, got "
                + eventLoops
                + " and "
                + spawners);
      }
    }

    public static Options defaults() {
      return new Options(0, 2, EscapeePolicy.KILL, null, null);
    }
  }

  private LinuxChildAdapter(Options options, Platform platform) {
    Descriptors descriptors = new Descriptors();
    this.capacity = new MachineCapacity(descriptors); // before the service is moved within them
    this.cgroups = cgroups(options.cgroups());
    Forest forest = new Forest();
    this.marks = new Marks();
    this.bubblewrap = Bubblewrap.tried();
    Adoptees adoptees = new Adoptees(platform.pid(), platform.session(), forest, descriptors);
    ProcTable table = new ProcTable(platform.pid(), platform.session(), forest, adoptees);
    Escapees escapees = new Escapees(options.escapees(), platform, forest, marks);
    this.machine = new LinuxMachine(platform, descriptors, forest, adoptees, table, escapees);
    this.spawner =
        new Spawner(
            options.spawners(),
            descriptors,
            forest,
            adoptees,
            marks,
            cgroups.cgroups(),
            bubblewrap,
            ownOomScore());
    int count =
        options.eventLoops() > 0
            ? options.eventLoops()
            : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    for (int i = 0; i < count; i++) {
      loops.add(new EventLoop("headcount-loop-" + i, descriptors));
    }
    String boot = options.guardedBoot();
    this.guardian =
        boot == null
            ? null
            : new Guardian(
                boot, marks.range(), cgroups.home(), loops.getFirst(), descriptors, forest);
  }

  private static CgroupProbe.Result cgroups(@Nullable CgroupWish wish) {
    if (wish == null) {
      return CgroupProbe.Result.OFF;
    }
    CgroupProbe.Result result = new CgroupProbe(wish.boot(), wish.required()).run();
    if (wish.required() && result.cgroups() == null) {
      throw new CgroupsUnavailableException(result.cgroup());
    }
    return result;
  }

  /**
   * Probes the machine and starts the threads.
   *
   * @throws io.headcount.child.UnsupportedPlatformException saying what the machine lacks
   * @throws CgroupsUnavailableException if cgroups are required and cannot be had
   */
  public static LinuxChildAdapter create(Options options) {
    LinuxChildAdapter adapter = new LinuxChildAdapter(options, Platform.prepare());
    adapter.loops.forEach(EventLoop::start);
    adapter.machine.table().start();
    adapter.spawner.start();
    EventLoop first = adapter.loops.getFirst();
    first.execute(() -> adapter.reapAgain(first));
    if (adapter.guardian != null) {
      adapter.guardian.start();
    }
    return adapter;
  }

  /**
   * An orphan that we adopted tells nobody when it dies: a read of the lists a second finds it. Who
   * is new on them, or nobody's, is looked at.
   */
  private void reapAgain(EventLoop loop) {
    if (machine.adoptees().reap()) {
      machine.table().look(machine.escapees()::judge, () -> {});
    }
    loop.schedule(REAP_NANOS, () -> reapAgain(loop));
  }

  @Override
  public String name() {
    return "linux";
  }

  @Override
  public Owner nextOwner() {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  @Override
  public Optional<String> cwdProblem(Path cwd) {
    if (Files.isDirectory(cwd)) {
      return Optional.empty();
    }
    return Optional.of(
        "expected a directory, but " + cwd + (Files.exists(cwd) ? " is none" : " does not exist"));
  }

  @Override
  public Path executable(String command, @Nullable String path, Path cwd) {
    return cwd.resolve(Executables.find(command, path, cwd));
  }

  @Override
  public void start(ChildSpec spec, Owner owner, ChildListener listener) {
    if (!(owner instanceof EventLoop loop)) {
      throw new IllegalArgumentException("owner: expected one from nextOwner(), got " + owner);
    }
    spawner.submit(
        new Spawner.Order() {
          @Override
          public ChildSpec spec() {
            return spec;
          }

          @Override
          public void spawned(Spawner.Spawned spawned) {
            loop.execute(() -> takeOver(loop, spec, listener, spawned));
          }

          @Override
          public void failed(StartFailure failure) {
            loop.execute(() -> listener.startFailed(failure));
          }
        });
  }

  /**
   * A child that cannot be watched (epoll has limits too) is ended: better none than a lost one.
   */
  private void takeOver(
      EventLoop loop, ChildSpec spec, ChildListener listener, Spawner.Spawned spawned) {
    LinuxChild child;
    try {
      child = new LinuxChild(loop, machine, spec, listener, spawned);
    } catch (IllegalStateException e) {
      spawner.abandon(spawned);
      listener.startFailed(
          new StartFailure(StartFailure.Kind.RESOURCES, null, String.valueOf(e.getMessage())));
      return;
    }
    child.begin();
  }

  @Override
  public Capacity capacity() {
    return capacity.now();
  }

  @Override
  public CompletableFuture<Census> census() {
    CompletableFuture<Census> answer = new CompletableFuture<>();
    machine
        .table()
        .look(
            snapshot -> {
              List<ProcessInfo> remaining = remaining(snapshot);
              answer.completeAsync(() ->
                  new Census(
                      Instant.now(),
                      snapshot.live(),
                      snapshot.zombies(),
                      snapshot.escaped(),
                      snapshot.unattributed().size(),
                      machine.escapees().ended(),
                      remaining));
            },
            () -> answer.completeExceptionally(new UnreadableMachineException()));
    return answer;
  }

  private static List<ProcessInfo> remaining(Snapshot snapshot) {
    Stream<ProcessInfo> ofRuns =
        snapshot.alive().entrySet().stream()
            .flatMap(run ->
                run.getValue().stream()
                    .map(process ->
                        Proc.local()
                            .describe(process, process.session() != run.getKey().leader())));
    Stream<ProcessInfo> ofNobody =
        snapshot.unattributed().stream().map(process -> Proc.local().describe(process, true));
    return Stream.concat(ofNobody, ofRuns).limit(MOST_REMAINING).toList();
  }

  @Override
  public CompletableFuture<Void> endEscapees() {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    machine
        .table()
        .look(
            snapshot -> {
              machine.escapees().endAll(snapshot);
              answer.completeAsync(() -> null);
            },
            () -> answer.completeExceptionally(new UnreadableMachineException()));
    return answer;
  }

  @Override
  public Map<String, Long> openDescriptors() {
    return machine.descriptors().byKind();
  }

  @Override
  public Map<String, String> capabilities() {
    Map<String, String> all = new LinkedHashMap<>(machine.platform().capabilities());
    all.put("guardian", guardian == null ? "no" : "yes");
    all.put("marks", marks.range().isEmpty() ? "no (file locks are limited)" : "yes");
    all.put("cgroup", cgroups.cgroup());
    all.put("cgroupControllers", cgroups.controllers());
    all.put("sandbox", bubblewrap.capability());
    return all;
  }

  @Override
  public Optional<String> lacks(Means means) {
    return switch (means) {
      case NO_NEW_PRIVS, PARENT_DEATH_SIGNAL -> Optional.empty();
      case SANDBOX -> Optional.ofNullable(bubblewrap.problem());
    };
  }

  @Override
  public String imprint() {
    return marks.range().text();
  }

  @Override
  public Sweep sweep(Map<String, String> boots, boolean kill) {
    Map<String, MarkRange> ranges = new LinkedHashMap<>();
    boots.forEach((boot, imprint) -> ranges.put(boot, MarkRange.parse(imprint)));
    Cgroups ours = cgroups.cgroups();
    List<DeadCgroup> dead = ours == null ? List.of() : ours.dead(boots.keySet());
    return new Sweeper(machine.platform(), ranges, dead).sweep(kill);
  }

  @Override
  public OptionalLong guardian() {
    return guardian == null ? OptionalLong.empty() : guardian.pid();
  }

  @Override
  public OptionalInt cgroups() {
    Cgroups ours = cgroups.cgroups();
    return ours == null ? OptionalInt.empty() : OptionalInt.of(ours.count());
  }

  @Override
  public void close() {
    spawner.close();
    if (guardian != null) {
      guardian.close();
    }
    loops.forEach(EventLoop::close);
    machine.table().close();
    machine.adoptees().close();
    if (cgroups.cgroups() != null) {
      cgroups.cgroups().close();
    }
  }

  private static int ownOomScore() {
    try {
      return Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
