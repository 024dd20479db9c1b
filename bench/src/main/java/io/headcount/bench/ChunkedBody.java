package io.headcount.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads an HTTP response in chunks to its end, and keeps none of it: a client that costs as little
 * as one can, since it shares the machine with what is measured.
 */
public final class ChunkedBody {
  private static final int BUFFER = 1 << 18;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;

  private ChunkedBody(InputStream in) {
    this.in = in;
  }

  /** Reads the head of a response. */
  public static ChunkedBody of(InputStream in) throws IOException {
    ChunkedBody body = new ChunkedBody(in);
    String status = body.line();
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException("expected a response 200, got " + status);
    }
    boolean chunked = false;
    for (String field = body.line(); !field.isEmpty(); field = body.line()) {
      chunked |= field.equalsIgnoreCase("Transfer-Encoding: chunked");
    }
    if (!chunked) {
      throw new IOException("expected a body in chunks");
    }
    return body;
  }

  /** Reads to the last chunk and says how many bytes there were. */
  public long skipAll() throws IOException {
    long total = 0;
    while (true) {
      int size = Integer.parseInt(line(), 16);
      skip(size);
      line();
      if (size == 0) {
        return total;
      }
      total += size;
    }
  }

  private void skip(int count) throws IOException {
    int left = count;
    while (left > 0) {
      if (at == end) {
        fill();
      }
      int taken = Math.min(left, end - at);
      at += taken;
      left -= taken;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      if (at == end) {
        fill();
      }
      char next = (char) buffer[at++];
      if (next == '\n') {
        return line.toString().strip();
      }
      line.append(next);
    }
  }

  private void fill() throws IOException {
    int count = in.read(buffer);
    if (count < 0) {
      throw new EOFException("the connection was closed before the last chunk");
    }
    at = 0;
    end = count;
  }
}
