package io.headcount.child;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter needs to start a command. Already valid: no NUL bytes, at least one argument.
 *
 * @param argv the command and its arguments
 * @param cwd the working directory, absolute
 * @param env the whole environment of the child, cookie included
 * @param cookie value of {@link #COOKIE} in {@code env}: who carries it belongs to this run
 * @param stdin what standard input is
 * @param descendants what becomes of descendants that outlive the leader
 * @param stop how the adapter ends what it must end of its own accord
 * @param limits resource limits
 * @param terminal the terminal that stands for descriptors 0 to 2; null for pipes. Its input is
 *     always open, so {@code stdin} is a pipe then
 * @param executable the file to execute, {@code argv} being what it is told; null is to look for
 *     the command
 * @param confinement what the command is kept from
 * @param outputFile where its output goes instead of to the listener; null is to the listener
 */
public record ChildSpec(
    List<String> argv,
    Path cwd,
    Map<String, String> env,
    String cookie,
    Stdin stdin,
    Descendants descendants,
    StopOrder stop,
    Limits limits,
    @Nullable Terminal terminal,
    @Nullable String executable,
    Confinement confinement,
    @Nullable OutputFile outputFile) {

  /** A command without a terminal that is kept from nothing. */
  public ChildSpec(
      List<String> argv,
      Path cwd,
      Map<String, String> env,
      String cookie,
      Stdin stdin,
      Descendants descendants,
      StopOrder stop,
      Limits limits) {
    this(
        argv,
        cwd,
        env,
        cookie,
        stdin,
        descendants,
        stop,
        limits,
        null,
        null,
        Confinement.NONE,
        null);
  }

  /**
   * A terminal: what is written to descriptors 1 and 2 is one stream.
   *
   * @param columns characters a line
   * @param rows lines
   * @param term its kind, the value of {@code TERM} in the child's environment
   */
  public record Terminal(int columns, int rows, String term) {}

  /**
   * A file to which descriptors 1 and 2 append, by one description, so that what is written to both
   * stands in it in the order in which it was written. Nobody here sees any of it.
   *
   * @param path relative to the working directory unless absolute; what is not there is created
   * @param root the folder that it must be in, wherever links lead; null is anywhere
   */
  public record OutputFile(String path, @Nullable Path root) {}

  /** The environment variable by which a process is known as part of a run. */
  public static final String COOKIE = "HEADCOUNT_RUN";

  /** What a child reads from descriptor 0. */
  public sealed interface Stdin {
    /** End-of-file at once. */
    record Closed() implements Stdin {}

    /**
     * These bytes, then end-of-file. What a run was asked for is remembered longer than anybody
     * reads them, so they can be forgotten: then it still equals another of the same bytes.
     */
    final class Inline implements Stdin {
      private final int length;
      private final byte[] digest;
      private volatile byte[] bytes;

      public Inline(byte[] bytes) {
        this.length = bytes.length;
        this.digest = sha256(bytes);
        this.bytes = bytes;
      }

      /** None once they are forgotten. */
      public byte[] bytes() {
        return bytes;
      }

      public void forget() {
        bytes = new byte[0];
      }

      private static byte[] sha256(byte[] bytes) {
        try {
          return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
          throw new IllegalStateException("every Java has SHA-256", e);
        }
      }

      @Override
      public boolean equals(@Nullable Object other) {
        return other instanceof Inline inline && Arrays.equals(digest, inline.digest);
      }

      @Override
      public int hashCode() {
        return Arrays.hashCode(digest);
      }

      @Override
      public String toString() {
        return "Inline[" + length + " bytes]";
      }
    }

    /** What is written to {@link Child#writeStdin}, until its end. */
    record Pipe() implements Stdin {}
  }

  /** What becomes of descendants that outlive the leader. */
  public enum Descendants {
    KILL,
    KEEP
  }

  /**
   * Limits of {@code setrlimit(2)} for each process, or of the run's cgroup for all together; null
   * leaves what the service itself has.
   *
   * @param memoryBytes memory of the cgroup, else address space, {@code RLIMIT_AS}
   * @param cpuSeconds processor time, {@code RLIMIT_CPU}
   * @param openFiles descriptors, {@code RLIMIT_NOFILE}
   * @param processes tasks of the cgroup, else processes of the user, {@code RLIMIT_NPROC}
   * @param fileSizeBytes largest file written, {@code RLIMIT_FSIZE}
   * @param cpuWeight share of the processors, 1 to 10,000, of the cgroup alone
   * @param coreBytes largest core file, {@code RLIMIT_CORE}
   */
  public record Limits(
      @Nullable Long memoryBytes,
      @Nullable Long cpuSeconds,
      @Nullable Long openFiles,
      @Nullable Long processes,
      @Nullable Long fileSizeBytes,
      @Nullable Long cpuWeight,
      @Nullable Long coreBytes) {
    /** No limit beyond the service's own. */
    public static final Limits NONE = new Limits(null, null, null, null, null, null, null);
  }

  /**
   * What a command is kept from, from its first instruction on, and all that it starts.
   *
   * @param noNewPrivs whether no program it executes gains privileges (setuid, capabilities)
   * @param parentDeathSignal what it gets when the service dies; its own children get nothing
   * @param root the folder that the working directory must be in at the moment of the start, links
   *     followed; null is anywhere
   * @param sandbox another view of the machine; null is the service's own
   */
  public record Confinement(
      boolean noNewPrivs,
      @Nullable Signal parentDeathSignal,
      @Nullable Path root,
      @Nullable Sandbox sandbox) {
    public static final Confinement NONE = new Confinement(false, null, null, null);
  }

  /**
   * A view of the machine in which files can be read, {@code /tmp} is empty and the command's own,
   * and no program gains privileges.
   *
   * @param network whether it has the machine's network; else none, not even this machine's
   * @param writable the folder that it may write to; null is none
   */
  public record Sandbox(boolean network, @Nullable Path writable) {}
}
