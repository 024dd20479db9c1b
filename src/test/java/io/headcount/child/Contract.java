package io.headcount.child;

/** A part of what every adapter promises. */
interface Contract {

  /** What the test at hand works with. */
  Bench bench();
}
