package io.headcount.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of this life of the service below one that others may share: for output, and for the
 * record of this life. Its lock ends with the process, however that ends, so what nobody locks is
 * left over, for whoever comes next. The lock file holds the record; should somebody have taken the
 * file away, the record's process must be gone as well. Only names that are made here are removed,
 * and only real files in real folders.
 *
 * <p>Nobody but the user of the service may look inside: output may be secret. Thread-safe.
 */
public final class BootFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BootFolder.class);
  private static final String LOCK = "lock";
  private static final Pattern BOOT = Pattern.compile("boot-[0-9a-f]{16}");
  private static final Pattern OUTPUT = Pattern.compile("[0-9]{1,19}\\.out");
  private static final int MOST_OF_A_RECORD = 1024;

  /**
   * Folders that this process locks. Their locks must not even be looked at: closing any descriptor
   * of a file gives up the process's locks on it (fcntl(2)).
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path base;
  private final @Nullable BootRecord record;
  private @Nullable Own own;
  private boolean closed;
  private boolean recordStays;

  private record Own(Path path, FileChannel lock) {
    boolean isThere() {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** What to do with a folder that is left over and has the record of a boot. */
  private enum Records {
    CLAIM,
    LEAVE,
    REMOVE
  }

  private BootFolder(Path base, @Nullable BootRecord record) {
    this.base = base;
    this.record = record;
  }

  /** A folder for output alone, made when it is first needed. Removes all that is left over. */
  static BootFolder forOutput(Path base) {
    return new BootFolder(base, null);
  }

  /**
   * Makes a folder with a record in it, and takes up what earlier boots have left. A folder that
   * cannot be made is warned of; then nothing is taken up and the next boot will not know of this
   * one, unless output makes the folder later.
   *
   * @param base is made if it is missing
   * @param claim whether to take up what is left, rather than remove it
   * @param dead gets those that are surely over, to be forgotten or closed
   */
  public static BootFolder open(
      Path base, BootRecord record, boolean claim, List<? super DeadBoot> dead) {
    BootFolder folder = new BootFolder(base, record);
    try {
      List<DeadBoot> claimed = folder.make(claim ? Records.CLAIM : Records.REMOVE);
      dead.addAll(claimed);
    } catch (IOException e) {
      LOG.warn("event=boot-record-failed dir={} error=\"{}\"", base, e.toString());
    }
    return folder;
  }

  /**
   * A name in the folder, which is made again if it is gone: what cleans temporary files may have
   * taken it.
   *
   * @param number never used before
   */
  synchronized Path file(long number) throws IOException {
    ensure();
    Own folder = own;
    if (folder == null) {
      throw new IOException(base + " is closed");
    }
    return folder.path().resolve(number + ".out");
  }

  synchronized void ensure() throws IOException {
    Own folder = own;
    if (folder == null || !folder.isThere()) {
      if (folder != null) {
        release(folder.path(), folder.lock());
        own = null;
      }
      make(record == null ? Records.REMOVE : Records.LEAVE);
    }
  }

  /** Closing will leave the record: something of this boot lives on. */
  public synchronized void leaveRecord() {
    recordStays = true;
  }

  private synchronized List<DeadBoot> make(Records records) throws IOException {
    List<DeadBoot> claimed = new ArrayList<>();
    if (closed) {
      return claimed;
    }
    synchronized (BootFolder.class) {
      Files.createDirectories(base.toAbsolutePath(), onlyForUs(base));
      try (FileChannel gate = lockFile(base);
          FileLock _ = gate.lock()) {
        own = makeOwn();
        takeUp(records, claimed);
      }
    }
    return claimed;
  }

  private Own makeOwn() throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    Path path =
        base.toAbsolutePath().normalize().resolve("boot-" + HexFormat.of().formatHex(random));
    Files.createDirectory(path, onlyForUs(base));
    refuseForeign(base, path);
    FileChannel lock = lockFile(path);
    lock.lock();
    LOCKED.add(path);
    if (record != null) {
      ByteBuffer text = ByteBuffer.wrap(record.text().getBytes(StandardCharsets.US_ASCII));
      while (text.hasRemaining()) {
        lock.write(text);
      }
    }
    return new Own(path, lock);
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
        folder.resolve(LOCK),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
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

  private void takeUp(Records records, List<DeadBoot> claimed) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(base)) {
      for (Path entry : folders) {
        Path folder = entry.toAbsolutePath().normalize();
        if (BOOT.matcher(folder.getFileName().toString()).matches()
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && !LOCKED.contains(folder)) {
          try {
            takeUp(folder, records, claimed);
          } catch (IOException e) {
            LOG.warn("event=output-leftovers-kept dir={} error=\"{}\"", folder, e.toString());
          }
        }
      }
    }
  }

  private static void takeUp(Path folder, Records records, List<DeadBoot> claimed)
      throws IOException {
    FileChannel lock = lockFile(folder);
    boolean held = false;
    try {
      if (lock.tryLock() == null) {
        return;
      }
      BootRecord left = recordIn(lock);
      if (left != null && left.isAlive()) {
        LOG.warn("event=boot-lock-lost dir={} boot={} pid={}", folder, left.boot(), left.pid());
      } else if (left == null || !left.isOfThisMachineBoot() || records == Records.REMOVE) {
        remove(folder, false);
        LOG.info("event=output-leftovers-removed dir={}", folder);
      } else if (records == Records.CLAIM) {
        remove(folder, true);
        LOCKED.add(folder);
        held = true;
        claimed.add(new DeadBoot(left, folder, lock));
      }
    } finally {
      if (!held) {
        lock.close();
      }
    }
  }

  private static @Nullable BootRecord recordIn(FileChannel lock) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MOST_OF_A_RECORD);
    int read;
    do {
      read = lock.read(text, text.position());
    } while (read > 0);
    return BootRecord.parse(
        new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII));
  }

  /** Removes what is made here, and the folder with it unless the record is to stay. */
  static void remove(Path folder, boolean recordStays) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if ((OUTPUT.matcher(name).matches() || (name.equals(LOCK) && !recordStays))
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
        }
      }
    }
    if (!recordStays) {
      Files.deleteIfExists(folder);
    }
  }

  /** Gives up a lock that this process holds. */
  static void release(Path folder, FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("event=boot-lock-kept dir={} error=\"{}\"", folder, e.toString());
    } finally {
      LOCKED.remove(folder);
    }
  }

  @Override
  public String toString() {
    return base.toString();
  }

  /** Removes the folder. Again changes nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    Own folder = own;
    own = null;
    if (folder != null) {
      try {
        if (folder.isThere()) {
          remove(folder.path(), recordStays);
        }
      } catch (IOException e) {
        LOG.warn("event=output-leftovers-kept dir={} error=\"{}\"", folder.path(), e.toString());
      }
      release(folder.path(), folder.lock());
    }
  }
}
