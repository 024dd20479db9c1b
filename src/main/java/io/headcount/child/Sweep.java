package io.headcount.child;

import java.util.List;

/**
 * What a look for processes of earlier boots has found.
 *
 * @param found all that were seen
 * @param left those of them that live on
 */
public record Sweep(List<Leftover> found, List<Leftover> left) {
  public static final Sweep NOTHING = new Sweep(List.of(), List.of());

  public Sweep {
    found = List.copyOf(found);
    left = List.copyOf(left);
  }
}
