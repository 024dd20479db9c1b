package io.headcount.child;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands: the only seam to the machine, or to whatever else runs them.
 *
 * <p>Thread-safe. Closing ends its threads; what still runs is the caller's to stop before.
 */
public interface ChildAdapter extends AutoCloseable {

  /** The value of {@code headcount.child.adapter} that chooses it. */
  String name();

  /** The owner thread for the next run. */
  Owner nextOwner();

  /** Says what is wrong with a working directory, empty if a child can be started in it. */
  Optional<String> cwdProblem(Path cwd);

  /**
   * Names the file that a command would be looked for as.
   *
   * @param path the child's PATH
   * @return an absolute path, which need not be there
   * @throws java.nio.file.InvalidPathException if it can be no path
   */
  Path executable(String command, @Nullable String path, Path cwd);

  /** Says why commands cannot be confined so, empty if they can. */
  default Optional<String> lacks(Means means) {
    return Optional.of("the " + name() + " adapter has no means to, the linux adapter has");
  }

  /**
   * Starts a command. Answers through the listener, on {@code owner}, which this adapter gave out.
   */
  void start(ChildSpec spec, Owner owner, ChildListener listener);

  /** How much room there is; cheap enough for every start. */
  Capacity capacity();

  /** Counts what is below the service now. */
  CompletableFuture<Census> census();

  /**
   * At the stop, when no run lives any more: ends what is still below the service, came out of a
   * run and belongs to none. What cannot be ended, or is only to be reported, is in the next
   * census.
   */
  default CompletableFuture<Void> endEscapees() {
    return CompletableFuture.completedFuture(null);
  }

  /** Descriptors that this adapter holds open, by kind ({@code pipe}, {@code pidfd} ...). */
  Map<String, Long> openDescriptors();

  /** What the platform has, for {@code /v1/info} and the log. */
  Map<String, String> capabilities();

  /**
   * By what all that this adapter starts is told from anything else when the service is over, in
   * the adapter's own words, for {@link #sweep}: at most 64 letters, digits and dashes; empty if
   * there is nothing.
   */
  default String imprint() {
    return "";
  }

  /**
   * Looks for processes of the service's user that one of these boots has started, which must be
   * over, and ends them with SIGKILL until two looks in a row find none. Blocks, 5 s at most. An
   * adapter that cannot tell finds none.
   *
   * @param boots their ids, and the imprint of each
   * @param kill false to look only
   * @throws UnreadableMachineException if nobody can tell what there is
   */
  default Sweep sweep(Map<String, String> boots, boolean kill) {
    return Sweep.NOTHING;
  }

  /**
   * The process that ends what the service started should the service be killed; empty without one,
   * and for the moment in which one that died is replaced.
   */
  default OptionalLong guardian() {
    return OptionalLong.empty();
  }

  /** How many runs have a cgroup of their own now; empty where none gets one. */
  default OptionalInt cgroups() {
    return OptionalInt.empty();
  }

  @Override
  void close();
}
