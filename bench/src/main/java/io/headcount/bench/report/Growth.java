package io.headcount.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How one contender's figure grows with the size of the work: the exponent b of {@code figure = a *
 * size^b}, by least squares on the logarithms of the medians. 0 does not grow, 1 grows as the work
 * does.
 *
 * @param measure the line, without its sizes
 * @param points medians by size, ascending, sizes above 0
 */
public record Growth(Measure measure, String contender, List<Point> points) {
  /** Below this many points a line says nothing. */
  private static final int LEAST_POINTS = 3;

  /** How much steeper, for the worse, the last step may be than the whole. */
  private static final double BEND = 0.3;

  /** A median at a size. */
  public record Point(Measure.Size size, Median median) {}

  /** All lines of a section that have points enough. */
  static List<Growth> of(Report report, Section section) {
    Map<Measure, List<Measure>> lines = new LinkedHashMap<>();
    for (Measure measure : report.measures(section)) {
      if (measure.size() != null) {
        lines.computeIfAbsent(measure.line(), _ -> new ArrayList<>()).add(measure);
      }
    }
    List<Growth> all = new ArrayList<>();
    lines.forEach((line, sizes) -> {
      Set<String> contenders = new LinkedHashSet<>();
      sizes.forEach(measure -> contenders.addAll(report.contenders(measure)));
      for (String contender : contenders) {
        Growth growth = new Growth(line, contender, points(report, sizes, contender));
        if (growth.points.size() >= LEAST_POINTS) {
          all.add(growth);
        }
      }
    });
    return all;
  }

  private static List<Point> points(Report report, List<Measure> sizes, String contender) {
    List<Point> points = new ArrayList<>();
    for (Measure measure : sizes) {
      Measure.Size size = measure.size();
      Optional<Median> median = report.median(measure, contender);
      if (size != null && size.amount() > 0 && median.isPresent() && median.get().middle() > 0) {
        points.add(new Point(size, median.get()));
      }
    }
    points.sort((a, b) -> Double.compare(a.size.amount(), b.size.amount()));
    return points;
  }

  Measure.Size from() {
    return points.getFirst().size;
  }

  Measure.Size to() {
    return points.getLast().size;
  }

  /** Over all points. */
  double exponent() {
    return slope(points);
  }

  /** Between the last two points. */
  double lastStep() {
    return slope(points.subList(points.size() - 2, points.size()));
  }

  /** Whether the last step is clearly worse than the line as a whole. */
  boolean bends() {
    double steeper = lastStep() - exponent();
    return switch (measure.better()) {
      case HIGHER -> steeper < -BEND;
      case LOWER -> steeper > BEND;
    };
  }

  String sentence() {
    return "%s, %s: exponent %s over all, %s from %s to %s"
        .formatted(
            measure.work(),
            contender,
            Median.text(exponent()),
            Median.text(lastStep()),
            points.get(points.size() - 2).size,
            points.getLast().size);
  }

  private static double slope(List<Point> points) {
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (Point point : points) {
      double u = Math.log(point.size.amount());
      double v = Math.log(point.median.middle());
      x += u;
      y += v;
      xx += u * u;
      xy += u * v;
    }
    int n = points.size();
    return (n * xy - x * y) / (n * xx - x * x);
  }
}
