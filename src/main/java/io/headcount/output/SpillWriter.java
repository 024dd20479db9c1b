package io.headcount.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code headcount-spill}: all that is done to the disk, but reading, is done by it, so
 * that an event loop never waits for one. Holds one descriptor while it writes, none when idle.
 *
 * <p>A failure is told once, until the disk has worked for some seconds without another.
 */
final class SpillWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpillWriter.class);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CLOSE_SECONDS = 5;

  private final BootFolder folder;
  private final boolean ownsFolder;
  private final long limit;
  private final long limitPerRun;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Thread thread;
  private volatile boolean failing;
  private volatile boolean closed;

  // Spill thread only.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(Segment.MOST_SAVED);
  private final LinkedHashSet<SpillFile> files = new LinkedHashSet<>();
  private @Nullable SpillFile openFile;
  private @Nullable FileChannel channel;
  private long lastFailureNanos;
  private long names;

  private SpillWriter(BootFolder folder, boolean ownsFolder, long limit, long limitPerRun) {
    this.folder = folder;
    this.ownsFolder = ownsFolder;
    this.limit = limit;
    this.limitPerRun = limitPerRun;
    this.thread = Thread.ofPlatform().name("headcount-spill").daemon().unstarted(this::work);
  }

  /**
   * Starts the thread.
   *
   * @param ownsFolder whether the folder is closed with the writer
   */
  static SpillWriter start(BootFolder folder, boolean ownsFolder, long limit, long limitPerRun) {
    SpillWriter writer = new SpillWriter(folder, ownsFolder, limit, limitPerRun);
    writer.thread.start();
    return writer;
  }

  Spool spool(Held held) {
    return new Spool(held, this, limitPerRun);
  }

  void submit(Runnable task) {
    if (!closed) {
      tasks.add(task);
    }
  }

  long bytes() {
    return bytes.get();
  }

  boolean isFailing() {
    return failing;
  }

  void awaitIdle() throws InterruptedException {
    do {
      CountDownLatch reached = new CountDownLatch(1);
      submit(reached::countDown);
      reached.await();
    } while (!tasks.isEmpty());
  }

  @Override
  public void close() {
    closed = true;
    tasks.add(() -> {});
    try {
      thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      folder.ensure();
    } catch (IOException e) {
      failed(e);
    }
    while (!closed) {
      try {
        Runnable task = tasks.poll();
        if (task == null) {
          closeChannel();
          task = tasks.take();
        }
        task.run();
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException | Error e) {
        LOG.error("event=spill-failed", e);
      }
    }
    while (dropOldestOfAll()) {
      // one after the other
    }
    closeChannel();
    if (ownsFolder) {
      folder.close();
    }
  }

  /** Whether so much more may be written, by the limit of all runs together. */
  boolean hasRoom(int more) {
    return bytes.get() + more <= limit;
  }

  /** Drops the oldest file of all runs. */
  boolean dropOldestOfAll() {
    return !files.isEmpty() && files.getFirst().owner.dropOldest(DropCause.BUDGET);
  }

  SpillFile newFile(Spool owner) throws IOException {
    names++;
    return new SpillFile(folder.file(names), owner);
  }

  /** Writes a sealed segment behind the others, or leaves the file as it was. */
  void write(SpillFile file, Segment segment, int size) throws IOException {
    buffer.clear();
    segment.save(buffer);
    buffer.flip();
    FileChannel target = channelOf(file);
    try {
      long at = file.bytes();
      while (buffer.hasRemaining()) {
        at += target.write(buffer, at);
      }
    } catch (IOException e) {
      undo(file, target);
      throw e;
    }
    file.grew(size, segment.end());
    files.add(file);
    bytes.addAndGet(size);
    worked();
  }

  private FileChannel channelOf(SpillFile file) throws IOException {
    FileChannel open = channel;
    if (open != null && openFile == file) {
      return open;
    }
    closeChannel();
    open =
        file.bytes() == 0
            ? FileChannel.open(file.path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
            : FileChannel.open(file.path, StandardOpenOption.WRITE);
    channel = open;
    openFile = file;
    return open;
  }

  private void undo(SpillFile file, FileChannel target) {
    try {
      target.truncate(file.bytes());
      if (file.bytes() == 0) {
        closeChannel();
        Files.deleteIfExists(file.path);
      }
    } catch (IOException e) {
      LOG.debug("event=output-disk-undo-failed", e);
    }
  }

  /** Deletes a file that no journal refers to any more. */
  void delete(SpillFile file) {
    if (files.remove(file)) {
      bytes.addAndGet(-file.bytes());
    }
    if (openFile == file) {
      closeChannel();
    }
    try {
      Files.deleteIfExists(file.path);
    } catch (IOException e) {
      failed(e);
    }
  }

  private void closeChannel() {
    FileChannel open = channel;
    channel = null;
    openFile = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        failed(e);
      }
    }
  }

  /** The disk did not do as it should. */
  void failed(IOException e) {
    lastFailureNanos = System.nanoTime();
    if (!failing) {
      failing = true;
      LOG.warn("event=output-disk-failed dir={} error=\"{}\" held=memory", folder, e.toString());
    }
  }

  private void worked() {
    if (failing && System.nanoTime() - lastFailureNanos > QUIET_NANOS) {
      failing = false;
      LOG.info("event=output-disk-recovered dir={}", folder);
    }
  }
}
