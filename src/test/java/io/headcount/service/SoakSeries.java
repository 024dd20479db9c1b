package io.headcount.service;

import io.headcount.service.SoakSampler.Sample;
import java.util.List;

/** What is sampled, and how much of it may come and go without being a leak. */
enum SoakSeries {
  DESCRIPTORS("open descriptors, without connections", "", 24, 2),
  THREADS("threads", "", 4, 4),
  HEAP("heap after a full collection", " MiB", 8, 8),
  RESIDENT("resident memory", " MiB", 48, 48),
  LIVE("live children", "", 24, 0),
  ZOMBIES("zombies", "", 24, 0);

  private final String title;
  private final String unit;
  private final double noise;
  private final double quietNoise;

  SoakSeries(String title, String unit, double noise, double quietNoise) {
    this.title = title;
    this.unit = unit;
    this.noise = noise;
    this.quietNoise = quietNoise;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  double noise() {
    return noise;
  }

  /** The same without load. */
  double quietNoise() {
    return quietNoise;
  }

  double of(Sample sample) {
    return switch (this) {
      case DESCRIPTORS -> sample.descriptors();
      case THREADS -> sample.threads();
      case HEAP -> sample.heap();
      case RESIDENT -> sample.resident();
      case LIVE -> sample.live();
      case ZOMBIES -> sample.zombies();
    };
  }

  double max(List<Sample> samples) {
    return samples.stream().mapToDouble(this::of).max().orElseThrow();
  }

  double median(List<Sample> samples) {
    return samples.stream()
        .mapToDouble(this::of)
        .sorted()
        .skip(samples.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  /** By how much the least-squares line rises from the first sample to the last. */
  double rise(List<Sample> samples) {
    double meanAt = samples.stream().mapToDouble(Sample::at).average().orElseThrow();
    double mean = samples.stream().mapToDouble(this::of).average().orElseThrow();
    double upper = 0;
    double lower = 0;
    for (Sample sample : samples) {
      upper += (sample.at() - meanAt) * (of(sample) - mean);
      lower += (sample.at() - meanAt) * (sample.at() - meanAt);
    }
    double slope = lower == 0 ? 0 : upper / lower;
    return slope * (samples.getLast().at() - samples.getFirst().at());
  }
}
