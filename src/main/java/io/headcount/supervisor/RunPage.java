package io.headcount.supervisor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some runs, newest first.
 *
 * @param runs as they were found
 * @param nextCursor where to go on, null at the end
 */
public record RunPage(List<RunView> runs, @Nullable Long nextCursor) {}
