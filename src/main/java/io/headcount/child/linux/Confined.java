package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a start holds until its child has executed the command: the folder that was judged, and the
 * sandbox that was built. Nothing for a command that is kept from nothing. One thread.
 *
 * @param folder the working directory, open; null is by its path
 * @param sandbox what the command enters; null is none
 * @param cwd the working directory without links, if there is a sandbox
 */
record Confined(@Nullable Folder folder, @Nullable SandboxHolder sandbox, @Nullable Path cwd)
    implements AutoCloseable {
  private static final Confined NOTHING = new Confined(null, null, null);
  private static final List<String> KINDS = List.of("user", "ipc", "mnt");
  static final List<String> KINDS_WITHOUT_NETWORK = List.of("user", "ipc", "net", "mnt");

  /**
   * Opens the folder and builds the sandbox.
   *
   * @param stdio what the command gets, of which a terminal is seen in a sandbox
   * @throws NotStartedException if the command cannot be confined so
   */
  static Confined of(
      Spawn spawn, Forest forest, Bubblewrap bubblewrap, ChildSpec spec, Spawn.Stdio stdio)
      throws NotStartedException {
    ChildSpec.Confinement wanted = spec.confinement();
    Folder folder = wanted.root() == null ? null : Folder.in(wanted.root(), spec.cwd());
    Sandbox sandbox = wanted.sandbox();
    if (sandbox == null) {
      return folder == null ? NOTHING : new Confined(folder, null, null);
    }
    if (!Files.isDirectory(spec.cwd())) {
      close(folder, null);
      throw new NotStartedException(
          StartFailures.badCwd(
              spec.cwd(), Files.exists(spec.cwd()) ? Errno.ENOTDIR : Errno.ENOENT));
    }
    SandboxHolder holder = null;
    try {
      Path cwd = folder == null ? spec.cwd().toRealPath() : folder.real();
      boolean own = sandbox.writable() != null && sandbox.writable().equals(spec.cwd());
      Path writable = own || sandbox.writable() == null ? null : sandbox.writable().toRealPath();
      Sandbox real = new Sandbox(sandbox.network(), own ? cwd : writable);
      String terminal = stdio instanceof Spawn.Stdio.Terminal(String path) ? path : null;
      holder = SandboxHolder.build(spawn, forest, bubblewrap.program(), real, cwd, terminal);
      // What it shows must be what was judged, whatever moved since.
      if (folder == null || holder.shows(cwd, Path.of(folder.path()))) {
        return new Confined(folder, holder, cwd);
      }
      close(folder, holder);
      throw other(spec.cwd() + " is another folder by now");
    } catch (SandboxHolder.Failed e) {
      close(folder, holder);
      throw e.errno() == 0
          ? other("sandbox: it could not be built: " + e.getMessage())
          : new NotStartedException(StartFailures.of("building the sandbox", e.errno()));
    } catch (IOException e) {
      close(folder, holder);
      throw other("sandbox: it could not be built: " + e.getMessage());
    }
  }

  private static NotStartedException other(String message) {
    return new NotStartedException(new StartFailure(StartFailure.Kind.OTHER, null, message));
  }

  /** Where the child is before it enters a sandbox. */
  Spawn.Cwd start(Path asked) {
    return folder == null ? new Spawn.Cwd.Named(asked.toString()) : new Spawn.Cwd.Held(folder.fd());
  }

  /** What the child enters; null if it stays. */
  Spawn.@Nullable Namespaces namespaces(ChildSpec spec) {
    if (sandbox == null || spec.confinement().sandbox() == null) {
      return null;
    }
    List<String> kinds = spec.confinement().sandbox().network() ? KINDS : KINDS_WITHOUT_NETWORK;
    return new Spawn.Namespaces(sandbox.shell(), kinds, String.valueOf(cwd));
  }

  @Override
  public void close() {
    close(folder, sandbox);
  }

  private static void close(@Nullable Folder folder, @Nullable SandboxHolder sandbox) {
    if (folder != null) {
      folder.close();
    }
    if (sandbox != null) {
      sandbox.close();
    }
  }
}
