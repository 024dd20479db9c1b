package io.headcount.supervisor;

/**
 * What the start found of earlier boots.
 *
 * @param mode what was to be done
 * @param boots that were over and had left a record
 * @param runs whose processes were found
 * @param found processes of theirs
 * @param left those of them that live on
 * @param unproven processes that have the cookie of such a boot and may be anybody's all the same
 */
public record SweepReport(SweepMode mode, int boots, int runs, int found, int left, int unproven) {}
