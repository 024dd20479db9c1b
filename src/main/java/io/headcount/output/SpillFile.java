package io.headcount.output;

import java.nio.file.Path;

/** A file of saved segments of one journal. Spill thread only, but for the path. */
final class SpillFile {
  final Path path;
  final Spool owner;
  private long bytes;
  private long end;

  SpillFile(Path path, Spool owner) {
    this.path = path;
    this.owner = owner;
  }

  long bytes() {
    return bytes;
  }

  /** Journal offset after the last byte in it. */
  long end() {
    return end;
  }

  /** A segment that ends at this journal offset was written behind the others. */
  void grew(int more, long newEnd) {
    bytes += more;
    end = newEnd;
  }
}
