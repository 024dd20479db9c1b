package io.headcount.bench.report;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;

/**
 * A target beside what was measured.
 *
 * @param measured empty if nothing was
 * @param reason why it was missed, empty if it was reached
 */
public record Check(Target target, Optional<Median> measured, String reason) {

  /** Looks at all of them. */
  public static List<Check> of(Report report, List<Target> targets) {
    Properties reasons = reasons();
    return targets.stream()
        .map(target -> {
          Optional<Median> measured = target.figure().apply(report);
          boolean reached = measured.filter(target::reachedBy).isPresent();
          String unknown =
              measured.isEmpty() ? "not measured" : "none is known: a fault to look for";
          String reason = reached ? "" : reasons.getProperty(target.id(), unknown);
          return new Check(target, measured, reason);
        })
        .toList();
  }

  public boolean reached() {
    return measured.filter(target::reachedBy).isPresent();
  }

  private static Properties reasons() {
    Properties reasons = new Properties();
    try (InputStreamReader text =
        new InputStreamReader(
            Objects.requireNonNull(Check.class.getResourceAsStream("/reasons.properties")),
            StandardCharsets.UTF_8)) {
      reasons.load(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return reasons;
  }
}
