package io.headcount.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * A drawing in the making: plain SVG without scripts, with colours that can be read on a light and
 * on a dark page.
 */
final class Svg {
  private static final List<String> COLOURS =
      List.of(
          "#d1495b", "#2e86ab", "#e39b13", "#3b9d5a", "#8a5cc2", "#c06f3b", "#5f7f8f", "#c2559b",
          "#7f8f1f", "#1f9f9f");

  private static final String STYLE =
      """
      <style>
      svg { background: #fff; font: 12px sans-serif; }
      text { fill: #222; } .faint { fill: #555; } .line { stroke: #999; } .grid { stroke: #ddd; }
      .spread { stroke: #222; }
      @media (prefers-color-scheme: dark) {
        svg { background: #0d1117; }
        text { fill: #e6edf3; } .faint { fill: #a5b0bb; } .line { stroke: #6e7681; } .grid { stroke: #30363d; }
        .spread { stroke: #e6edf3; }
      }
      </style>
      """;

  private final StringBuilder body = new StringBuilder();

  static String colour(int contender) {
    return COLOURS.get(contender % COLOURS.size());
  }

  /** Text; {@code anchor} is start, middle or end. */
  void text(double x, double y, String anchor, String type, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
        x, y, anchor, type, escape(text));
  }

  void rectangle(double x, double y, double width, double height, String colour) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
        x, y, width, height, colour);
  }

  /** A line of one of the style's kinds. */
  void line(double x1, double y1, double x2, double y2, String type) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>",
        x1, y1, x2, y2, type);
  }

  void polyline(String points, String colour) {
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>",
        colour, points.strip());
  }

  void dot(double x, double y, String colour) {
    add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, colour);
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  String drawing(double width, double height) {
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$.0f\" height=\"%2$.0f\""
                + " viewBox=\"0 0 %1$.0f %2$.0f\">%n",
            width,
            height)
        + STYLE
        + body
        + "</svg>\n";
  }
}
