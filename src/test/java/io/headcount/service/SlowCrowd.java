package io.headcount.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Many clients that connect, say the beginning of something, and go on by a byte a second. Who is
 * cut off comes again. They come no faster than 1,000 a second: more is a flood of connections, not
 * of slow clients, and fills the kernel's queue whatever the service does.
 */
final class SlowCrowd implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
  private static final ByteBuffer BYTE = ByteBuffer.wrap(new byte[] {'x'}).asReadOnlyBuffer();

  private final InetSocketAddress target;
  private final List<byte[]> beginnings;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicLong connected = new AtomicLong();
  private volatile boolean over;

  /**
   * Lets them come.
   *
   * @param beginnings what they say first, by turns
   */
  SlowCrowd(int port, int clients, List<String> beginnings) {
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.beginnings =
        beginnings.stream().map(text -> text.getBytes(StandardCharsets.US_ASCII)).toList();
    for (int i = 0; i < THREADS; i++) {
      int share = clients / THREADS;
      threads.add(Thread.ofPlatform().name("crowd-" + i).daemon().start(() -> crowd(share)));
    }
  }

  /** How many have connected at least once. */
  int arrived() {
    return arrived.get();
  }

  /** How often one of them has connected. */
  long connected() {
    return connected.get();
  }

  private void crowd(int share) {
    SocketChannel[] all = new SocketChannel[share];
    for (int i = 0; i < share && !over; i++) {
      all[i] = begin(i);
      arrived.incrementAndGet();
    }
    while (!over) {
      long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      for (int i = 0; i < share && !over; i++) {
        if (!drip(all[i])) {
          close(all[i]);
          all[i] = begin(i);
        }
      }
      LockSupport.parkNanos(Math.max(1_000_000, next - System.nanoTime()));
    }
    for (SocketChannel each : all) {
      close(each);
    }
  }

  private @Nullable SocketChannel begin(int number) {
    SocketChannel channel = null;
    LockSupport.parkNanos(PAUSE_NANOS);
    try {
      channel = SocketChannel.open(target);
      connected.incrementAndGet();
      int _ = channel.write(ByteBuffer.wrap(beginnings.get(number % beginnings.size())));
      channel.configureBlocking(false);
    } catch (IOException e) {
      // Cut off already; it comes again in the next round.
    }
    return channel;
  }

  private static boolean drip(@Nullable SocketChannel channel) {
    try {
      return channel != null && channel.write(BYTE.duplicate()) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void close(@Nullable SocketChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    over = true;
    try {
      for (Thread each : threads) {
        each.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
