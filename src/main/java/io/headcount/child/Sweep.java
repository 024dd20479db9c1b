package io.headcount.child;

import java.util.List;

/**
 * What a look for processes of earlier boots has found.
 *
 * @param found all that were seen
 * @param left those of them that live on
 * @param unproven those that have the cookie of such a boot and nothing else that shows that it
 *     started them, so they may be anybody's; they are told of and never signalled
 */
public record Sweep(List<Leftover> found, List<Leftover> left, List<Leftover> unproven) {
  public static final Sweep NOTHING = new Sweep(List.of(), List.of(), List.of());

  public Sweep {
    found = List.copyOf(found);
    left = List.copyOf(left);
    unproven = List.copyOf(unproven);
  }
}
