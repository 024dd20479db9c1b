package io.headcount.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Every figure of every round, from which the table, {@code RESULTS.md}, the plots and the checks
 * are made. Sections, measures and contenders are shown in the order in which they came.
 * Thread-safe.
 */
public final class Report {
  private final Map<String, Section> sections = new LinkedHashMap<>();
  private final Map<Measure, Map<String, Samples>> measures = new LinkedHashMap<>();
  private final Map<Measure, Map<String, String>> missing = new LinkedHashMap<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Long> opened = new LinkedHashMap<>();

  /** The figures of one contender by their round; a round may have several. */
  private static final class Samples extends TreeMap<Integer, List<Double>> {
    private static final long serialVersionUID = 1;

    /** One figure a round: the median of its own. */
    Map<Integer, Double> rounds() {
      Map<Integer, Double> figures = new TreeMap<>();
      forEach((round, samples) -> figures.put(round, Median.of(samples).middle()));
      return figures;
    }
  }

  /** Opens a section; what is measured must belong to an open one. */
  public synchronized void section(Section section) {
    sections.put(section.title(), section);
    opened.putIfAbsent(section.title(), System.nanoTime());
  }

  /** Ends the last section, and takes as a fact how long each took, warming up included. */
  public synchronized void end() {
    List<String> titles = List.copyOf(opened.keySet());
    List<Long> times = new ArrayList<>(opened.values());
    times.add(System.nanoTime());
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < titles.size(); i++) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(times.get(i + 1) - times.get(i));
      if (seconds > 0) { // several may be opened together
        parts.add("%s %d s".formatted(titles.get(i), seconds));
      }
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(times.getLast() - times.getFirst());
    fact("took", "%d min %d s: %s".formatted(seconds / 60, seconds % 60, String.join(", ", parts)));
  }

  /**
   * Takes a figure, and says so on standard error.
   *
   * @param round in which it was measured; figures of one round are compared with each other
   */
  public synchronized void add(int round, Measure measure, String contender, double figure) {
    if (!sections.containsKey(measure.section())) {
      throw new NoSuchElementException("no section " + measure.section());
    }
    if (!Double.isFinite(figure)) {
      throw new IllegalArgumentException(measure.name() + ", " + contender + ": " + figure);
    }
    measures
        .computeIfAbsent(measure, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contender, _ -> new Samples())
        .computeIfAbsent(round, _ -> new ArrayList<>())
        .add(figure);
    System.err.printf(
        "round %d, %s, %s: %s %s%n",
        round, measure.name(), contender, Median.text(figure), measure.unit());
  }

  /** Why a contender has no figure for a measure. The table shows it in the figure's place. */
  public synchronized void missing(Measure measure, String contender, String why) {
    measures.computeIfAbsent(measure, _ -> new LinkedHashMap<>());
    missing.computeIfAbsent(measure, _ -> new LinkedHashMap<>()).put(contender, why);
    System.err.printf("%s, %s: none, %s%n", measure.name(), contender, why);
  }

  /** What the run was: the command, the machine, a contender's version. */
  public synchronized void fact(String name, String value) {
    facts.put(name, value);
  }

  /** A sentence for the reader of the results, such as what happened on the way. */
  public synchronized void note(String sentence) {
    if (!notes.contains(sentence)) {
      notes.add(sentence);
    }
  }

  /** Whether {@link #missing} was said of it. */
  public synchronized boolean isMissing(Measure measure, String contender) {
    return missing.getOrDefault(measure, Map.of()).containsKey(contender);
  }

  /** A contender's figure, empty if it has none. */
  public synchronized Optional<Median> median(Measure measure, String contender) {
    Collection<Double> rounds = rounds(measure, contender).values();
    return rounds.isEmpty() ? Optional.empty() : Optional.of(Median.of(rounds));
  }

  /** {@link #ratio(Measure, String, Measure, String)} of two contenders. */
  public Optional<Median> ratio(Measure measure, String above, String below) {
    return ratio(measure, above, measure, below);
  }

  /**
   * The median of the rounds' own ratios: what slows the machine for a round slows both sides of
   * it, so this is steadier than a ratio of medians. Empty without a round that has both.
   */
  public synchronized Optional<Median> ratio(
      Measure above, String contenderAbove, Measure below, String contenderBelow) {
    Map<Integer, Double> under = rounds(below, contenderBelow);
    List<Double> ratios = new ArrayList<>();
    rounds(above, contenderAbove)
        .forEach((round, figure) -> {
          Double divisor = under.get(round);
          if (divisor != null && divisor > 0) {
            ratios.add(figure / divisor);
          }
        });
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Median.of(ratios));
  }

  private Map<Integer, Double> rounds(Measure measure, String contender) {
    Samples samples = measures.getOrDefault(measure, Map.of()).get(contender);
    return samples == null ? Map.of() : samples.rounds();
  }

  synchronized List<Section> sections() {
    return List.copyOf(sections.values());
  }

  synchronized Map<String, String> facts() {
    return new LinkedHashMap<>(facts);
  }

  synchronized List<String> notes() {
    return List.copyOf(notes);
  }

  /** The measures of a section. */
  synchronized List<Measure> measures(Section section) {
    return measures.keySet().stream()
        .filter(measure -> measure.section().equals(section.title()))
        .toList();
  }

  /** The contenders that have a figure for a measure. */
  synchronized List<String> contenders(Measure measure) {
    return List.copyOf(measures.getOrDefault(measure, Map.of()).keySet());
  }

  /** The contenders that have none, and why. */
  synchronized Map<String, String> missing(Measure measure) {
    Map<String, String> without = new LinkedHashMap<>(missing.getOrDefault(measure, Map.of()));
    without.keySet().removeAll(contenders(measure));
    return without;
  }
}
