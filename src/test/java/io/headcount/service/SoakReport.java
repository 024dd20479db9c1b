package io.headcount.service;

import io.headcount.service.SoakSampler.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The plot and the table of a soak. */
final class SoakReport {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 110;
  private static final int LEFT = 60;
  private static final int GAP = 34;
  private static final int MOST_POINTS = 360;

  private final List<Sample> samples;
  private final Sample quietBefore;
  private final Sample quietAfter;

  /**
   * A report.
   *
   * @param samples under load, after the warm-up
   * @param quietBefore without load, after the warm-up
   * @param quietAfter without load, at the end
   */
  SoakReport(List<Sample> samples, Sample quietBefore, Sample quietAfter) {
    this.samples = samples;
    this.quietBefore = quietBefore;
    this.quietAfter = quietAfter;
  }

  List<Sample> secondHalf() {
    return samples.subList(samples.size() / 2, samples.size());
  }

  List<Sample> firstTenth() {
    return samples.subList(0, Math.max(1, samples.size() / 10));
  }

  List<Sample> lastTenth() {
    return samples.subList(samples.size() - Math.max(1, samples.size() / 10), samples.size());
  }

  void writeTo(Path docs) throws IOException {
    Files.writeString(docs.resolve("soak.svg"), svg());
    Files.writeString(docs.resolve("soak.md"), markdown());
  }

  String markdown() {
    double seconds = samples.getLast().at() - samples.getFirst().at();
    int runs = quietAfter.runs() - quietBefore.runs();
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # The soak

        Written by `make soak` (`SoakJarTests`): short runs of ten kinds through the packaged service over HTTP, eight at a time: that succeed,
        write, fail, cannot start, time out, fork twice, write 64 KiB, leave a worker, read their input, are cancelled. The outcome of each is
        checked. The heap has a fixed size, so that resident memory shows what grows beside it. A sample a second, seen from outside by `/proc`;
        the heap is what a full collection leaves, every ten seconds. On a machine of two processors.

        """);
    text.append(
        String.format(
            Locale.ROOT,
            "%,d runs in %,.0f s after a warm-up of %,d: %,.0f a second.%n%n",
            runs,
            seconds,
            quietBefore.runs(),
            runs / seconds));
    text.append(
        "![descriptors, threads, heap, memory, children and zombies over time](soak.svg)\n\n");
    text.append(
        """
        It fails unless all is flat: neither the median of the last tenth less that of the first, nor the rise of the least-squares line through
        the second half, may be more than the noise allowed, and without load all must be as it was after the warm-up, within the noise allowed
        there.

        | | first tenth | last tenth | most | rise over the second half | noise allowed | without load, before | and after | noise allowed |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    for (SoakSeries series : SoakSeries.values()) {
      text.append(
          "| %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
              .formatted(
                  series.title() + (series.unit().isEmpty() ? "" : "," + series.unit()),
                  figure(series.median(firstTenth())),
                  figure(series.median(lastTenth())),
                  figure(series.max(samples)),
                  figure(series.rise(secondHalf())),
                  figure(series.noise()),
                  figure(series.of(quietBefore)),
                  figure(series.of(quietAfter)),
                  figure(series.quietNoise())));
    }
    return text.toString();
  }

  private static String figure(double value) {
    double rounded = Math.rint(value * 10) / 10 + 0.0; // never -0
    return String.format(Locale.ROOT, rounded == Math.rint(rounded) ? "%.0f" : "%.1f", rounded);
  }

  String svg() {
    int height = SoakSeries.values().length * (HEIGHT + GAP) + GAP;
    StringBuilder text = new StringBuilder();
    text.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" font-family="sans-serif" font-size="11">
        <rect width="100%%" height="100%%" fill="white"/>
        """
            .formatted(WIDTH + LEFT + 20, height));
    int top = GAP - 8;
    for (SoakSeries series : SoakSeries.values()) {
      panel(text, series, top);
      top += HEIGHT + GAP;
    }
    double last = samples.getLast().at() - samples.getFirst().at();
    text.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f s, %,d runs</text>%n",
            LEFT + WIDTH,
            top - GAP + 14,
            last,
            quietAfter.runs() - quietBefore.runs()));
    return text.append("</svg>\n").toString();
  }

  private void panel(StringBuilder text, SoakSeries series, int top) {
    double most = Math.max(1, series.max(samples) * 1.1);
    text.append(
        """
        <text x="%d" y="%d" font-weight="bold">%s</text>
        <rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#999"/>
        <text x="%d" y="%d" text-anchor="end">%s%s</text>
        <text x="%d" y="%d" text-anchor="end">0</text>
        """
            .formatted(
                LEFT,
                top - 5,
                series.title(),
                LEFT,
                top,
                WIDTH,
                HEIGHT,
                LEFT - 4,
                top + 10,
                String.format(Locale.ROOT, "%.0f", most),
                series.unit(),
                LEFT - 4,
                top + HEIGHT));
    text.append("<polyline fill=\"none\" stroke=\"#1f5fa8\" points=\"");
    double from = samples.getFirst().at();
    double span = Math.max(1, samples.getLast().at() - from);
    int step = Math.max(1, samples.size() / MOST_POINTS);
    for (int i = 0; i < samples.size(); i += step) {
      // The largest of what one point stands for: a plot must not hide a peak.
      double value = series.max(samples.subList(i, Math.min(samples.size(), i + step)));
      text.append(
          String.format(
              Locale.ROOT,
              "%.1f,%.1f ",
              LEFT + (samples.get(i).at() - from) / span * WIDTH,
              top + HEIGHT - value / most * HEIGHT));
    }
    text.append("\"/>\n");
  }
}
