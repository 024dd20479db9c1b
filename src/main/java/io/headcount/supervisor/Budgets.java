package io.headcount.supervisor;

import io.headcount.child.Capacity;

/** What a start may take of the machine's descriptors and processes. */
final class Budgets {
  private final SupervisorSettings settings;

  Budgets(SupervisorSettings settings) {
    this.settings = settings;
  }

  /** How many descriptors may be open before nothing is started any more. */
  long descriptors(Capacity capacity) {
    return (long) (capacity.maxDescriptors() / 100.0 * settings.descriptorBudgetPercent());
  }

  /**
   * Refuses a start that would take the machine to its limits.
   *
   * @param starting how many others are about to open their descriptors
   * @throws SupervisorException.DescriptorBudget near the limit of descriptors
   * @throws SupervisorException.PidBudget near the limit of processes
   */
  void check(Capacity capacity, int starting) {
    long budget = descriptors(capacity);
    long coming = (starting + 1L) * capacity.descriptorsPerChild();
    if (capacity.openDescriptors() + coming > budget) {
      throw new SupervisorException.DescriptorBudget(
          capacity.openDescriptors(), budget, capacity.maxDescriptors());
    }
    if (capacity.maxPids() != Long.MAX_VALUE
        && capacity.pids() >= capacity.maxPids() / 100.0 * settings.pidBudgetPercent()) {
      throw new SupervisorException.PidBudget(capacity.pids(), capacity.maxPids());
    }
  }
}
