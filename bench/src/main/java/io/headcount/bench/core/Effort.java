package io.headcount.bench.core;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How much is measured of the core.
 *
 * @param ways who takes part
 * @param secondsAPart after which no round of a part begins
 * @param rounds how often each figure is taken, the contenders in turn
 * @param millis how long each measurement of a rate takes
 * @param warmUpMillis how long a JVM spawns before it is measured
 * @param callers callers at once, of the no-op
 * @param fewCallers callers at once, of the other commands
 * @param commands which commands are spawned
 * @param aliveWays who is measured with children alive
 * @param alive how many children live meanwhile, ascending
 * @param liveWays whose live children are weighed and stopped
 * @param live how many of them
 * @param trees processes of a tree
 * @param mebibytes that a child writes
 */
public record Effort(
    Set<Way> ways,
    int secondsAPart,
    int rounds,
    int millis,
    int warmUpMillis,
    List<Integer> callers,
    List<Integer> fewCallers,
    Set<SpawnRounds.Command> commands,
    Set<Way> aliveWays,
    List<Integer> alive,
    Set<Way> liveWays,
    List<Integer> live,
    List<Integer> trees,
    List<Integer> mebibytes) {

  private static final Set<Way> PIPES =
      EnumSet.complementOf(
          EnumSet.of(
              Way.LINUX_FILE,
              Way.UNREAD,
              Way.FLOOR_DUTIES,
              Way.LINUX_TERMINAL,
              Way.PTY4J,
              Way.FLOOR_TERMINAL));

  private static final Set<Way> PIPES_AND_FILES = with(PIPES, Way.LINUX_FILE);
  private static final Set<Way> STARTED_AND_STOPPED = with(PIPES_AND_FILES, Way.FLOOR_DUTIES);

  private static final Set<Way> LIVE = with(STARTED_AND_STOPPED, Way.UNREAD);

  private static Set<Way> with(Set<Way> some, Way another) {
    Set<Way> all = EnumSet.copyOf(some);
    all.add(another);
    return all;
  }

  /** Everything, with sizes that grow by powers of two. */
  public static final Effort FULL =
      new Effort(
          EnumSet.allOf(Way.class),
          40,
          5,
          200,
          10_000,
          List.of(1, 2, 4, 8, 16, 32, 64),
          List.of(1, 2, 8, 64),
          EnumSet.allOf(SpawnRounds.Command.class),
          PIPES_AND_FILES,
          List.of(
              0, 1_000, 2_000, 4_000, 6_400, 8_000), // pipes of 6,400 fit into 20,000 descriptors
          LIVE,
          List.of(125, 250, 500, 1_000),
          List.of(8, 16, 32, 64, 128),
          List.of(64, 128, 256, 512));

  /** What a run must show, and little else. */
  public static final Effort QUICK =
      new Effort(
          EnumSet.of(
              Way.LINUX,
              Way.LINUX_FILE,
              Way.PROCESS_BUILDER,
              Way.NU_PROCESS,
              Way.FLOOR,
              Way.FLOOR_DUTIES),
          90,
          5,
          400,
          10_000,
          List.of(2),
          List.of(2),
          EnumSet.of(SpawnRounds.Command.NOOP),
          EnumSet.of(Way.LINUX, Way.LINUX_FILE),
          List.of(0, 6_400, 8_000),
          EnumSet.of(Way.LINUX, Way.LINUX_FILE, Way.FLOOR, Way.FLOOR_DUTIES),
          List.of(500),
          List.of(),
          List.of());

  /** Everybody once, to see that all of it works. */
  public static final Effort SMOKE =
      new Effort(
          EnumSet.allOf(Way.class),
          60,
          1,
          1,
          0,
          List.of(1, 2, 4),
          List.of(2),
          EnumSet.allOf(SpawnRounds.Command.class),
          PIPES_AND_FILES,
          List.of(0, 1, 2),
          LIVE,
          List.of(2),
          List.of(3),
          List.of(1));

  /** Those of some who take part, in their order. */
  List<Way> among(Set<Way> some) {
    return some.stream().filter(ways::contains).sorted().toList();
  }

  /** Those who give children pipes. */
  List<Way> pipes() {
    return among(PIPES);
  }

  /** Those, who gives them a file, and what starting and stopping them takes in C. */
  List<Way> startedAndStopped() {
    return among(STARTED_AND_STOPPED);
  }

  public Effort withRounds(int number) {
    return with(ways, number, millis, callers, fewCallers, aliveWays, liveWays);
  }

  public Effort withMillis(int number) {
    return with(ways, rounds, number, callers, fewCallers, aliveWays, liveWays);
  }

  public Effort withCallers(List<Integer> numbers) {
    return with(ways, rounds, millis, numbers, numbers, aliveWays, liveWays);
  }

  public Effort withWays(Set<Way> some) {
    return with(some, rounds, millis, callers, fewCallers, PIPES_AND_FILES, LIVE);
  }

  private Effort with(
      Set<Way> who,
      int times,
      int time,
      List<Integer> many,
      List<Integer> few,
      Set<Way> whoWithAlive,
      Set<Way> whoLives) {
    return new Effort(
        who,
        secondsAPart,
        times,
        time,
        warmUpMillis,
        many,
        few,
        commands,
        whoWithAlive,
        alive,
        whoLives,
        live,
        trees,
        mebibytes);
  }
}
