package io.headcount.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a life of the service has left that is surely over: its record, under its lock, so that
 * nobody else takes it up meanwhile. Either {@link #forget} or {@link #close} ends that.
 */
public final class DeadBoot implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeadBoot.class);

  private final BootRecord record;
  private final Path folder;
  private final FileChannel lock;

  DeadBoot(BootRecord record, Path folder, FileChannel lock) {
    this.record = record;
    this.folder = folder;
    this.lock = lock;
  }

  public BootRecord record() {
    return record;
  }

  /** Removes the record: nothing of that boot is left. */
  public void forget() {
    try {
      BootFolder.remove(folder, false);
    } catch (IOException e) {
      LOG.warn("event=boot-record-kept dir={} error=\"{}\"", folder, e.toString());
    }
    close();
  }

  /** Leaves the record to whoever comes next. */
  @Override
  public void close() {
    BootFolder.release(folder, lock);
  }
}
