package io.headcount.bench.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A part of the report.
 *
 * @param title its heading
 * @param about what is done and how, in plain sentences
 * @param base the contender that the others are divided by, what a user would take instead; null
 *     for none
 * @param floor the physical limit, by which they are divided too; null for none
 */
public record Section(String title, String about, @Nullable String base, @Nullable String floor) {

  /** As part of the name of a file. */
  String slug() {
    return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
