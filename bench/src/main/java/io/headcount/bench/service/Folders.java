package io.headcount.bench.service;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the contenders are that are built or installed for the benchmark. */
final class Folders {
  /** {@code bench/target/benchmarks.jar} is three below it. */
  private static final int BELOW = 3;

  private Folders() {}

  /** The project's, whatever the working directory is. */
  static Path ofProject() {
    try {
      Path place =
          Path.of(Folders.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (int i = 0; i < BELOW; i++) {
        place = place.getParent();
      }
      return place;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
