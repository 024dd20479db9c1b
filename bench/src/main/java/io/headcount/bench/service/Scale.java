package io.headcount.bench.service;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds of what a target is about
 * @param others rounds of all the rest, at most {@code rounds}; none leaves out other contenders
 * @param clients at once, a figure each, for those that a target is about
 * @param othersClients some of them, for all the rest
 * @param target of them, the number that a target is about
 * @param warmUpSeconds of requests before the first that counts, for who is compiled meanwhile
 * @param seconds that a rate is measured for
 * @param idleSeconds from the first answer until memory is looked at
 * @param children alive at once, a figure each; other contenders have the last of these sizes alone,
 *     as of the next two
 * @param stopped children that are stopped with the service, a figure each
 * @param mebibytes streamed, a figure each
 */
public record Scale(
    int rounds,
    int others,
    List<Integer> clients,
    List<Integer> othersClients,
    int target,
    int warmUpSeconds,
    int seconds,
    int idleSeconds,
    List<Integer> children,
    List<Integer> stopped,
    List<Integer> mebibytes) {

  /** Longer than the image's JVM takes to give back, twice, the native memory of the start. */
  private static final int IDLE_SECONDS = 12;

  /** Everything, with sizes that grow by powers of two. */
  public static final Scale FULL =
      new Scale(
          5,
          2,
          List.of(1, 2, 4, 8, 16, 32, 64),
          List.of(1, 4, 16, 64),
          16,
          60,
          2,
          IDLE_SECONDS,
          List.of(125, 250, 500, 1000),
          List.of(125, 250, 500),
          List.of(256, 512, 1024));

  /** What it must show. */
  public static final Scale QUICK =
      new Scale(
          5, 0, List.of(16), List.of(), 16, 60, 2, IDLE_SECONDS, List.of(), List.of(), List.of());

  /** Everything once, to see that it works. */
  public static final Scale SMOKE =
      new Scale(
          1, 1, List.of(2), List.of(2), 2, 0, 1, 0, List.of(2), List.of(4), List.of(1));

  /** Ours grow through all sizes, to see whether they bend; the others stand beside the last. */
  static List<Integer> sizes(List<Integer> all, Contender contender) {
    return contender.name().equals(Headcount.NAME) || all.isEmpty()
        ? all
        : List.of(all.getLast());
  }

  /** How often a figure is taken. */
  int rounds(boolean ofTarget) {
    return ofTarget ? rounds : others;
  }
}
