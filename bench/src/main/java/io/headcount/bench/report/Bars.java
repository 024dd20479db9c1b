package io.headcount.bench.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A section as bars: a group a measure, a bar a contender as long as its median, with a line from
 * the least to the most. Each group has a scale of its own.
 */
final class Bars {
  private static final String BOLD = " font-weight=\"bold\"";
  private static final String FAINT = " class=\"faint\"";
  private static final double LEFT = 220;
  private static final double WIDTH = 420;
  private static final double RIGHT = 170;
  private static final double BAR = 14;
  private static final double PITCH = 19;
  private static final double GAP = 26;

  private final Report report;
  private final Section section;
  private final List<String> contenders;
  private final Svg svg = new Svg();
  private double y = 30;

  Bars(Report report, Section section) {
    this.report = report;
    this.section = section;
    Set<String> all = new LinkedHashSet<>();
    report.measures(section).forEach(measure -> all.addAll(report.contenders(measure)));
    this.contenders = List.copyOf(all);
  }

  String svg() {
    svg.text(10, 20, "start", BOLD, section.title());
    report.measures(section).forEach(this::group);
    return svg.drawing(LEFT + WIDTH + RIGHT, y);
  }

  private void group(Measure measure) {
    List<String> shown = report.contenders(measure);
    if (shown.isEmpty()) {
      return;
    }
    double most =
        shown.stream()
            .mapToDouble(contender -> report.median(measure, contender).orElseThrow().most())
            .max()
            .orElse(1);
    double scale = most > 0 ? WIDTH / most : 0;
    String better =
        switch (measure.better()) {
          case HIGHER -> ", longer is better";
          case LOWER -> ", shorter is better";
        };
    y += GAP - PITCH / 2;
    svg.text(10, y, "start", "", measure.name() + ": " + measure.unit() + better);
    y += 8;
    for (String contender : shown) {
      Median median = report.median(measure, contender).orElseThrow();
      svg.text(LEFT - 8, y + BAR - 3, "end", FAINT, contender);
      svg.rectangle(
          LEFT, y, median.middle() * scale, BAR, Svg.colour(contenders.indexOf(contender)));
      double middle = y + BAR / 2;
      svg.line(
          LEFT + median.least() * scale, middle, LEFT + median.most() * scale, middle, "spread");
      svg.text(LEFT + median.most() * scale + 6, y + BAR - 3, "start", FAINT, median.text());
      y += PITCH;
    }
  }
}
