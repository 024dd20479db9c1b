package io.headcount.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How figures grow: a panel a measure, a line a contender, both axes logarithmic, so that a
 * straight line is a power of the size and its slope the exponent.
 */
final class Lines {
  private static final double LEFT = 70;
  private static final double WIDTH = 420;
  private static final double HEIGHT = 200;
  private static final double RIGHT = 260;
  private static final double GAP = 70;

  private final Map<Measure, List<Growth>> panels = new LinkedHashMap<>();
  private final List<String> contenders;
  private final Svg svg = new Svg();

  Lines(List<Growth> lines) {
    lines.forEach(line -> panels.computeIfAbsent(line.measure(), _ -> new ArrayList<>()).add(line));
    contenders = lines.stream().map(Growth::contender).distinct().toList();
  }

  String svg() {
    double top = 40;
    for (Map.Entry<Measure, List<Growth>> panel : panels.entrySet()) {
      panel(panel.getKey(), panel.getValue(), top);
      top += HEIGHT + GAP;
    }
    return svg.drawing(LEFT + WIDTH + RIGHT, top - 20);
  }

  private void panel(Measure measure, List<Growth> lines, double top) {
    List<Growth.Point> all = lines.stream().flatMap(line -> line.points().stream()).toList();
    Axis across = Axis.over(all.stream().map(point -> point.size().amount()).toList());
    Axis up = Axis.over(all.stream().map(point -> point.median().middle()).toList());
    svg.text(
        10, top - 14, "start", " font-weight=\"bold\"", measure.work() + ": " + measure.unit());
    all.stream()
        .map(point -> point.size().amount())
        .distinct()
        .forEach(amount -> {
          double x = LEFT + across.at(amount) * WIDTH;
          svg.line(x, top, x, top + HEIGHT, "grid");
          svg.text(x, top + HEIGHT + 16, "middle", " class=\"faint\"", Median.count(amount));
        });
    for (double mark : up.marks()) {
      double y = top + HEIGHT - up.at(mark) * HEIGHT;
      svg.line(LEFT, y, LEFT + WIDTH, y, "grid");
      svg.text(LEFT - 6, y + 4, "end", " class=\"faint\"", Median.text(mark));
    }
    svg.text(
        LEFT + WIDTH / 2,
        top + HEIGHT + 32,
        "middle",
        " class=\"faint\"",
        lines.getFirst().from().of());
    double legend = top + 10;
    for (Growth line : lines) {
      String colour = Svg.colour(contenders.indexOf(line.contender()));
      StringBuilder points = new StringBuilder();
      for (Growth.Point point : line.points()) {
        double x = LEFT + across.at(point.size().amount()) * WIDTH;
        double y = top + HEIGHT - up.at(point.median().middle()) * HEIGHT;
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        svg.dot(x, y, colour);
      }
      svg.polyline(points.toString(), colour);
      svg.rectangle(LEFT + WIDTH + 16, legend - 9, 10, 10, colour);
      svg.text(
          LEFT + WIDTH + 32,
          legend,
          "start",
          "",
          line.contender() + ", exponent " + Median.text(line.exponent()));
      legend += 18;
    }
  }

  /** A logarithmic axis from the least to the most. */
  private record Axis(double least, double most) {
    static Axis over(List<Double> figures) {
      double least = figures.stream().mapToDouble(Double::doubleValue).min().orElse(1);
      double most = figures.stream().mapToDouble(Double::doubleValue).max().orElse(1);
      return least < most ? new Axis(least, most) : new Axis(least / 2, most * 2);
    }

    /** From 0 to 1. */
    double at(double figure) {
      return Math.log(figure / least) / Math.log(most / least);
    }

    /** The ends, and the powers of ten between that are clear of them. */
    List<Double> marks() {
      List<Double> marks = new ArrayList<>(List.of(least, most));
      for (double mark = Math.pow(10, Math.ceil(Math.log10(least))); mark < most; mark *= 10) {
        if (at(mark) > 0.1 && at(mark) < 0.9) {
          marks.add(mark);
        }
      }
      return marks;
    }
  }
}
