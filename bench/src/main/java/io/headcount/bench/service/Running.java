package io.headcount.bench.service;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import io.headcount.bench.ChunkedBody;

/** A contender that was started, until it is closed. */
abstract class Running implements AutoCloseable {
  private final Server server;

  Running(Server server) {
    this.server = server;
  }

  final Server server() {
    return server;
  }

  /** Waits for its first answer and starts what is to sit below it; closes it if that fails. */
  final Running ready(int port, String path, Contender.Sitting sitting)
      throws IOException, InterruptedException {
    try {
      Http.awaitAnswer(server, port, path);
      for (int i = 0; i < sitting.count(); i++) {
        sit(sitting.stubborn());
      }
      return this;
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The request that runs the command and returns its output. */
  Call run() {
    throw new UnsupportedOperationException();
  }

  /** Starts one more child that sits. */
  void sit(boolean stubborn) throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Has a child write and reads all of it.
   *
   * @return seconds from the request to the last byte
   */
  double stream(long bytes) throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws InterruptedException {
    server.close();
  }

  /** Sends a request whose answer is the child's output, and reads it without keeping it. */
  static double read(Call call, long bytes) throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(call.method() + " ").append(call.uri().getRawPath()).append(" HTTP/1.1\r\nHost: localhost\r\n");
    call.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n").append(call.body());
    try (Socket socket = new Socket("127.0.0.1", call.uri().getPort())) {
      socket.setSoTimeout(60_000);
      long began = System.nanoTime();
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      long read = ChunkedBody.of(in).skipAll();
      double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
      if (read != bytes) {
        throw new IOException(call.uri() + ": expected " + bytes + " bytes, got " + read);
      }
      return seconds;
    }
  }
}
