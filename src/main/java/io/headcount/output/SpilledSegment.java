package io.headcount.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A segment whose bytes and chunks are in a file. Costs some hundred bytes of memory; what a reader
 * loads is shared with others until the collector takes it.
 *
 * <p>No descriptor is held: runs that are over keep their files for long. {@link RandomAccessFile}
 * and not a channel, because an interrupt of the reader would close a channel under its hands. A
 * file is written once and its name never used again, so what opens has the right bytes.
 */
final class SpilledSegment implements Piece {
  private final long start;
  private final long stdoutBefore;
  private final int size;
  private final int chunks;
  private final Path file;
  private final long position;
  private volatile @Nullable WeakReference<Segment> loaded;

  /** Stands for a sealed segment that was saved at {@code position} of the file. */
  SpilledSegment(Segment segment, Path file, long position) {
    this.start = segment.start();
    this.stdoutBefore = segment.stdoutBefore();
    this.size = segment.size();
    this.chunks = segment.chunkCount();
    this.file = file;
    this.position = position;
  }

  @Override
  public long start() {
    return start;
  }

  Path file() {
    return file;
  }

  @Override
  public long stdoutBefore() {
    return stdoutBefore;
  }

  @Override
  public long footprint() {
    return Segment.savedBytes(size, chunks);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the file is there but cannot be opened now
   */
  @Override
  public @Nullable Segment segment() {
    WeakReference<Segment> reference = loaded;
    Segment known = reference == null ? null : reference.get();
    return known == null ? load() : known;
  }

  private @Nullable Segment load() {
    byte[] index = new byte[chunks * Segment.CHUNK_BYTES];
    byte[] data = new byte[size];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(position);
      in.readFully(index);
      in.readFully(data);
    } catch (FileNotFoundException e) {
      if (Files.exists(file)) {
        throw new UncheckedIOException("output on disk cannot be opened", e);
      }
      return null;
    } catch (IOException e) {
      return null;
    }
    Segment segment = new Segment(start, stdoutBefore, data, ByteBuffer.wrap(index));
    loaded = new WeakReference<>(segment);
    return segment;
  }
}
