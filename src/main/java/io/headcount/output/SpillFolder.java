package io.headcount.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of this life of the service below one that others may share. Its lock ends with the
 * process, however that ends, so what nobody locks is left over and is removed by whoever comes
 * next. Only names that are made here are removed, and only real files in real folders.
 *
 * <p>Nobody but the user of the service may look inside: output may be secret.
 */
final class SpillFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpillFolder.class);
  private static final String LOCK = "lock";
  private static final Pattern BOOT = Pattern.compile("boot-[0-9a-f]{16}");
  private static final Pattern FILE = Pattern.compile("[0-9]{1,19}\\.out|" + LOCK);

  /**
   * Folders of this process. Their locks must not even be looked at: closing any descriptor of a
   * file gives up the process's locks on it (fcntl(2)).
   */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private SpillFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Makes a folder, after removing those that nobody locks. */
  static SpillFolder open(Path base) throws IOException {
    synchronized (SpillFolder.class) {
      Files.createDirectories(base.toAbsolutePath(), onlyForUs(base));
      try (FileChannel gate = lockFile(base);
          FileLock _ = gate.lock()) {
        sweep(base);
        return make(base);
      }
    }
  }

  private static SpillFolder make(Path base) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    Path path =
        base.toAbsolutePath().normalize().resolve("boot-" + HexFormat.of().formatHex(random));
    Files.createDirectory(path, onlyForUs(base));
    refuseForeign(base, path);
    FileChannel lock = lockFile(path);
    lock.lock();
    OURS.add(path);
    return new SpillFolder(path, lock);
  }

  /** Where anybody may make a folder, somebody else may have made ours. */
  private static void refuseForeign(Path base, Path own) throws IOException {
    Path parent = base.toAbsolutePath().getParent();
    if (parent != null
        && isPosix(parent)
        && Files.getPosixFilePermissions(parent).contains(PosixFilePermission.OTHERS_WRITE)
        && !Files.getOwner(base, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
      Files.delete(own);
      throw new IOException(base + ": expected a folder of the service's user, it is another's");
    }
  }

  private static FileChannel lockFile(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static FileAttribute<?>[] onlyForUs(Path path) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void sweep(Path base) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(base)) {
      for (Path folder : folders) {
        if (BOOT.matcher(folder.getFileName().toString()).matches()
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && !OURS.contains(folder.toAbsolutePath().normalize())) {
          removeUnlessLocked(folder);
        }
      }
    }
  }

  private static void removeUnlessLocked(Path folder) {
    try (FileChannel lock = lockFile(folder);
        FileLock taken = lock.tryLock()) {
      if (taken != null) {
        remove(folder);
        LOG.info("event=output-leftovers-removed dir={}", folder);
      }
    } catch (IOException e) {
      LOG.warn("event=output-leftovers-kept dir={} error=\"{}\"", folder, e.toString());
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (FILE.matcher(file.getFileName().toString()).matches()
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(folder);
  }

  /** Whether it is still there: what cleans temporary files may have taken it. */
  boolean isThere() {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** A name that was never used. */
  Path file(long number) {
    return path.resolve(number + ".out");
  }

  /** Removes the folder. */
  @Override
  public void close() {
    try {
      lock.close();
      if (isThere()) {
        remove(path);
      }
    } catch (IOException e) {
      LOG.warn("event=output-leftovers-kept dir={} error=\"{}\"", path, e.toString());
    } finally {
      OURS.remove(path);
    }
  }
}
